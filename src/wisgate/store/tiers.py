"""Minimum, average and maximum of every minute and every hour, kept longer than the readings.

What is committed is added some minutes later, point by point, in short transactions that also note
up to which number: a killed process loses nothing and counts nothing twice. A row says of all
readings within its slot what a chart needs; a slot is the time divided by the span.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ..core.points import Kind
from .figures import columns, figures_of, first_slot, last_of, numeric, together
from .retention import Bounds
from .samplings import EVER, Samplings
from .schema import PAGE, TIERS, PointRow

ROLL_S = 300.0
"""Between two passes, each of which writes a page or two for every point: rare enough for flash."""
POINTS_PER_STEP = 20
"""A commit waits for one step at most, some milliseconds."""
RECORDS_PER_POINT = 2000
LEAST_RECORDS = 200_000
"""One pass goes so far at most, so that a step is short even where months wait to be added."""

SHARES = {60: 1 / 4, 3600: 1 / 8}
"""Of the room in the file that each tier may take, by its span in seconds."""
ROW_BYTES = 64
SECOND_NS = 1_000_000_000

_OVER_SLOTS = """
    SELECT time_ns / ?1, {figures}, count(*), max(status) FROM record
    WHERE point = ?2 AND time_ns >= ?3 AND time_ns < ?4 AND seq > ?5 AND seq <= ?6
    GROUP BY 1 ORDER BY 1
"""
_LAST = """
    SELECT time_ns, seq, value FROM record
    WHERE point = ? AND time_ns >= ? AND time_ns < ? AND seq <= ?
    ORDER BY time_ns DESC, seq DESC LIMIT 1
"""
_TIMES = """
    SELECT min(low) AS low, max(high) FROM (
        SELECT min(time_ns) AS low, max(time_ns) AS high FROM record WHERE seq >= ?1
        UNION ALL SELECT min(time_ns), max(time_ns) FROM sampling WHERE seq >= ?1)
"""
_EARLIEST = f"""
    SELECT low + (SELECT min(0, coalesce(min(shift), 0)) FROM undated) FROM ({_TIMES})
"""
"""The lowest of these times, or one before it where some are still to be dated."""
_FORGET = "DELETE FROM rollup WHERE span = ? AND point = ? AND slot >= ? AND slot < ?"
_MERGE = """
    UPDATE rollup SET low = min(coalesce(low, ?1), coalesce(?1, low)),
        high = max(coalesce(high, ?2), coalesce(?2, high)), total = total + ?3,
        valued = valued + ?4, count = count + ?5, worst = max(worst, ?6), last = ?7
    WHERE span = ?8 AND point = ?9 AND slot = ?10
