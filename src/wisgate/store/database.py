"""The store's file: numbering, commits, reading on after a cursor. Blocking; `store` calls it in
its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from ..core.clock import SteadyClock
from ..core.columns import Batch, amount
from ..core.points import Point
from . import retention
from .cursors import Cursors
from .dating import Dating
from .entries import Records
from .extent import Extent, Figures
from .following import Following
from .numbering import Numbering
from .past import Past
from .records import Record
from .schema import transaction
from .series import POWER_LOST, Series, Side, keep, read_side, resume, write_side
from .wal import Logged

FILE = "wisgate.db"
SIDE = "boot"
DISK_FULL = "the store could not be written and memory had no room for these"
TOGETHER = 50
"""Rows in one statement: each statement takes Python's lock, for which busy threads wait."""
_time_of: Callable[[Sequence[object]], int] = itemgetter(1)
_ROW = "(?,?,?,?,?,?)"
_INSERT = "INSERT INTO record VALUES"
_INSERT_TOGETHER = f"{_INSERT} {','.join([_ROW] * TOGETHER)}"


class Taken(NamedTuple):
    """What came of a commit: the file, and the records as `following` would return them; none when
    that may still change, or nobody asks for them."""

    extent: Extent
    records: list[Record | Records]
    trim_due: bool
    """Whether many came since the last time that old entries were dropped."""


