"""Keeps the store within its bounds: the oldest entries go first, in small steps.

Pages that become free are used again by the next records, so the file grows to its bound and stays
there without any move of what is kept. It is rewritten smaller only at open, after the user has
lowered the bound by much.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..config.storing import ENDURANCE, HOURS_AGE, MINUTES_AGE
from .schema import PAGE

STEP = 1000
"""Entries dropped in one transaction: some 15 ms on a CM4."""

WAL_BYTES = 8 * 1024 * 1024
"""Room for the write-ahead log, which `journal_size_limit` cuts to this after a checkpoint."""

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


def oldest(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """Number and time of the oldest entry."""
    rows = [
        row
        for table in ("record", "gap")
        if (row := connection.execute(
            f"SELECT seq, time_ns FROM {table} ORDER BY seq LIMIT 1").fetchone())
    ]  # fmt: skip
    return min(rows) if rows else None


def beyond(connection: sqlite3.Connection, bounds: Bounds, now_ns: int) -> int | None:
    """The number up to which the next step drops, None when the store is within its bounds. The
    newest record always stays: the series is taken up from it."""
    full, cutoff = used(connection) > bounds.pages, now_ns - int(bounds.max_age * 1e9)
    first = connection.execute("SELECT time_ns FROM record ORDER BY seq LIMIT 1").fetchone()
    if first is None or not (full or first[0] < cutoff):
        return None
    rows = connection.execute(
        "SELECT seq, time_ns FROM record ORDER BY seq LIMIT ?", (STEP + 1,)
    ).fetchall()
    droppable = rows[:-1]
    if full and droppable:
        return int(droppable[-1][0])
    upto = None
    for seq, time_ns in droppable:
        if time_ns >= cutoff:
            break
        upto = int(seq)
    return upto


def drop(connection: sqlite3.Connection, upto: int) -> None:
    """Remove all entries up to a number; the caller commits."""
    for table in ("record", "gap", "aside"):
        connection.execute(f"DELETE FROM {table} WHERE seq <= ?", (upto,))


def passed(
    connection: sqlite3.Connection, sinks: Collection[str], upto: int
) -> Iterator[tuple[str, int, int]]:
    """The sinks that had not been given everything up to `upto`: name, first number missed, and the
    number of the gap record that already says so and still waits for the sink (0: none).

    A gap record that was dropped undelivered is part of the new one.
    """
    for name, seq, gap, first in connection.execute(
        "SELECT sink, seq, gap, first FROM cursor WHERE seq < ? ORDER BY sink", (upto,)
    ).fetchall():
        if name not in sinks:
            continue
        undelivered = gap > seq
        yield name, (first if undelivered else seq + 1), (gap if undelivered and gap > upto else 0)


def shrink(connection: sqlite3.Connection) -> None:
    """Rewrite the file when most of it is unused."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    if free > _SHRINK_PAGES and free > pages / 2:
        connection.execute("VACUUM")


def used(connection: sqlite3.Connection) -> int:
    """Pages that hold something."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return int(pages - free)