"""


@dataclass(frozen=True)
class _Readings:
    """Those beyond a number that each point has, up to one, of a span of time."""

    beyond: Callable[[int], int]
    upto: int
    since_ns: int
    until_ns: int = EVER


@dataclass
class _Pass:
    """One round over all points."""

    readings: _Readings
    points: list[int]
    oldest: dict[int, int]
    """By span: the first slot that was met."""


class Tiers:
    """Threads: lane only. Every method raises sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, samplings: Samplings, bounds: Bounds
    ) -> None:
        self._db, self._samplings, self._bounds = connection, samplings, bounds
        rows = connection.execute("SELECT id, rows, seq FROM tier").fetchall()
        self._rows = dict.fromkeys(TIERS, 0) | {span: count for span, count, _ in rows}
        self._base = min((seq for *_, seq in rows), default=0)
        self._rolled: dict[int, int] = dict(connection.execute("SELECT point, seq FROM rolled"))
        self._cut = dict.fromkeys(TIERS, 0)
        self._pass: _Pass | None = None
        self._since_ns: int | None = 0

    def start(self) -> None:
        """Once it is known which times are still to change."""
        if self._base:
            self._since_ns = self._earliest_after(self._base)

    def saw(self, time_ns: int) -> None:
        """A record with this time is being committed."""
        if self._since_ns is None or time_ns < self._since_ns:
            self._since_ns = time_ns

    def rolled(self, point: int) -> int:
        """The number up to which the records of a point are in the tiers."""
        return max(self._base, self._rolled.get(point, 0))

    @property
    def since_ns(self) -> int | None:
        """No record that is not in the tiers yet is older; None: all are in."""
        added = self._pass.readings.since_ns if self._pass is not None else None
        return min((t for t in (self._since_ns, added) if t is not None), default=None)

    def step(
        self,
        points: Mapping[int, PointRow],
        last: int,
        now_ns: int,
        transaction: AbstractContextManager[None],
    ) -> bool:
        """Add some points' records up to `last`; returns whether all of them are in now."""
        work = self._pass = self._pass or self._begin(points, last)
        chosen, rest = work.points[:POINTS_PER_STEP], work.points[POINTS_PER_STEP:]
        upto, rows = work.readings.upto, dict(self._rows)
        base = self._base if rest else upto
        rolled = dict.fromkeys(chosen, upto) if rest else {}
        with transaction:
            self._add(chosen, points, work.readings, rows)
            for key in chosen:
                self._expire(key, now_ns, work, rows)
            self._note(rolled, base, rows)
        self._rows, self._base, work.points = rows, base, rest
        self._rolled |= rolled
        if rest:
            return False
        self._end(work, now_ns)
        return self._base >= last

    def _note(self, rolled: Mapping[int, int], base: int, rows: Mapping[int, int]) -> None:
        """How far all points are, and some beyond that while a pass is on its way."""
        if self._rolled and not rolled:
            self._db.execute("DELETE FROM rolled")
        self._db.executemany("INSERT OR REPLACE INTO rolled VALUES (?, ?)", rolled.items())
        for span in TIERS:
            self._db.execute(
                "INSERT OR REPLACE INTO tier VALUES (?, ?, ?)", (span, rows[span], base)
            )

    def through(self, upto: int) -> bool:
        """Whether every record up to a number is in."""
        return self._base >= upto

    def forget_from(
        self, seq: int, shift: int, points: Mapping[int, PointRow],
        transaction: AbstractContextManager[None],
    ) -> None:  # fmt: skip
        """The times of the records from a number on will be `shift` nanoseconds later: they are
        added when they are, and where some have been, the hours that they are in are made anew from
        the readings before that number."""
        since = self.since_ns
        first, last = self._db.execute(_TIMES, (seq,)).fetchone()
        if first is not None and max(self._base, *self._rolled.values(), 0) >= seq:
            with transaction:
                noted = self._without(seq, first, last, points)
            self._rows, self._base, self._rolled = noted
            since = first if since is None else min(since, first)
        self._pass, self._since_ns = None, None if since is None else since + min(shift, 0)

    def _without(
        self, seq: int, first_ns: int, last_ns: int, points: Mapping[int, PointRow]
    ) -> tuple[dict[int, int], int, dict[int, int]]:
        """Make the hours between two times anew without the records from a number on; returns how
        many rows there are then, and how far all and some points are."""
        hour = TIERS[-1] * SECOND_NS
        begin, end = first_ns // hour * hour, (last_ns // hour + 1) * hour
        rows, base = dict(self._rows), min(self._base, seq - 1)
        rolled = {key: min(upto, seq - 1) for key, upto in self._rolled.items()}
        for span in TIERS:
            slots = begin // (span * SECOND_NS), end // (span * SECOND_NS)
            for key in points:
                rows[span] -= self._db.execute(_FORGET, (span, key, *slots)).rowcount
        for upto in {base, *rolled.values()}:
            readings = _Readings(lambda key: 0, upto, begin, end)
            keys = [key for key in points if max(base, rolled.get(key, 0)) == upto]
            for at in range(0, len(keys), POINTS_PER_STEP):
                self._add(keys[at : at + POINTS_PER_STEP], points, readings, rows)
        self._note(rolled, base, rows)
        return rows, base, rolled

    def _begin(self, points: Mapping[int, PointRow], last: int) -> _Pass:
        most = max(LEAST_RECORDS, RECORDS_PER_POINT * len(points))
        upto = self._samplings.end_of(min(last, self._base + most))
        since = EVER if self._since_ns is None else self._since_ns
        self._since_ns = self._earliest_after(upto)  # also of what is not to be added yet
        return _Pass(_Readings(self.rolled, upto, since), list(points), {})

    def _end(self, work: _Pass, now_ns: int) -> None:
        """Where a tier has more rows than its share, the next pass drops the oldest of them."""
        self._rolled, self._pass = {}, None
        for span in TIERS:
            most = SHARES[span] * self._bounds.pages * PAGE / ROW_BYTES
            over = self._rows[span] - most
            if over > 0:
                oldest = work.oldest[span]
                held = now_ns // (span * SECOND_NS) - oldest + 1
                self._cut[span] = oldest + int(held * over / self._rows[span]) + 1

    def _add(
        self, keys: Sequence[int], points: Mapping[int, PointRow], readings: _Readings,
        rows: dict[int, int],
    ) -> None:  # fmt: skip
        """Add readings of some points; `rows` counts those that are new."""
        sampled = self._minutes(keys, points, readings)
        for key in keys:
            self._roll(key, points[key], readings, rows, sampled.get(key, {}))

    def _minutes(
        self, keys: Sequence[int], points: Mapping[int, PointRow], readings: _Readings
    ) -> dict[int, dict[int, list[Any]]]:
        """What the samplings hold of some points, by point and slot of the finest tier: a row is
        read once for all of them."""
        found: dict[int, dict[int, list[Any]]] = {}
        length, span = TIERS[0] * SECOND_NS, (readings.since_ns, readings.until_ns)
        for beyond in {readings.beyond(key) for key in keys}:
            wanted = [key for key in keys if readings.beyond(key) == beyond]
            for stretch in self._samplings.stretches(wanted):
                rows = self._samplings.between(stretch, *span, beyond, readings.upto)
                for slot, some in groupby(rows, lambda row: row[0] // length):
                    by_place = list(zip(*(values for _, values in some), strict=True))
                    for key in wanted:
                        if stretch[0] <= key <= stretch[1]:
                            figures = figures_of(by_place[key - stretch[0]], points[key].kind)
                            slots = found.setdefault(key, {})
                            slots[slot] = together(slots.get(slot), figures)
        return found

    def _roll(
        self, key: int, row: PointRow, readings: _Readings, rows: dict[int, int],
        sampled: Mapping[int, list[Any]],
    ) -> None:  # fmt: skip
        """Minutes from the readings, hours from these minutes."""
        finest, span_ns = TIERS[0], (readings.since_ns, readings.until_ns)
        found = self._db.execute(
            _OVER_SLOTS.format(figures=columns(row.kind)),
            (finest * SECOND_NS, key, *span_ns, readings.beyond(key), readings.upto),
        ).fetchall()
        figured: dict[tuple[int, int], list[Any]] = {}
        for slot, *numbers in (
            *map(numeric, found),
            *((slot, *numbers) for slot, numbers in sampled.items()),
        ):
            for span in TIERS:
                whole = (span, slot * finest // span)
                figured[whole] = together(figured.get(whole), numbers)
        for (span, slot), numbers in figured.items():
            length = span * SECOND_NS
            last = self._last(key, row.kind, slot * length, (slot + 1) * length, readings.upto)
            rows[span] += self._merge((span, key, slot), (*numbers, last))

    def _last(self, key: int, kind: Kind, begin: int, end: int, upto: int) -> Any:
        """The last value from one time up to another."""
        found = self._db.execute(_LAST, (key, begin, end, upto)).fetchall()
        sampled = self._samplings.last_row(key, kind, begin, end, upto)
        if sampled is not None:
            found.append((sampled[1], sampled[0], sampled[3]))
        return last_of(found)

    def _merge(self, place: tuple[int, int, int], figures: Sequence[Any]) -> int:
        """Add to a row; returns 1 when it is a new one."""
        if self._db.execute(_MERGE, (*figures, *place)).rowcount:
            return 0
        self._db.execute("INSERT INTO rollup VALUES (?,?,?,?,?,?,?,?,?,?)", (*place, *figures))
        return 1

    def _expire(self, key: int, now_ns: int, work: _Pass, rows: dict[int, int]) -> None:
        for span, age in zip(TIERS, self._bounds.tier_ages, strict=True):
            cut = max(self._cut[span], int(now_ns - age * 1e9) // (span * SECOND_NS))
            gone = self._db.execute(
                "DELETE FROM rollup WHERE span = ? AND point = ? AND slot < ?", (span, key, cut)
            )
            rows[span] -= gone.rowcount
            first = first_slot(self._db, span, key)
            if first is not None:
                work.oldest[span] = min(first, work.oldest.get(span, first))

    def _earliest_after(self, seq: int) -> int | None:
        found: int | None = self._db.execute(_EARLIEST, (seq + 1,)).fetchone()[0]
        return found
