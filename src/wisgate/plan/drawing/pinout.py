"""What a pinout drawing shows: the pins of a connector in order, and where each signal ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from .signals import Family, family

UNKNOWN = "not documented"
"""What a pin says of its end when no source tells it."""


class Layout(StrEnum):
    """How the pins of a connector are numbered."""

    PAIRS = "pairs"
    """Two rows, odd numbers on the left."""
    AROUND = "around"
    """Two rows, down the left side and up the right one, as on a chip."""
    SQUARE = "square"
    """Pads on four sides, counter-clockwise from the upper left corner."""
    ROW = "row"
    """One pin below the other."""


@dataclass(frozen=True)
class DrawnPin:
    number: str
    signal: str
    ends: str = ""
    """Where the signal ends on the board: an expander line, an ADC channel, a GPIO …"""

    wired: str = ""
    """The signal that the board puts on the pin, when its name is not the printed one."""

    @property
    def family(self) -> Family:
        return family(self.wired or self.signal)


@dataclass(frozen=True)
class Pinout:
    """One connector as it is drawn."""

    key: str
    """What the user writes to see it: "rak7391/wisblock-1"."""
    title: str
    layout: Layout
    pins: tuple[DrawnPin, ...]
    source: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def families(self) -> list[Family]:
        """The families that occur, in the order of the legend."""
        there = {pin.family for pin in self.pins}
        return [f for f in Family if f in there]

    def sides(self) -> list[tuple[DrawnPin | None, DrawnPin | None]]:
        """Pins beside each other, from top to bottom; those with letters come last."""
        plain = [p for p in self.pins if p.number.isdigit()]
        rest: list[DrawnPin | None] = [p for p in self.pins if not p.number.isdigit()]
        if self.layout is Layout.ROW:
            return [(p, None) for p in self.pins]
        if self.layout is Layout.PAIRS:
            pairs = _pairs(plain)
        else:
            half = (len(plain) + 1) // 2
            pairs = list(zip_longest(plain[:half], plain[half:][::-1]))
        rest += [None] * (len(rest) % 2)
        return pairs + list(zip(rest[::2], rest[1::2], strict=True))


def _pairs(pins: list[DrawnPin]) -> list[tuple[DrawnPin | None, DrawnPin | None]]:
    rows: dict[int, list[DrawnPin | None]] = {}
    for pin in pins:
        row, side = divmod(int(pin.number) - 1, 2)
        rows.setdefault(row, [None, None])[side] = pin
    return [(left, right) for left, right in (rows[r] for r in sorted(rows))]


def layout_of(numbers: list[str]) -> Layout:
    """By the number of pins: what the connectors of these boards look like."""
    count = sum(n.isdigit() for n in numbers)
    if count == 44:
        return Layout.SQUARE
    if count == 24:
        return Layout.AROUND
    return Layout.PAIRS if count >= 6 and count % 2 == 0 else Layout.ROW