class Database(Logged, Past):
    """An open store. Threads: lane only. Every method raises sqlite3.Error and OSError."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path,
        points: Sequence[Point],
        bounds: retention.Bounds,
        clock: SteadyClock,
    ) -> None:
        Logged.__init__(self, connection, folder / FILE)
        Past.__init__(self, connection, points, bounds)
        self._folder, self._clock = folder, clock
        self.dating = Dating(connection, self.samplings)
        self.cursors = Cursors(connection)
        self.following = Following(connection, self.points, self.dating)
        self._series = Series(1, 1)
        self._boot_id = ""
        self._since_trim = 0
        self._figures = Figures(
            connection, lambda: self.log_size, lambda: self.dating.held, lambda: self.retention.kept
        )

    # Opening and closing

    def start(self, boot_id: str) -> None:
        """Take the series up where the last process left it, and reserve its numbers."""
        side = self._folder / SIDE
        same_boot = read_side(side).boot_id == boot_id != ""
        self._boot_id = boot_id
        series, lost = resume(self._db, same_boot)
        if lost is None and not same_boot:  # from here on an end that comes is one of this boot
            write_side(side, Side(boot_id, series.mark))
        with transaction(self._db):
            self.dating.start(series.next, boot_id, self._clock)
            if lost is not None:
                self._add_gap(series.next, *lost, POWER_LOST)
                series = replace(series, next=series.next + 1)
            self._series = series.reserved(1)
            keep(self._db, self._series, clean=False)
            self.points.add_declared()
        self.tiers.start()
        self.hold_log()
        self.sync()
        write_side(side, Side(boot_id, self._series.mark))
        while self.trim():
            pass
        retention.shrink(self._db)

    def close(self) -> None:
        """Write the exact next number, empty the log into the database and let go."""
        try:
            with transaction(self._db):
                self._series = Series(self._series.next, self._series.next)
                keep(self._db, self._series, clean=True)
            self.empty_log()
        finally:
            self.abandon()

    # Writing

    def take(self, batch: Batch, dropped: int, cursors: Mapping[str, int]) -> Taken:
        """Number and store a batch in one transaction, after a gap for as many as memory had to
        drop, and note how far sinks are: all of it or nothing. After a failure the log has room
        again for the next try."""
        exact = self.dating.held is None and self.dating.dated
        told = exact and bool(self.cursors.sinks)
        try:
            records = self._commit(batch, dropped, cursors, told)
        except sqlite3.Error:
            self.relieve()
            raise
        extent = self._figures.grown(sum(map(amount, batch)))
        return Taken(extent, records, self._since_trim >= retention.TRIM_BYTES)

    def _commit(
        self, batch: Batch, dropped: int, cursors: Mapping[str, int], told: bool
    ) -> list[Record | Records]:
        if batch or dropped:
            self._reserve(sum(map(amount, batch)) + dropped + 1)
        with self._numbering():
            self.cursors.advance(cursors)
            if dropped:
                self._skip(dropped, DISK_FULL)
            return self._insert(batch, told)

    def _reserve(self, count: int) -> None:
        """Have the mark on the disk before any number beyond the old one is seen by anybody."""
        fresh = self._series.reserved(count)
        if fresh == self._series:
            return
        with transaction(self._db):
            keep(self._db, fresh, clean=False)
        self.sync()
        self._series = fresh
        write_side(self._folder / SIDE, Side(self._boot_id, fresh.mark))

    @contextmanager
    def _numbering(self) -> Iterator[None]:
        """A transaction that gives its numbers back when it fails."""
        series, known = self._series, self.points.count
        try:
            with transaction(self._db):
                yield
        except BaseException:
            self._series = series
            self.points.forget_beyond(known)
            raise

    def trim(self) -> bool:
        """Drop some of the oldest entries beyond the bounds, with a gap record for every sink that
        had not got them; returns whether there were any."""
        self._since_trim = 0
        now = self._clock.utc_ns() if self.dating.dated else 0  # by a wrong time nothing is too old
        step = self.retention.next_step(now)
        if step is None:
            return False
        while not self.tiers.through(step.upto):
            self._roll(max(step.upto, self.dating.final(self._series.next)))
        self._reserve(len(self.cursors.sinks) + 1)
        self._figures.forget()
        with self._numbering():
            kept = self.retention.drop(step)
            self._tell_passed(self.cursors.sinks, kept.upto)
        self.retention.kept = kept
        return True

    def cursor(self, sink: str) -> int:
        """The last number that `sink` is done with. What is gone meanwhile, or was before a new
        sink came, it is told in a gap record."""
        found, upto = self.cursors.of(sink), self.retention.kept.upto
        if found < upto:
            self._reserve(1)
            with self._numbering():
                self._tell_passed({sink}, upto)
        return found

    def roll(self) -> bool:
        """Add some more of what is committed to the tiers, but nothing whose time is still to be
        found out; returns whether all of it is in."""
        last = self.dating.final(self._series.next)
        return self.tiers.through(last) or self._roll(last)

    def _roll(self, last: int) -> bool:
        now = self._clock.utc_ns() if self.dating.dated else 0
        return self.tiers.step(self.points.by_id, last, now, transaction(self._db))

    def _tell_passed(self, sinks: Collection[str], upto: int) -> None:
        for sink, first, open_gap in retention.passed(self._db, sinks, upto):
            seq = open_gap or self._series.next
            if not open_gap:
                self._series = replace(self._series, next=seq + 1)
            self._add_gap(seq, first, upto, f"older than the store keeps, not delivered to {sink}")
            self._db.execute("UPDATE cursor SET gap=?, first=? WHERE sink=?", (seq, first, sink))

    def _insert(self, batch: Batch, told: bool) -> list[Record | Records]:
        new = Numbering(self._series.next, self.points, self.samplings)
        new.take(batch, told=told)
        rows, whole = new.rows, len(new.rows) // TOGETHER * TOGETHER
        for at in range(0, whole, TOGETHER):
            self._db.execute(_INSERT_TOGETHER, [*chain(*rows[at : at + TOGETHER])])
        self._db.executemany(f"{_INSERT} {_ROW}", rows[whole:])
        self.samplings.insert(new.samplings)
        self._since_trim += retention.size_of(len(rows), new.samplings)
        if batch:
            self.tiers.saw(min(chain(map(_time_of, rows), map(_time_of, new.samplings))))
        self._series = replace(self._series, next=new.following)
        return new.records

    def interrupt(self, cause: str) -> Extent:
        """Nothing comes for some time: a gap record says why, and an end without warning that
        follows loses no numbers. Synced."""
        self._reserve(2)
        with self._numbering():
            self._skip(1, cause)
            self._series = Series(self._series.next, self._series.next)
            keep(self._db, self._series, clean=True)
        self.sync()
        return self.extent()

    def _skip(self, count: int, cause: str) -> None:
        first = self._series.next
        self._add_gap(first + count, first, first + count - 1, cause)
        self._series = replace(self._series, next=first + count + 1)

    def _add_gap(self, seq: int, first: int, last: int, cause: str) -> None:
        self._figures.forget()
        self._db.execute(
            "INSERT OR REPLACE INTO gap VALUES (?,?,?,?,?)",
            (seq, self._clock.utc_ns(), first, last, cause),
        )

    def correct(self, shift: int) -> Extent:
        """Everything so far whose time was estimated is `shift` nanoseconds later."""
        first = self.dating.first_to_correct
        self.tiers.forget_from(first, shift, self.points.by_id, transaction(self._db))
        self.dating.correct(shift, self._series.next)
        return self.extent()

    # Figures

    def extent(self) -> Extent:
        """What the file holds now."""
        return self._figures.counted()
