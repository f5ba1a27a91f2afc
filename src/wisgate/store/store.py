"""The store as the gateway sees it: append on the event loop, everything else in its lane."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from ..bus.lane import Lane
from ..core.clock import Clock, SteadyClock
from ..core.columns import amount, later
from ..core.errors import StoreError
from ..core.points import Point, Reading
from .buckets import in_buckets
from .commits import LONGEST_RETRY_S, RETRY_S, Corrections, Gathering, Watchers, settle
from .database import FILE, Database
from .extent import Extent
from .forecast import Forecast
from .history import History, Span, latest, raw
from .jobs import Jobs
from .opening import open_database
from .pace import REAL_TIME, Pace
from .progress import Progress
from .records import Entry, Record
from .retention import Bounds
from .ring import Ring
from .stats import StoreStats, gathered
from .tail import Tail
from .upkeep import keep_rolled, keep_synced

log = logging.getLogger(__name__)


class Store:
    """Readings and gaps in one series of numbers, on disk. Threads: the event loop only."""

    def __init__(
        self, jobs: Jobs[Database], notices: list[str], clock: Clock, pace: Pace, bounds: Bounds,
        written: Callable[[], int | None],
    ) -> None:  # fmt: skip
        self.notices = notices
        """What had to be repaired, a line each."""
        self._jobs, self._clock, self._pace, self._bounds = jobs, clock, pace, bounds
        self._forecast = Forecast(written)
        self._extent = Extent(0, 0, None, 0, 0, 0)
        self._ring, self._tail = Ring(), Tail()
        self._committing = 0
        self._error = ""
        self._gathering, self._dirty = Gathering(), asyncio.Event()
        self._progress = Progress(self._gathering.wake)
        self._watchers, self._corrections = Watchers(), Corrections(jobs)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @classmethod
    async def open(
        cls, folder: Path, *, lane: Lane, clock: Clock, boot_id: str, points: Sequence[Point],
        bounds: Bounds, pace: Pace = REAL_TIME, written: Callable[[], int | None] = lambda: None,
    ) -> Store:  # fmt: skip
        """Open or make `folder/wisgate.db`; repair it when it is damaged. `written`: bytes that
        this process has had written to drives. A steady clock that is not trusted gets an estimate
        here. The caller holds the folder's lock and closes the lane. Raises Unavailable when the
        folder cannot be written.
        """
        notices: list[str] = []

        def open_file(suspect: bool) -> Database:
            steady = SteadyClock.over(clock)
            return open_database(folder, points, bounds, steady, boot_id, notices, suspect=suspect)

        database = await lane.run(lambda: open_file(False))
        jobs = Jobs(database, lambda: open_file(True), lane, FILE)
        store = cls(jobs, notices, clock, pace, bounds, written)
        store._extent = await jobs.run(Database.extent)
        works = {
            "commits": store._commit_on(),
            "tiers": keep_rolled(jobs),
            "dates": store._corrections.run(store._look_again, store._tell),
        }
        if pace.sync is not None:
            works["syncs"] = keep_synced(jobs, store._dirty, pace.sync, store._tell)
        store._tasks = [asyncio.create_task(w, name=f"store {name}") for name, w in works.items()]
        return store

    # Writing

    def append(self, reading: Reading) -> None:
        """Take a reading; it is committed, and numbered, `pace.group` later at the latest."""
        self.extend((reading,))

    def extend(self, readings: Sequence[Reading]) -> None:
        """The same for several that came together."""
        if not readings:
            return
        if self._closed:
            raise StoreError("the store is closed; nothing can be appended")
        self._ring.extend(readings)
        self._gathering.wake()
        if self._error:
            self._ring.bound()
        elif (count := len(self._ring)) >= self._pace.limit:
            self._gathering.hurry(self._pace.rest if count < self._pace.full else 0.0)

    def correct(self, shift: int) -> None:
        """The time is known: what was appended so far, with estimated times, is `shift` nanoseconds
        later. With no estimates in the store, this is said of all since it was opened."""
        self._ring.shift(shift)
        self._corrections.add(shift)
        self._gathering.hurry()

    async def release(self) -> None:
        """Offer records with estimated times, too. Raises StoreError."""
        await self._jobs.run(lambda db: db.dating.release())
        await self._look_again()

    async def interrupt(self, cause: str) -> None:
        """Flush, and note in a gap record that nothing comes for some time. Raises StoreError."""
        await self.flush()
        self._extent = await self._jobs.run(lambda db: db.interrupt(cause), urgent=True)
        self._watchers.wake()

    async def flush(self) -> None:
        """Return when everything appended so far is committed and synced. Raises StoreError."""
        await self._gathering.flush()

    async def close(self) -> None:
        """Commit and sync what is left, note the exact next number and close the file. Raises
        StoreError when something could not be stored; the file is closed then too."""
        if self._closed:
            return
        self._closed = True
        failure: StoreError | None = None
        try:
            await self.flush()
        except StoreError as error:
            failure = StoreError(f"{error}; {len(self._ring)} readings are lost with it")
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            try:
                await self._jobs.run(Database.close)
            except StoreError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    # Reading

    async def after(self, seq: int, limit: int, density: int = 1) -> Sequence[Entry]:
        """The next entries beyond `seq`, at most `limit`, of those in columns `density` as one, in
        order. None that is not `offered`. Raises StoreError."""
        recent = self._tail.after(seq, limit, self.offered, density)
        if recent is not None:
            return recent
        found = await self._jobs.run(lambda db: db.following.after(seq, limit, density))
        upto = self.offered  # it may have become less meanwhile
        whole = all(part.seq + amount(part) - 1 <= upto for part in found.parts)
        return found if whole else [entry for entry in found if entry.seq <= upto]

    async def wait(self, seq: int) -> None:
        """Return when something beyond `seq` is committed, and offered."""
        while self.offered <= seq:
            await self._watchers.wait()

    async def history(
        self, point: str, start_ns: int, end_ns: int, buckets: int | None = None
    ) -> History:
        """The readings of a point from `start_ns` up to `end_ns`: raw, or in buckets that are equal
        to a quarter. Does not hold up commits, however long the span. Raises StoreError."""
        span = Span(start_ns, max(start_ns, end_ns))
        if buckets is None:
            return await self._jobs.run(lambda db: raw(db, point, span))
        return await in_buckets(self._jobs, point, span, buckets)

    async def latest(self, point: str) -> Record | None:
        """The record of a point that was committed last. Raises StoreError."""
        return await self._jobs.run(lambda db: latest(db, point))

    # Sinks

    async def cursor(self, sink: str) -> int:
        """The last number that `sink` is done with. Raises StoreError."""
        found = await self._jobs.run(lambda db: db.cursor(sink))
        await self._look_again()
        return self._progress.of(sink, found)

    def advance(self, sink: str, seq: int) -> None:
        """`sink` is done with everything up to `seq`. Noted with the next commit, or CURSOR_S later
        by itself: an end without warning before that has the same delivered once more."""
        self._progress.advance(sink, seq)

    async def set_aside(self, sink: str, seqs: Sequence[int], why: str) -> None:
        """Note that `sink` will never take these. Raises StoreError."""
        await self._jobs.run(lambda db: db.cursors.set_aside(sink, seqs, why))
        self._extent = await self._jobs.run(Database.extent)

    # Figures

    @property
    def last_seq(self) -> int:
        """The greatest number committed, 0 before the first."""
        return self._extent.last_seq

    @property
    def offered(self) -> int:
        """The greatest number that sinks may have: what comes after waits for its time."""
        last, held = self._extent.last_seq, self._extent.held
        return last if held is None else min(last, held - 1)

    @property
    def stats(self) -> StoreStats:
        pending, rates = len(self._ring) + self._committing, self._forecast.rates
        dropped = self._ring.dropped
        return gathered(self._extent, rates, self._bounds, pending, dropped, self._error)

    # In the background

    async def _commit_on(self) -> None:
        retry = RETRY_S
        while True:
            await self._gathering.gather(self._pace.group)
            if await self._commit():
                retry = RETRY_S
            else:
                self._gathering.wake()
                await self._gathering.pause(retry)
                retry = min(2 * retry, LONGEST_RETRY_S)

    async def _commit(self) -> bool:
        """One group. Whether it is on the disk; if not, its readings are in the queue again."""
        flushes = self._gathering.take_flushes()
        cursors = self._progress.take()
        corrected = self._corrections.total
        batch, lost = self._ring.take()
        self._committing = sum(map(amount, batch))
        try:
            if self._corrections.pending:
                self._tail.clear()
                self._extent = await self._corrections.tell(corrected)
            taken = await self._jobs.run(lambda db: db.take(batch, lost, cursors), urgent=True)
        except StoreError as error:
            self._committing = 0
            late = self._corrections.total - corrected
            self._ring.put_back([later(item, late) for item in batch], lost)
            self._progress.put_back(cursors)
            self._tell(str(error))
            settle(flushes, error)
            return False
        self._committing, self._extent = 0, taken.extent
        self._tail.put(taken.records)
        self._forecast.look(self._clock.monotonic(), self._extent.last_seq)
        self._dirty.set()
        self._watchers.wake()
        failure = await self._settle_down(synced=bool(flushes), trimmed=taken.trim_due)
        self._tell(str(failure or ""))
        settle(flushes, failure)
        return True

    async def _settle_down(self, *, synced: bool, trimmed: bool) -> StoreError | None:
        """What follows a commit; its failure does not undo the commit."""
        try:
            if synced:
                await self._jobs.run(Database.sync, urgent=True)
            if trimmed:
                await self._trim()
        except StoreError as error:
            return error
        return None

    async def _trim(self) -> None:
        dropped = False
        while await self._jobs.run(Database.trim):
            dropped = True
        if dropped:
            self._tail.clear()
            await self._look_again()

    async def _look_again(self) -> None:
        self._extent = await self._jobs.run(Database.extent)
        self._watchers.wake()

    def _tell(self, error: str) -> None:
        if error and not self._error:
            log.warning("%s; readings wait in memory, and it is tried again", error)
        elif self._error and not error:
            log.warning("the store takes readings again; %d dropped so far", self._ring.dropped)
        self._error = error
