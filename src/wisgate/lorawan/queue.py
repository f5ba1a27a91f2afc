"""The outage queue: every frame, numbered in the order of hearing, until every upstream has it.

Upstreams that keep up are served from memory, and what all of them have before its commit is never
written at all: the flash is for outages. Everything else is on the disk within `pace`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..bus.lane import Lane
from ..core.clock import Clock
from ..core.errors import StoreError
from ..store.commits import LONGEST_RETRY_S, RETRY_S, Gathering, settle
from ..store.jobs import Jobs
from ..store.pace import REAL_TIME, Pace
from ..store.retention import Bounds
from ..store.upkeep import keep_synced
from .queue_file import BLOCK, FILE, STEP, Progress, QueueFile
from .queue_opening import open_queue
from .radio import Frame, Heard

log = logging.getLogger(__name__)

TAIL = 2000
"""Frames that stay in memory at least."""
ROOM = 20_000
"""Frames kept in memory while the disk takes none: some 20 MB."""
CURSORS_S = 1.0
"""How often cursors alone are written: what they miss is delivered a second time after a cut."""
EARLY_S = 1e-3
"""A timer may fire so early."""
TRIM_S = 10.0


class Queue:
    """Threads: the event loop only."""

    def __init__(
        self, jobs: Jobs[QueueFile], file: QueueFile, clock: Clock, pace: Pace, max_age: float
    ) -> None:
        self.notices: list[str] = []
        """What had to be repaired, a line each."""
        self.dropped = 0
        """Frames that some upstream had not got and that found no room, since start."""
        self.error = ""
        """Why the disk takes nothing; empty when it does."""
        self.stored = 0
        """Frames on the disk."""
        self._jobs, self._clock, self._pace, self._max_age = jobs, clock, pace, max_age
        self._next, self._mark = file.first, file.first + BLOCK
        self._committed = file.first - 1
        """Frames up to this number are on the disk, or done with."""
        self._tail: list[tuple[Heard, float]] = []
        self._progress: dict[str, Progress] = {}
        self._moved: dict[str, Progress] = {}
        """What the file does not know yet."""
        self._watchers: list[asyncio.Event] = []
        self._gathering, self._dirty = Gathering(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._begin, self._opened = file.newest_at, clock.monotonic()
        self._trimmed = self._noted = self._opened
        self._trimmed_at = self.last

    @classmethod
    async def open(
        cls, folder: Path, *, lane: Lane, clock: Clock, upstreams: Sequence[str], bounds: Bounds,
        pace: Pace = REAL_TIME,
    ) -> Queue:  # fmt: skip
        """Open or make `folder/uplinks.db`; repair it when it is damaged. `upstreams`: their names;
        others are forgotten. The caller closes the lane. Raises Unavailable."""
        notices: list[str] = []

        def open_file(suspect: bool) -> QueueFile:
            return open_queue(folder, upstreams, bounds, clock, notices, suspect=suspect)

        file = await lane.run(lambda: open_file(False))
        jobs = Jobs(file, lambda: open_file(True), lane, FILE)
        queue = cls(jobs, file, clock, pace, bounds.max_age)
        queue.notices = notices
        queue._progress = await jobs.run(QueueFile.progress)
        queue.stored = file.count
        works = {"commits": queue._commit_on()}
        if pace.sync is not None:
            works["syncs"] = keep_synced(jobs, queue._dirty, pace.sync, queue._tell)
        queue._tasks = [
            asyncio.create_task(work, name=f"queue {name}") for name, work in works.items()
        ]
        return queue

    # Taking

    def append(self, frames: Sequence[Frame]) -> list[Heard]:
        """Take frames; returns them with their numbers."""
        came = self._clock.monotonic()
        heard = [Heard(number, *frame) for number, frame in enumerate(frames, self._next)]
        self._next += len(heard)
        self._tail += [(frame, came) for frame in heard]
        if len(self._tail) >= 2 * TAIL:
            self._shorten()
        self._gathering.wake()
        for watcher in self._watchers:
            watcher.set()
        return heard

    def _shorten(self) -> None:
        """Many at a time, for each time what stays is moved."""
        done = self._committed - self._tail[0][0].number + 1
        del self._tail[: max(0, min(done, len(self._tail) - TAIL))]
        if (beyond := len(self._tail) - ROOM) > 0:
            before = max(self._committed, self._everybody())
            self._committed = self._tail[beyond - 1][0].number
            self.dropped += max(0, self._committed - before)
            del self._tail[:beyond]

    async def flush(self) -> None:
        """Return when everything taken so far is committed and synced. Raises StoreError."""
        await self._gathering.flush()

    async def close(self) -> None:
        """Commit and sync what is left, and close the file. Raises StoreError when something could
        not be stored; the file is closed then too."""
        try:
            await self.flush()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._jobs.run(lambda file: file.close(self._next))

    # Giving

    @property
    def last(self) -> int:
        """The greatest number so far."""
        return self._next - 1

    @property
    def forgotten(self) -> int:
        """Frames up to this number are on the disk only, or nowhere."""
        return self._tail[0][0].number - 1 if self._tail else self.last

    @property
    def held(self) -> int:
        """Frames that some upstream has not got yet, about."""
        return self.stored + self.last - self._committed

    def watch(self) -> asyncio.Event:
        """Is set whenever a frame comes."""
        event = asyncio.Event()
        self._watchers.append(event)
        return event

    def progress(self, upstream: str) -> Progress:
        """How far an upstream was when the queue was opened, and has come since."""
        return self._progress[upstream]

    def recent(self, number: int) -> list[tuple[Heard, float]] | None:
        """The frames beyond `number` with the times (monotonic) at which they came; None when not
        all of them are in memory any more."""
        count = self.last - number
        if count <= 0:
            return []
        if count > len(self._tail):
            return None
        return self._tail[-count:]

    async def after(self, number: int, limit: int) -> list[Heard]:
        """The next frames beyond `number`, at most `limit`, in order. Raises StoreError."""
        found: list[Heard] = []
        if self.recent(number) is None:
            found, more = await self._jobs.run(lambda file: file.after(number, limit))
            if more is not None:
                return found
        known = max(number, found[-1].number) if found else number
        fresh = [heard for heard, _ in self._tail if heard.number > known]
        return found + fresh[: limit - len(found)]

    async def motes(self, number: int, upto: int, limit: int) -> list[tuple[int, int]]:
        """Numbers and motes of the next frames on the disk beyond `number`, none beyond `upto`.
        Raises StoreError."""
        found = await self._jobs.run(lambda file: file.motes(number, limit))
        return [row for row in found if row[0] <= upto]

    def advance(self, upstream: str, cursor: int, ahead: Iterable[int] = ()) -> None:
        """An upstream is done with everything up to `cursor`, and with `ahead` beyond it."""
        reached = self._progress[upstream]
        if cursor > reached.cursor:
            reached.cursor = cursor
            reached.ahead = {number for number in reached.ahead if number > cursor}
        reached.ahead.update(ahead)
        moved = self._moved.setdefault(upstream, Progress(cursor, set()))
        moved.cursor = max(moved.cursor, reached.cursor)
        moved.ahead.update(ahead)
        self._gathering.wake()

    def _everybody(self) -> int:
        """Up to this number every upstream is done."""
        return min((p.cursor for p in self._progress.values()), default=self.last)

    # In the background

    async def _commit_on(self) -> None:
        """What comes while a commit is near is left to the next: it is young, and upstreams that
        keep up will have it by then. It waits three parts of `pace.group` at most."""
        part, wait = self._pace.group / 3, RETRY_S
        while True:
            await self._gathering.gather(part)
            upto = self.last
            if not self._gathering.flushes:
                await self._gathering.pause(part)
            if not self._work_waits(upto):
                if self._moved and self.stored:
                    asyncio.get_running_loop().call_later(CURSORS_S, self._gathering.wake)
            elif await self._commit(self.last if self._gathering.flushes else upto):
                wait = RETRY_S
            else:
                self._gathering.wake()
                await self._gathering.pause(wait)
                wait = min(2 * wait, LONGEST_RETRY_S)

    def _work_waits(self, upto: int) -> bool:
        self._committed = max(self._committed, min(self._everybody(), self.last))
        if self._committed < upto or self._gathering.flushes:
            return True
        late = self._clock.monotonic() - self._noted >= CURSORS_S - EARLY_S
        return bool(self._moved and self.stored and late)

    async def _commit(self, last: int) -> bool:
        """One group, up to `last`. Whether it is on the disk."""
        flushes = self._gathering.take_flushes()
        moved, self._moved = self._moved, {}
        at = self._running()
        batch = [heard for heard, _ in self.recent(self._committed) or () if heard.number <= last]
        try:
            self.stored = await self._jobs.run(
                lambda file: file.take(batch, at, moved), urgent=True
            )
            self._committed = max(self._committed, last)
            self._noted = self._clock.monotonic()
            moved = {}
            self._dirty.set()
            await self._settle_down(synced=bool(flushes))
        except StoreError as error:
            self._take_back(moved)
            self._tell(str(error))
            settle(flushes, error)
            return False
        self._tell("")
        settle(flushes, None)
        return True

    def _take_back(self, moved: dict[str, Progress]) -> None:
        for name, reached in moved.items():
            now = self._moved.setdefault(name, Progress(reached.cursor, set()))
            now.cursor = max(now.cursor, reached.cursor)
            now.ahead |= reached.ahead

    async def _settle_down(self, *, synced: bool) -> None:
        if synced:
            await self._jobs.run(QueueFile.sync, urgent=True)
        if self._next + BLOCK // 2 > self._mark:
            following = self._next
            self._mark = await self._jobs.run(lambda file: file.reserve(following))
        late = self._clock.monotonic() - self._trimmed >= TRIM_S
        if late or self.last - self._trimmed_at >= 2 * STEP:
            self._trimmed, self._trimmed_at = self._clock.monotonic(), self.last
            before = self._running() - int(self._max_age)
            lost, self.stored = await self._jobs.run(lambda file: file.trim(before))
            self.dropped += lost

    def _running(self) -> int:
        """Seconds during which a gateway has run since the file was begun."""
        return self._begin + int(self._clock.monotonic() - self._opened)

    def _tell(self, error: str) -> None:
        if error and not self.error:
            log.warning("%s; frames wait in memory, and it is tried again", error)
        elif self.error and not error:
            log.warning("the queue takes frames again; %d dropped so far", self.dropped)
        self.error = error
