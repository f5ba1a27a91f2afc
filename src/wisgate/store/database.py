"""The store's file: numbering, commits, reading on after a cursor. Blocking; `store` calls it in
its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from heapq import merge
from itertools import islice
from pathlib import Path

from ..core.clock import SteadyClock
from ..core.points import Point, Reading
from . import retention
from .dating import Dating
from .extent import Extent
from .point_rows import PointRows
from .records import Entry, Record
from .schema import PAGE, encode, gap_of, record_of, transaction
from .series import POWER_LOST, Series, Side, keep, read_side, resume, top, write_side
from .tiers import Tiers
from .wal import Wal

FILE = "wisgate.db"
SIDE = "boot"
DISK_FULL = "the store could not be written and memory had no room for these"


class Database:
    """An open store. Threads: lane only. Every method raises sqlite3.Error and OSError."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path,
        points: Sequence[Point],
        bounds: retention.Bounds,
        clock: SteadyClock,
    ) -> None:
        self._db, self._folder, self._bounds, self._clock = connection, folder, bounds, clock
        self.dating = Dating(connection)
        self.points = PointRows(connection, points)
        self.tiers = Tiers(connection, bounds)
        self._wal: Wal | None = None
        self._series = Series(1, 1)
        self._boot_id = ""
        self._sinks: set[str] = set()
        self._since_trim = 0

    # Opening and closing

    def start(self, boot_id: str) -> None:
        """Take the series up where the last process left it, and reserve its numbers."""
        side = self._folder / SIDE
        same_boot = read_side(side).boot_id == boot_id != ""
        self._boot_id = boot_id
        series, lost = resume(self._db, same_boot)
        with transaction(self._db):
            self.dating.start(series.next, boot_id, self._clock)
            if lost is not None:
                self._add_gap(series.next, *lost, POWER_LOST)
                series = replace(series, next=series.next + 1)
            self._series = series.reserved(1)
            keep(self._db, self._series, clean=False)
            self.points.add_declared()
        self._wal = Wal(self._folder / FILE)
        self._wal.sync()
        write_side(side, Side(boot_id, self._series.mark))
        self.trim()
        retention.shrink(self._db)

    def close(self) -> None:
        """Write the exact next number, empty the log into the database and let go."""
        try:
            with transaction(self._db):
                self._series = Series(self._series.next, self._series.next)
                keep(self._db, self._series, clean=True)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go without a word, as a killed process does. Never raises."""
        wal, self._wal = self._wal, None
        if wal is not None:
            wal.close()
        with suppress(sqlite3.Error):
            self._db.close()

    # Writing

    def commit(self, readings: Sequence[Reading], dropped: int) -> int:
        """Number and store `readings` in one transaction, after a gap for as many as memory had to
        drop; returns the last number. All of them or none."""
        self._reserve(len(readings) + dropped + 1)
        with self._numbering():
            if dropped:
                self._skip(dropped, DISK_FULL)
            self._insert(readings)
        self._since_trim += len(readings)
        return self._series.next - 1

    def take(self, readings: Sequence[Reading], dropped: int) -> Extent:
        """`commit`; after a failure the log has room again for the next try."""
        try:
            self.commit(readings, dropped)
        except sqlite3.Error:
            self.relieve()
            raise
        return self.extent()

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
        series, ids = self._series, self.points.remember()
        try:
            with transaction(self._db):
                yield
        except BaseException:
            self._series = series
            self.points.forget(ids)
            raise

    def sync(self) -> None:
        """Return when everything committed survives a power loss."""
        if self._wal is not None:
            self._wal.sync()

    def relieve(self) -> None:
        """After a failed write: empty the log, whose room is then used again. Never raises."""
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def trim(self, *, always: bool = True) -> bool:
        """Drop the oldest entries beyond the bounds, with a gap record for every sink that had not
        got them; returns whether there were any. Not `always`: only after many new records."""
        if not always and self._since_trim < retention.STEP // 2:
            return False
        self._since_trim, trimmed = 0, False
        now = self._clock.utc_ns() if self.dating.dated else 0  # by a wrong time nothing is too old
        while (upto := retention.beyond(self._db, self._bounds, now)) is not None:
            while not self.tiers.through(upto):
                self._roll(upto)
            self._reserve(len(self._sinks) + 1)
            trimmed = True
            with self._numbering():
                retention.drop(self._db, upto)
                for name, first, open_gap in retention.passed(self._db, self._sinks, upto):
                    self._tell_passed(name, first, upto, open_gap)
        return trimmed

    def roll(self) -> bool:
        """Add some more of what is committed to the tiers, but nothing whose time is still to be
        found out; returns whether all of it is in."""
        waiting = self.dating.waiting
        last = self._series.next - 1 if waiting is None else waiting - 1
        return self.tiers.through(last) or self._roll(last)

    def _roll(self, last: int) -> bool:
        now = self._clock.utc_ns() if self.dating.dated else 0
        return self.tiers.step(self.points.by_id, last, now, transaction(self._db))

    def _tell_passed(self, sink: str, first: int, upto: int, open_gap: int) -> None:
        seq = open_gap or self._series.next
        if not open_gap:
            self._series = replace(self._series, next=seq + 1)
        self._add_gap(seq, first, upto, f"older than the store keeps, not delivered to {sink}")
        self._db.execute("UPDATE cursor SET gap=?, first=? WHERE sink=?", (seq, first, sink))

    def _insert(self, readings: Sequence[Reading]) -> None:
        rows = []
        for seq, reading in enumerate(readings, self._series.next):
            row = self.points.row_of(reading)
            value, status = encode(reading.value, reading.status, row.kind)
            point, cause = self.points.id_of(row), reading.cause or None
            rows.append((seq, reading.time_ns, point, value, status, cause))
            self.tiers.saw(reading.time_ns)
        self._db.executemany("INSERT INTO record VALUES (?,?,?,?,?,?)", rows)
        self._series = replace(self._series, next=self._series.next + len(rows))

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
        self._db.execute(
            "INSERT OR REPLACE INTO gap VALUES (?,?,?,?,?)",
            (seq, self._clock.utc_ns(), first, last, cause),
        )

    def correct(self, shift: int) -> Extent:
        """Everything so far whose time was estimated is `shift` nanoseconds later."""
        first = self.dating.first_to_correct
        if not self.tiers.before(first):
            self.tiers.forget_from(first, shift, self.points.by_id, transaction(self._db))
        self.dating.correct(shift, self._series.next)
        return self.extent()

    @property
    def connection(self) -> sqlite3.Connection:
        """For the questions of `history`."""
        return self._db

    # Sinks

    def after(self, seq: int, limit: int, points: frozenset[str] | None) -> list[Entry]:
        """The next entries beyond `seq`, at most `limit`, in order."""
        gaps = self._db.execute(
            "SELECT seq, time_ns, first, last, cause FROM gap WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, limit),
        )
        entries: list[Iterator[Entry]] = [self._records(seq, limit, points), map(gap_of, gaps)]
        return self.dating.marked(islice(merge(*entries, key=lambda e: e.seq), limit))

    def _records(self, seq: int, limit: int, points: frozenset[str] | None) -> Iterator[Record]:
        chosen = ""
        if points is not None:
            keys = ",".join(map(str, self.points.named(points)))
            chosen = f"AND point IN ({keys})"
        rows = self._db.execute(
            "SELECT seq, time_ns, point, value, status, cause FROM record "
            f"WHERE seq > ? {chosen} ORDER BY seq LIMIT ?",
            (seq, limit),
        )
        return (r for row in rows if (r := record_of(row, self.points.by_id)) is not None)

    def cursor(self, sink: str) -> int:
        """The last number that `sink` is done with. A new sink begins with all that is kept."""
        self._sinks.add(sink)
        row = self._db.execute("SELECT seq FROM cursor WHERE sink = ?", (sink,)).fetchone()
        if row is not None:
            return int(row[0])
        start = (retention.oldest(self._db) or (1, 0))[0] - 1
        self.advance(sink, start)
        return start

    def advance(self, sink: str, seq: int) -> None:
        self._db.execute(
            "INSERT INTO cursor VALUES (?, ?, 0, 0) ON CONFLICT (sink) DO UPDATE SET seq = ?2",
            (sink, seq),
        )

    def set_aside(self, sink: str, seqs: Sequence[int], why: str) -> None:
        with transaction(self._db):
            self._db.executemany(
                "INSERT OR REPLACE INTO aside VALUES (?, ?, ?)", [(sink, s, why) for s in seqs]
            )

    # Figures

    def extent(self) -> Extent:
        """Counted from the numbers, never by reading all records."""
        oldest, last = retention.oldest(self._db), top(self._db)
        first, oldest_ns = oldest or (last + 1, None)
        skipped = self._db.execute(
            "SELECT coalesce(sum(last - max(first, ?1) + 1), 0) FROM gap WHERE last >= ?1", (first,)
        ).fetchone()[0]
        gaps = self._db.execute("SELECT count(*) FROM gap WHERE seq >= ?", (first,)).fetchone()[0]
        pages = self._db.execute("PRAGMA page_count").fetchone()[0]
        used = retention.used(self._db) * PAGE
        aside = self._db.execute("SELECT count(*) FROM aside").fetchone()[0]
        log = self._wal.size if self._wal is not None else 0
        records = max(0, last - first + 1 - skipped - gaps)
        return Extent(last, records, oldest_ns, pages * PAGE + log, used, aside, self.dating.held)
