"""The registers of one span, decoded at once: laid out when the span is planned, so that a reading
costs little when thousands come each second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from struct import Struct
from sys import intern
from typing import Any, Generic, Protocol, TypeVar

from ..core.errors import ChipError
from ..core.points import Reading, Value
from .modbus_registers import converter, layout
from .modbus_spans import Located, Span


class Scaled(Located, Protocol):
    """A register whose number is multiplied."""

    @property
    def scale(self) -> float: ...


R = TypeVar("R", bound=Scaled)
Convert = Callable[[Any], Value]


@dataclass
class _Piece:
    """Registers that do not overlap: their bytes from `start` on, and what each means."""

    start: int
    format: str = ">"
    columns: list[tuple[str, Convert | None]] = field(default_factory=list)
    end: int = 0

    def add(self, name: str, register: Scaled, at: int) -> None:
        letters = layout(register.encoding)
        gap = at - (self.end if self.columns else self.start)
        self.format += f"{gap}x{letters}" if gap else letters
        self.end = at + Struct(">" + letters).size
        self.columns.append((intern(name), converter(register.encoding, register.scale)))


class SpanDecoder(Generic[R]):
    """Makes readings, called `name(register)`, of the bytes that the answer to `span` carries."""

    def __init__(self, span: Span[R], name: Callable[[R], str]) -> None:
        self._bits = [
            (name(r), r.address - span.address) for r in span.registers if span.table.holds_bits
        ]
        self._pieces = [
            (Struct(p.format), p.start, [n for n, _ in p.columns], _converts(p))
            for p in _pieces(span, name)
            if not span.table.holds_bits
        ]

    @property
    def names(self) -> list[str]:
        """Of the readings, in the order of `values`."""
        return [name for name, _ in self._bits] + [
            n for _, _, names, _ in self._pieces for n in names
        ]

    def values(self, payload: bytes) -> list[Value]:
        """One for each register of the span. Raises ChipError when a number is none."""
        values: list[Value] = [bool(payload[at >> 3] >> (at & 7) & 1) for _, at in self._bits]
        for struct, start, _, converts in self._pieces:
            codes = struct.unpack_from(payload, start)
            if converts is None:
                values += codes
            else:
                values += [c if f is None else f(c) for f, c in zip(converts, codes, strict=True)]
        return values

    def readings(self, payload: bytes) -> dict[str, Reading]:
        """One for each register of the span, by name; a number that is none, alone is a fault."""
        found = {n: Reading(n, bool(payload[at >> 3] >> (at & 7) & 1)) for n, at in self._bits}
        for struct, start, names, converts in self._pieces:
            codes = struct.unpack_from(payload, start)
            for name, convert, code in zip(names, converts or repeat(None), codes, strict=False):
                try:
                    found[name] = Reading(name, code if convert is None else convert(code))
                except ChipError as error:
                    found[name] = Reading(name, None, error.status)
        return found


def _converts(piece: _Piece) -> Sequence[Convert | None] | None:
    """What makes values of its numbers; None where they are the values."""
    converts = [convert for _, convert in piece.columns]
    return converts if any(converts) else None


def _pieces(span: Span[R], name: Callable[[R], str]) -> Sequence[_Piece]:
    """Several only where registers overlap."""
    pieces: list[_Piece] = []
    for register in span.registers:
        at = 2 * (register.address - span.address)
        if not pieces or at < pieces[-1].end:
            pieces.append(_Piece(at))
        pieces[-1].add(name(register), register, at)
    return pieces
