"""The points that the store has records of, by number."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ..core.columns import Columns, Readings
from ..core.points import Kind, Point, Reading
from .entries import Heads
from .schema import KINDS, PLAIN, PointRow, kind_of

Place = tuple[int, PointRow, type, float, float]
"""The number and the row of a point, and what is `PLAIN` there."""


class Row(NamedTuple):
    """Points that came together and are numbered in a row."""

    first: int
    types: tuple[type, ...]
    """Of the values that are `PLAIN` there."""
    heads: Heads


class Stretch(NamedTuple):
    """What points that are numbered in a row are called, and their kinds."""

    heads: Heads
    kinds: tuple[Kind, ...]


class PointRows:
    """Threads: lane only."""

    def __init__(self, connection: sqlite3.Connection, points: Sequence[Point]) -> None:
        self._db = connection
        self._declared = {p.name: PointRow(p.name, p.unit, p.kind) for p in points}
        rows = connection.execute("SELECT id, name, unit, kind FROM point ORDER BY id").fetchall()
        self.by_id: dict[int, PointRow] = {
            key: PointRow(name, unit, KINDS[kind])
            for key, name, unit, kind in rows
            if 0 <= kind < len(KINDS)
        }
        self._ids = {row: key for key, row in self.by_id.items()}
        self.places: dict[str, Place] = {}
        """Of the points that had a reading so far, by name; `place_of` has all."""
        self._rows: dict[Columns, Row | None] = {}
        self._stretches: dict[tuple[int, int], Stretch | None] = {}

    def add_declared(self) -> None:
        """Give every declared point its number; the caller commits."""
        for row in self._declared.values():
            self._id_of(row)

    def place_of(self, reading: Reading) -> Place:
        """Where it goes: its point as declared, or after the value if nobody declared it. The
        caller commits."""
        place = self.places.get(reading.name)
        if place is None:
            row = self._declared.get(reading.name) or self._declared.setdefault(
                reading.name, PointRow(reading.name, "", kind_of(reading.value))
            )
            place = self.places[reading.name] = (self._id_of(row), row, *PLAIN[row.kind])
        return place

    def row_of(self, readings: Readings) -> Row | None:
        """Where they go, if that is one row of numbers. The caller commits."""
        columns = readings.columns
        if columns not in self._rows:
            self._rows[columns] = self._row([self.place_of(reading) for reading in readings])
        return self._rows[columns]

    def stretch(self, first: int, last: int) -> Stretch | None:
        """Points that are numbered in a row; None where damage took one of them."""
        if (first, last) not in self._stretches:
            keys = range(first, last + 1)
            points = [self.by_id[key] for key in keys if key in self.by_id]
            heads = Heads([p.name for p in points], [p.unit for p in points])
            whole = Stretch(heads, tuple(p.kind for p in points))
            self._stretches[first, last] = whole if len(points) == len(keys) else None
        return self._stretches[first, last]

    def _row(self, places: Sequence[Place]) -> Row | None:
        first = places[0][0]
        if any(place[0] != key for key, place in enumerate(places, first)):
            return None
        stretch = self.stretch(first, first + len(places) - 1)
        types = tuple(place[2] for place in places)
        return None if stretch is None else Row(first, types, stretch.heads)

    def _id_of(self, row: PointRow) -> int:
        """The number of a row, a new one if need be; the caller commits."""
        key = self._ids.get(row)
        if key is None:
            key = self._db.execute(
                "INSERT INTO point (name, unit, kind) VALUES (?,?,?)",
                (row.name, row.unit, KINDS.index(row.kind)),
            ).lastrowid
            if key is None:
                raise sqlite3.DatabaseError("no number for a point")
            self._ids[row] = key
            self.by_id[key] = row
        return key

    def current(self, name: str) -> tuple[int, PointRow] | None:
        """The row of a point as it is declared now, or the newest of that name."""
        declared = self._declared.get(name)
        if declared is not None and declared in self._ids:
            return self._ids[declared], declared
        named = [key for key, row in self.by_id.items() if row.name == name]
        return (max(named), self.by_id[max(named)]) if named else None

    def named(self, names: frozenset[str]) -> list[int]:
        """The numbers of all rows with these names."""
        return [key for key, row in self.by_id.items() if row.name in names]

    @property
    def count(self) -> int:
        """For `forget_beyond`, before a transaction."""
        return len(self._ids)

    def forget_beyond(self, count: int) -> None:
        """The transaction failed: numbers given in it are free again."""
        self._rows.clear()
        self._stretches.clear()
        for row in list(self._ids)[count:]:
            del self.by_id[self._ids.pop(row)]
            self.places.pop(row.name, None)
