"""Quantities as people write them: "4mA", "100mΩ", "10s", "3.5m", "45 °C", "30%"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from .units import UNITS, Unit, convert

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")

EXAMPLES = {
    "time": '"10s", "500ms" or "1min"', "current": '"4mA"', "voltage": '"3.3V"',
    "power": '"12W"', "energy": '"1kWh"', "resistance": '"100mΩ"', "frequency": '"400kHz"',
    "length": '"3.5m" or "5mm"', "mass": '"2kg"', "volume": '"2m3"', "flow": '"4m3/h"',
    "speed": '"2m/s"', "pressure": '"1.2bar"', "temperature": '"45degC"', "ratio": '"30%"',
    "rotation": '"1200rpm"', "illuminance": '"500lx"', "capacity": '"256MB"',
}  # fmt: skip
"""What a message proposes for each dimension."""


@dataclass(frozen=True)
class Quantity:
    """A number with the unit it was written in."""

    number: float
    unit: Unit

    @property
    def si(self) -> float:
        """In the base unit of its dimension."""
        return self.number * self.unit.factor + self.unit.offset

    def to(self, ucum: str) -> float:
        """In another unit of the same dimension. Raises ValueError."""
        return convert(self.number, self.unit.ucum, ucum)

    def __str__(self) -> str:
        return f"{self.number:g}{self.unit.symbol}"


def parse(text: str, dimension: str | None = None) -> Quantity:
    """Read a quantity. `dimension` limits what is accepted.

    Raises ValueError whose text says what was found, what was expected, with an example.
    """
    example = EXAMPLES.get(dimension or "", '"10s" or "4mA"')
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a number with a unit; write {example}')
    number, symbol = float(match[1]), match[2]
    if not symbol:
        raise ValueError(f'"{text}" has no unit; write {example}')
    unit = UNITS.get(symbol)
    if unit is None:
        known = [s for s, u in UNITS.items() if dimension in (None, u.dimension)]
        near = get_close_matches(symbol, known, n=1, cutoff=0.6)
        hint = f'did you mean "{match[1]}{near[0]}"?' if near else f"write {example}"
        raise ValueError(f'"{text}" has the unknown unit "{symbol}"; {hint}')
    if dimension is not None and unit.dimension != dimension:
        raise ValueError(
            f'"{text}" is {_a(unit.dimension)}, {_a(dimension)} is expected; write {example}'
        )
    return Quantity(number, unit)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
