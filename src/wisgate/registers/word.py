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
        dataclass(frozen=True, kw_only=True)(cls)
        cls.address, cls.width, cls.reset = address, width, reset
        cls.writable, cls.source, cls._spans = writable, source, {}
        taken, kinds = 0, get_type_hints(cls)
        for f in fields(cls):  # type: ignore[arg-type]  # a dataclass since six lines
            high, low, signed = f.metadata["span"]
            mask = (1 << high + 1) - (1 << low)
            if high < low or high >= width or taken & mask:
                raise TypeError(f"{cls.__name__}.{f.name}: bits {high}:{low} overlap or do not fit")
            taken |= mask
            cls._spans[f.name] = (high, low, signed, kinds[f.name])

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
