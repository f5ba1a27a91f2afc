"""Keeps the store within its bounds: the oldest measurements go first, in small steps.

What people, rules and alarms did, and gaps, stay where they are when the store is full, until those
older than all measurements take more than KEPT_SHARE of it; then the oldest of them go too. What is
beyond its age goes, whatever it is.

Pages that become free are used again by the next records, so the file grows to its bound and stays
there without any move of what is kept. It is rewritten smaller only at open, after the user has
lowered the bound by much.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ..config.storing import ENDURANCE, HOURS_AGE, MINUTES_AGE
from .records import ALARM
from .samplings import SamplingRow
from .schema import BEGIN, NEWEST, PAGE

STEP = 1000
"""Readings and gaps dropped in one transaction, and a part of a sampling at most: some 15 ms on a
CM4."""

TRIM_BYTES = 50_000
"""So much of new entries, and those beyond the bounds go."""

WAL_BYTES = 8 * 1024 * 1024
"""Room for the write-ahead log, which `journal_size_limit` cuts to this after a checkpoint."""

KEPT_SHARE = 1 / 4
"""Of the room in the file, for what is kept of the time before all measurements. As much as the
minutes have: a store of 1 GB keeps more than half a million switchings and alarms, and an alarm
that chatters for weeks leaves the measurements three eighths at least, beside the tiers."""

_ENTRY_BYTES = 100
"""In the file, beside the value, which stands in the index too, and the cause; about."""

_MEASURED = f"cause IS NULL AND point NOT IN (SELECT id FROM point WHERE name GLOB '{ALARM}*')"
_RENEWED = "seq IN (SELECT gap FROM cursor WHERE cursor.gap > cursor.seq)"
"""Gap records that wait for their sink: what `passed` says takes their place."""
_WITHIN = "seq > ?1 AND seq <= ?2"
_ENTRIES = f"""
    SELECT seq, time_ns, 1 FROM record WHERE {_WITHIN}
    UNION ALL SELECT seq, time_ns, last - first + 1 FROM sampling WHERE {_WITHIN}
    UNION ALL SELECT seq, time_ns, 1 FROM gap WHERE {_WITHIN} ORDER BY seq LIMIT ?3
"""
"""Number, time and readings. A sampling is one: all of it is measured, and goes together."""
_WEIGHT = f"""
    SELECT sum(readings), sum(bytes) FROM (
        SELECT count(*) AS readings, {_ENTRY_BYTES} * count(*) + coalesce(
            sum(2 * coalesce(length(value), 0) + coalesce(length(cause), 0)), 0) AS bytes
        FROM record WHERE {_WITHIN}
        UNION ALL SELECT coalesce(sum(last - first + 1), 0), coalesce(
            sum({_ENTRY_BYTES} + length(body)), 0) FROM sampling WHERE {_WITHIN}
        UNION ALL SELECT 0, {_ENTRY_BYTES} * count(*) FROM gap WHERE {_WITHIN})
"""
_NOT_TOLD = """
    SELECT sink, seq, gap, first FROM cursor WHERE seq < ?1 AND NOT EXISTS
        (SELECT 1 FROM gap WHERE gap.seq = cursor.gap AND gap.seq > cursor.seq AND last >= ?1)
    ORDER BY sink
