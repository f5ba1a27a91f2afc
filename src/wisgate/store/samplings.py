"""Samplings: what came at one moment, of points that are numbered in a row, is one row of the file.

A row for each reading has every commit write a page of the index for each point; a row for a
sampling has it write one. Its values are eight bytes each, under a checksum over the whole row:
what damage made of them would be numbers, too.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from struct import Struct
from typing import TypeGuard, cast
from zlib import crc32

from ..core.points import Kind, Status, Value
from .records import Record
from .schema import BEGIN, GOOD_CODE, Damage, PointRow, Row

LEAST = 2
MOST = 125
"""Points in a row at most: the registers of one answer of Modbus. Some of such rows fit in a page,
so that no row goes on in another, which `pages` would not find."""
STRETCHES = 16
"""In which a point may lie. Where a deadband lets another choice of points through every time, the
rest become rows of their own: a question about a point looks into every stretch that it lies in."""
EVER = 2**63 - 1

Stretch = tuple[int, int]
"""The first and the last of points that are numbered in a row."""
SamplingRow = tuple[int, int, int, int, bytes]
"""The number of its last reading, their time, first and last point, values and checksum."""

FIELDS = "SELECT seq, time_ns, first, last, body FROM sampling"
_INSERT = "INSERT INTO sampling VALUES (?,?,?,?,?)"
_CONTRADICTION = "the samplings and their index contradict each other"
_HEAD, _VALUE, _SUM = Struct("<3q"), Struct("<d"), Struct("<I")


def sealed(seq: int, time_ns: int, first: int, values: Sequence[float]) -> SamplingRow:
    """The row of readings that end with the number `seq`."""
    body = _values(len(values)).pack(*values)
    check = _SUM.pack(crc32(body, crc32(_HEAD.pack(seq, time_ns, first))))
    return seq, time_ns, first, first + len(values) - 1, body + check


def is_sampling(row: tuple[object, ...]) -> TypeGuard[SamplingRow]:
    """Whether what damage may have made is one: by its types, and by its checksum."""
    if tuple(map(type, row)) != (int, int, int, int, bytes):
        return False
    seq, time_ns, first, last, body = cast(SamplingRow, row)
    if not LEAST <= last - first + 1 <= MOST or len(body) != _VALUE.size * (last - first + 1) + 4:
        return False
    return body[-4:] == _SUM.pack(crc32(body[:-4], crc32(_HEAD.pack(seq, time_ns, first))))


def values_of(row: SamplingRow) -> tuple[float, ...]:
    """The values, in the order of the points. Raises Damage."""
    if not is_sampling(row):
        raise Damage("a sampling is not whole")
    return _values(row[3] - row[2] + 1).unpack_from(row[4])


def later(row: SamplingRow, shift: int) -> SamplingRow:
    """The same `shift` nanoseconds later. Raises Damage."""
    return sealed(row[0], row[1] + shift, row[2], values_of(row))


def records_of(row: SamplingRow, points: Mapping[int, PointRow]) -> Iterator[Record]:
    """Its records, but those of points that damage took. Raises Damage."""
    seq, time_ns, first, last, _ = row
    for key, value in enumerate(values_of(row), first):
        known = points.get(key)
        if known is not None:
            shown = as_kind(value, known.kind)
            number = seq - last + key
            yield Record(number, time_ns, known.name, known.unit, shown, Status.GOOD)


def as_kind(value: float, kind: Kind) -> Value:
    """A value as it was before it became eight bytes."""
    if kind is Kind.INT:
        return int(value)
    return bool(value) if kind is Kind.BOOL else value


@cache
def _values(count: int) -> Struct:
    return Struct(f"<{count}d")


class Samplings:
    """The samplings of a file. Threads: one. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._by_block: dict[int, list[Stretch]] = {}
        """By the MOST points in which they begin."""
        self._count: Counter[int] = Counter()
        """Of those in which a point lies."""
        for stretch in self._found():
            self._know(stretch)

    def insert(self, rows: Sequence[SamplingRow]) -> None:
        """The caller commits."""
        self._db.executemany(_INSERT, rows)

    def takes(self, stretch: Stretch) -> bool:
        """Whether a sampling may cover these points."""
        first, last = stretch
        if stretch not in self._by_block.get(first // MOST, ()):
            if max(map(self._count.__getitem__, range(first, last + 1))) >= STRETCHES:
                return False
            self._know(stretch)
        return True

    def stretches(self, points: Iterable[int]) -> list[Stretch]:
        """In which any of the points lie."""
        return [*dict.fromkeys(s for point in points for s in self._around(point))]

    def _around(self, point: int) -> Iterator[Stretch]:
        for block in (point // MOST - 1, point // MOST):
            for stretch in self._by_block.get(block, ()):
                if stretch[0] <= point <= stretch[1]:
                    yield stretch

    def rows(
        self, point: int, kind: Kind, begin_ns: int, end_ns: int, beyond: int = 0, limit: int = EVER
    ) -> list[Row]:
        """The readings of a point from one time up to another, with a number `beyond` one, as rows
        of their own, oldest first; more than `limit` where there are as many."""
        found: list[Row] = []
        for first, last in self.stretches([point]):
            selected = self._db.execute(
                f"{FIELDS} WHERE first = ? AND last = ? AND time_ns >= ? AND time_ns < ?"
                " AND seq > ? ORDER BY time_ns LIMIT ?",
                (first, last, begin_ns, end_ns, beyond, limit),
            )
            found += (_row(sampling, point, kind) for sampling in selected)
        return sorted(found, key=_moment)

    def between(
        self, stretch: Stretch, begin_ns: int, end_ns: int, beyond: int, upto: int
    ) -> Iterator[tuple[int, tuple[float, ...]]]:
        """Time and values of the samplings of a stretch from one time up to another, with numbers
        beyond one up to another, oldest first."""
        for row in self._db.execute(
            f"{FIELDS} WHERE first = ? AND last = ? AND time_ns >= ? AND time_ns < ?"
            " AND seq > ? AND seq <= ? ORDER BY time_ns, seq",
            (*stretch, begin_ns, end_ns, beyond, upto),
        ):
            values = values_of(row)
            if row[2:4] != stretch:
                raise Damage(_CONTRADICTION)
            yield row[1], values

    def end_of(self, number: int) -> int:
        """The last number of the sampling that a number is in, or the number itself."""
        row = self._db.execute(
            f"SELECT seq, {BEGIN} FROM sampling WHERE seq >= ? ORDER BY seq LIMIT 1", (number,)
        ).fetchone()
        return row[0] if row is not None and row[1] <= number else number

    def last_row(
        self, point: int, kind: Kind, begin_ns: int, end_ns: int, upto: int = EVER
    ) -> Row | None:
        """The last of these up to a number."""
        query = (
            f"{FIELDS} WHERE first = ? AND last = ? AND time_ns >= ? AND time_ns < ?"
            " AND seq <= ? ORDER BY time_ns DESC, seq DESC LIMIT 1"
        )
        places = [(*stretch, begin_ns, end_ns, upto) for stretch in self.stretches([point])]
        rows = [self._db.execute(query, place).fetchone() for place in places]
        found = [_row(row, point, kind) for row in rows if row is not None]
        return max(found, key=_moment, default=None)

    def newest_near(self, point: int, kind: Kind, beyond: int) -> Row | None:
        """The one with the greatest number, if that is beyond one near the end."""
        row = self._db.execute(
            f"{FIELDS} WHERE seq > ? AND first <= ? AND last >= ? ORDER BY seq DESC LIMIT 1",
            (beyond, point, point),
        ).fetchone()
        return None if row is None else _row(row, point, kind)

    def newest(self, point: int, kind: Kind) -> Row | None:
        """The one with the greatest number, wherever it is."""
        query = "SELECT max(seq) FROM sampling WHERE first = ? AND last = ?"
        numbers = [
            self._db.execute(query, place).fetchone()[0] for place in self.stretches([point])
        ]
        newest = max((number for number in numbers if number is not None), default=None)
        if newest is None:
            return None
        row = self._db.execute(f"{FIELDS} WHERE seq = ?", (newest,)).fetchone()
        if row is None:
            raise Damage(_CONTRADICTION)
        return _row(row, point, kind)

    def count(self, point: int, begin_ns: int, end_ns: int) -> int:
        """The readings of a point from one time up to another."""
        query = (
            "SELECT count(*) FROM sampling"
            " WHERE first = ? AND last = ? AND time_ns >= ? AND time_ns < ?"
        )
        places = [(*stretch, begin_ns, end_ns) for stretch in self.stretches([point])]
        return sum(self._db.execute(query, place).fetchone()[0] for place in places)

    def first_ns(self, point: int, since_ns: int) -> int | None:
        """The time of the first reading of a point that is not older than one."""
        query = "SELECT min(time_ns) FROM sampling WHERE first = ? AND last = ? AND time_ns >= ?"
        places = [(*stretch, since_ns) for stretch in self.stretches([point])]
        found = [self._db.execute(query, place).fetchone()[0] for place in places]
        return min((time_ns for time_ns in found if time_ns is not None), default=None)

    def _know(self, stretch: Stretch) -> None:
        first, last = stretch
        self._by_block.setdefault(first // MOST, []).append(stretch)
        self._count.update(range(first, last + 1))

    def _found(self) -> Iterator[Stretch]:
        """By the index, in a step for each, however many rows there are. Raises Damage."""
        firsts = "SELECT min(first) FROM sampling WHERE first > ?"
        lasts = "SELECT min(last) FROM sampling WHERE last > ? AND first = ?"
        first = self._above(-EVER, firsts)
        while first is not None:
            last = self._above(-EVER, lasts, first)
            while last is not None:
                if not LEAST <= last - first + 1 <= MOST:
                    raise Damage(_CONTRADICTION)
                yield first, last
                last = self._above(last, lasts, first)
            first = self._above(first, firsts)

    def _above(self, number: int, query: str, *place: int) -> int | None:
        """What a query finds above a number; an index out of order may have anything. Raises
        Damage."""
        found: int | None = self._db.execute(query, (number, *place)).fetchone()[0]
        if found is not None and not (isinstance(found, int) and found > number):
            raise Damage(_CONTRADICTION)
        return found


def _row(sampling: SamplingRow, point: int, kind: Kind) -> Row:
    """The reading of one point as a row of its own. Raises Damage."""
    if not is_sampling(sampling):
        raise Damage("a sampling is not whole")
    seq, time_ns, first, last, body = sampling
    if not first <= point <= last:
        raise Damage(_CONTRADICTION)
    (value,) = _VALUE.unpack_from(body, _VALUE.size * (point - first))
    return seq - last + point, time_ns, point, as_kind(value, kind), GOOD_CODE, None


def _moment(row: Row) -> tuple[int, int]:
    """Rows are in the order of time, then of their numbers."""
    return row[1], row[0]
