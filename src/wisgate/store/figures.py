"""What a minute, an hour or a bucket of a chart says of its readings: lowest, highest, total,
values, readings and worst status."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ..core.points import Kind
from .schema import GOOD_CODE, Damage

NUMBERS = (Kind.FLOAT, Kind.INT)
"""Kinds of which there are least, greatest and mean."""


def columns(kind: Kind) -> str:
    """The figures of rows of the file, but for count and worst status, as SQL."""
    if kind in NUMBERS:
        return "min(value), max(value), total(value), count(value)"
    return "NULL, NULL, 0.0, 0"


def figures_of(values: Sequence[Any], kind: Kind) -> list[Any]:
    """The figures of good readings."""
    if not values or kind not in NUMBERS:
        return [None, None, 0.0, 0, len(values), GOOD_CODE]
    count = len(values)
    return [min(values), max(values), float(sum(values)), count, count, GOOD_CODE]


def numeric(figures: Sequence[Any]) -> Sequence[Any]:
    """The figures that the file says, which are numbers. Raises Damage."""
    if all(x is None or isinstance(x, int | float) for x in figures):
        return figures
    raise Damage("figures of readings are no numbers")


def together(one: Sequence[Any] | None, following: Sequence[Any]) -> list[Any]:
    """The figures of neighbouring spans in one."""
    if one is None:
        return list(following)
    lows = [x for x in (one[0], following[0]) if x is not None]
    highs = [x for x in (one[1], following[1]) if x is not None]
    sums = [a + b for a, b in zip(one[2:5], following[2:5], strict=True)]
    return [min(lows, default=None), max(highs, default=None), *sums, max(one[5], following[5])]


def last_of(rows: Sequence[tuple[int, int, Any]]) -> Any:
    """The value of the last of readings that are there, given time, number and value of each that
    may be it. Raises Damage."""
    if rows and all(isinstance(time_ns, int) for time_ns, *_ in rows):
        return max(rows)[2]
    raise Damage("the index of the readings is out of order")


def first_slot(connection: sqlite3.Connection, span: int, point: int) -> int | None:
    """The oldest slot that a tier has of a point."""
    row = connection.execute(
        "SELECT slot FROM rollup WHERE span = ? AND point = ? ORDER BY slot LIMIT 1", (span, point)
    ).fetchone()
    return int(row[0]) if row else None
