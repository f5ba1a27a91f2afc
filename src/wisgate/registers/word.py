"""Register words: immutable values with named bit fields. Facts only, no I/O.

A register map is a file of classes:

    class Config(Word, address=0x00, reset=0x399F, source="SBOS448G 8.6.2.1"):
        gain: Gain = bits(12, 11)
        ready: bool = bit(1)

Fields that overlap or do not fit are refused at import. Bits that no field names keep their reset
value. A register value is changed with `dataclasses.replace` and written by the driver: one
transaction, nothing hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, dataclass_transform, get_type_hints

from ..core.errors import UnexpectedValue


def bits(high: int, low: int, *, signed: bool = False) -> Any:
    """A field from bit `high` down to bit `low`, both included."""
    return field(metadata={"span": (high, low, signed)})


def bit(n: int) -> Any:
    """A field of the one bit `n`."""
    return bits(n, n)


_PLAIN: dict[str, Any] = {"bool": bool, "int": int}


def _kinds(word: type) -> dict[str, Any]:
    """The types of the fields by name; `get_type_hints` compiles each of them."""
    written = word.__annotations__
    if all(kind in _PLAIN for kind in written.values()):
        return {name: _PLAIN[kind] for name, kind in written.items()}
    return get_type_hints(word)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(bits, bit))
class Word:
    """Base of every register. `width` in bits; `reset` is the power-on value, bits that the
    datasheet leaves open as 0; `source` names the section of the datasheet."""

    address: ClassVar[int]
    width: ClassVar[int]
    reset: ClassVar[int]
    writable: ClassVar[bool]
    source: ClassVar[str]
    _spans: ClassVar[dict[str, tuple[int, int, bool, Any]]]

    def __init_subclass__(
        cls, *, address: int, source: str, width: int = 16, reset: int = 0, writable: bool = True
    ) -> None:
        # Equality, hash and text stand below, once: made for each class, they are half of its cost.
        dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        cls.address, cls.width, cls.reset = address, width, reset
        cls.writable, cls.source, cls._spans = writable, source, {}
        taken, kinds = 0, _kinds(cls)
        for f in fields(cls):  # type: ignore[arg-type]  # a dataclass since six lines
            high, low, signed = f.metadata["span"]
            mask = (1 << high + 1) - (1 << low)
            if high < low or high >= width or taken & mask:
                raise TypeError(f"{cls.__name__}.{f.name}: bits {high}:{low} overlap or do not fit")
            taken |= mask
            cls._spans[f.name] = (high, low, signed, kinds[f.name])

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"

    @classmethod
    def decode(cls, raw: int) -> Self:
        """The fields of `raw`. Raises UnexpectedValue for a code that the datasheet reserves."""
        values: dict[str, Any] = {}
        for name, (high, low, signed, kind) in cls._spans.items():
            code = raw >> low & (1 << high - low + 1) - 1
            if signed and code >> high - low:
                code -= 1 << high - low + 1
            try:
                values[name] = kind(code)
            except ValueError:
                raise UnexpectedValue(f"{cls.__name__}.{name} reads {code:#x}, reserved") from None
        return cls(**values)

    def encode(self) -> int:
        """The raw register value. Raises ValueError for a field that does not fit its bits."""
        raw = self.reset
        for name, (high, low, signed, _kind) in self._spans.items():
            code, room = int(getattr(self, name)), 1 << high - low + 1
            if not (-(room >> 1) if signed else 0) <= code < (room >> 1 if signed else room):
                raise ValueError(f"{type(self).__name__}.{name}={code} does not fit {high}:{low}")
            raw = raw & ~((room - 1) << low) | (code % room) << low
        return raw