"""
_SHRINK_PAGES = 4096


@dataclass(frozen=True)
class Bounds:
    """`max_size` in bytes on disk with the log, ages in seconds: of readings, of the figures of a
    minute and of an hour; `endurance`: bytes that the drive bears in its life."""

    max_size: float
    max_age: float
    endurance: float = ENDURANCE
    max_age_minutes: float = MINUTES_AGE
    max_age_hours: float = HOURS_AGE

    @property
    def tier_ages(self) -> tuple[float, float]:
        """Seconds, in the order of the tiers."""
        return self.max_age_minutes, self.max_age_hours

    @property
    def pages(self) -> int:
        """How many pages of the database may be in use. A bound below 32 MB leaves half to the
        log, which is checkpointed earlier then (see `checkpoint_pages`)."""
        return max(16, int(max(self.max_size - WAL_BYTES, self.max_size / 2) / PAGE))

    @property
    def checkpoint_pages(self) -> int:
        """When SQLite copies the log into the database: 1000 pages is its own measure."""
        return max(8, min(1000, int(self.max_size / 8 / PAGE)))


UNBOUNDED = Bounds(math.inf, math.inf, max_age_minutes=math.inf, max_age_hours=math.inf)
"""For whoever only reads."""


@dataclass(frozen=True)
class Kept:
    """Of what is numbered `upto` or less, only what was kept is there: so many records, and so many
    bytes with the gaps. Beyond, every number is there or in a gap record."""

    upto: int = 0
    records: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Step:
    """The entries beyond `after` that go, up to `upto`: all, or only the measurements."""

    after: int
    upto: int
    measurements: bool = False


class Retention:
    """Threads: lane only. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, bounds: Bounds) -> None:
        self._db, self._bounds = connection, bounds
        row = connection.execute("SELECT upto, records, bytes FROM kept").fetchone()
        self.kept = Kept(*row) if row else Kept()

    def next_step(self, now_ns: int) -> Step | None:
        """None when the store is within its bounds. The newest record always stays: the series is
        taken up from it."""
        newest = self._db.execute(NEWEST).fetchone()[0]
        if newest is None:
            return None
        upto = min(self.kept.upto, newest - 1)
        behind, beyond = (0, upto), (self.kept.upto, newest - 1)
        for after, last in (behind, beyond):
            aged = self._aged(after, last, now_ns - int(self._bounds.max_age * 1e9))
            if aged is not None:
                return Step(after, aged)
        if used(self._db) <= self._bounds.pages:
            return None
        kept, following = self._some(*behind), self._some(*beyond)
        crowded = self.kept.bytes > KEPT_SHARE * self._bounds.pages * PAGE
        if following is not None and not (crowded and kept is not None):
            return Step(self.kept.upto, following, measurements=True)
        return None if kept is None else Step(0, kept)

    def _aged(self, after: int, last: int, cutoff_ns: int) -> int | None:
        """The number up to which the next entries are too old."""
        aged = takewhile(lambda entry: entry[1] < cutoff_ns, self._next(after, last))
        return max((seq for seq, _ in aged), default=None)

    def _some(self, after: int, last: int) -> int | None:
        """The number up to which there is a step of entries."""
        return max((seq for seq, _ in self._next(after, last)), default=None)

    def _next(self, after: int, last: int) -> Iterator[tuple[int, int]]:
        """Number and time of the entries of a step."""
        count = 0
        for seq, time_ns, readings in self._db.execute(_ENTRIES, (after, last, STEP)):
            yield seq, time_ns
            count += readings
            if count >= STEP:
                return

    def drop(self, step: Step) -> Kept:
        """Take a step; returns what `kept` is once the caller has committed."""
        place, kept = (step.after, step.upto), self.kept
        if step.upto <= kept.upto:
            gone, size = weight(self._db, *place)
            kept = replace(kept, records=kept.records - gone, bytes=kept.bytes - size)
        records, gaps = (_MEASURED, _RENEWED) if step.measurements else ("TRUE", "TRUE")
        self._db.execute(f"DELETE FROM record WHERE {_WITHIN} AND {records}", place)
        self._db.execute(f"DELETE FROM sampling WHERE {_WITHIN}", place)
        self._db.execute(f"DELETE FROM gap WHERE {_WITHIN} AND {gaps}", place)
        self._db.execute(
            f"DELETE FROM aside WHERE {_WITHIN} AND seq NOT IN"
            f" (SELECT seq FROM record WHERE {_WITHIN})",
            place,
        )
        if step.measurements:
            more, size = weight(self._db, *place)
            kept = replace(kept, records=kept.records + more, bytes=kept.bytes + size)
        kept = replace(kept, upto=max(kept.upto, step.upto))
        note(self._db, kept)
        return kept


def size_of(rows: int, samplings: Sequence[SamplingRow]) -> int:
    """About how many bytes new rows take."""
    return _ENTRY_BYTES * (rows + len(samplings)) + sum(len(row[-1]) for row in samplings)


def weight(connection: sqlite3.Connection, after: int, upto: int) -> tuple[int, int]:
    """How many records there are beyond `after` up to a number, and their bytes with the gaps."""
    records, size = connection.execute(_WEIGHT, (after, upto)).fetchone()
    return int(records), int(size)


def note(connection: sqlite3.Connection, kept: Kept) -> None:
    """Write it down; the caller commits."""
    connection.execute(
        "INSERT OR REPLACE INTO kept VALUES (1, ?, ?, ?)", (kept.upto, kept.records, kept.bytes)
    )


def oldest(connection: sqlite3.Connection, after: int = 0) -> tuple[int, int] | None:
    """Number and time of the oldest entry beyond a number."""
    rows = [
        row
        for number, table in (("seq", "record"), (BEGIN, "sampling"), ("seq", "gap"))
        if (row := connection.execute(
            f"SELECT {number}, time_ns FROM {table} WHERE seq > ? ORDER BY seq LIMIT 1", (after,)
        ).fetchone())
    ]  # fmt: skip
    return min(rows) if rows else None


def passed(
    connection: sqlite3.Connection, sinks: Collection[str], upto: int
) -> Iterator[tuple[str, int, int]]:
    """The sinks that had not been given everything up to `upto`, and have not been told so: name,
    first number missed, and the number of the gap record that says a part of it and still waits for
    the sink (0: none).

    A gap record that was dropped undelivered is part of the new one.
    """
    for name, seq, gap, first in connection.execute(_NOT_TOLD, (upto,)).fetchall():
        if name not in sinks:
            continue
        undelivered = gap > seq
        yield name, (first if undelivered else seq + 1), (gap if undelivered and gap > upto else 0)


def shrink(connection: sqlite3.Connection) -> None:
    """Rewrite the file when most of it is unused."""
    pages, free = pages_of(connection)
    if free > _SHRINK_PAGES and free > pages / 2:
        connection.execute("VACUUM")


def pages_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """All pages of the file, and those of them that hold nothing."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    return int(pages), int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def used(connection: sqlite3.Connection) -> int:
    """Pages that hold something."""
    pages, free = pages_of(connection)
    return pages - free
