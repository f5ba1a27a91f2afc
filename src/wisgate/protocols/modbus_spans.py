"""Joining: which registers of a unit are read in one request.

A request costs about 20 characters beside its data (8 of the request, 5 of the answer, two
silences), so reading up to 8 words that nobody wants is cheaper than asking twice. A unit may
refuse a span because of the words in the gap: then it is split, and stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from .modbus_registers import width
from .modbus_tables import Table

_BITS_PER_WORD = 16


class Located(Protocol):
    """A register as far as joining is concerned."""

    @property
    def address(self) -> int: ...

    @property
    def table(self) -> str: ...

    @property
    def encoding(self) -> str: ...


R = TypeVar("R", bound=Located)


@dataclass(frozen=True)
class Span(Generic[R]):
    """Neighbouring coils or registers, read at once, and what of them is wanted."""

    table: Table
    address: int
    count: int
    registers: tuple[R, ...]

    def part(self, register: R, values: Sequence[int]) -> Sequence[int]:
        """What belongs to `register` in the values of the whole span."""
        start = register.address - self.address
        return values[start : start + width(register.encoding)]


def plan_reads(registers: Iterable[R], max_gap: int = 8) -> list[Span[R]]:
    """The fewest spans that cover `registers` and skip at most `max_gap` unwanted words (or as many
    bits as fit into them) at a time. In the order of tables and addresses."""
    order = list(Table)
    spans: list[Span[R]] = []
    for register in sorted(registers, key=lambda r: (order.index(Table(r.table)), r.address)):
        joined = _join(spans[-1], register, max_gap) if spans else None
        if joined is None:
            spans.append(_alone(register))
        else:
            spans[-1] = joined
    return spans


def split(span: Span[R]) -> list[Span[R]]:
    """Smaller spans instead of one that the unit refused: without its gaps, or if it has none, its
    halves. A single register stays what it is."""
    pieces = plan_reads(span.registers, max_gap=0)
    if len(pieces) > 1 or len(span.registers) == 1:
        return pieces
    half = len(span.registers) // 2
    return [
        *plan_reads(span.registers[:half], max_gap=0),
        *plan_reads(span.registers[half:], max_gap=0),
    ]


def _alone(register: R) -> Span[R]:
    return Span(Table(register.table), register.address, width(register.encoding), (register,))


def _join(span: Span[R], register: R, max_gap: int) -> Span[R] | None:
    end = span.address + span.count
    room = max_gap * (_BITS_PER_WORD if span.table.holds_bits else 1)
    count = max(end, register.address + width(register.encoding)) - span.address
    if (
        register.table != span.table
        or register.address - end > room
        or count > span.table.read_limit
    ):
        return None
    return Span(span.table, span.address, count, (*span.registers, register))
