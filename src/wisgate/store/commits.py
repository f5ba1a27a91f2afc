"""When a commit comes, what it corrects, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ..core.errors import StoreError
from .database import Database
from .extent import Extent
from .jobs import Jobs

RETRY_S, LONGEST_RETRY_S = 1.0, 30.0
"""After a commit that failed, twice as long after each: every try on a full disk has SQLite write
megabytes to the flash again."""


class Corrections:
    """How far the times of appended readings were off, in nanoseconds; the file is told, and then
    dated some records at a time. Threads: the event loop only."""

    def __init__(self, jobs: Jobs[Database]) -> None:
        self.total = 0
        self.pending = False
        """Whether the file must be told: also that estimates were right."""
        self._jobs, self._told = jobs, 0
        self._inexact = asyncio.Event()
        self._inexact.set()  # what an earlier process has not done

    def add(self, shift: int) -> None:
        self.total += shift
        self.pending = True

    async def tell(self, total: int) -> Extent:
        """Everything in the file is later by what it does not know yet of a total. Raises
        StoreError."""
        shift = total - self._told
        extent = await self._jobs.run(lambda db: db.correct(shift), urgent=True)
        self._told, self.pending = total, self.total != total
        self._inexact.set()
        return extent

    async def run(
        self, changed: Callable[[], Awaitable[None]], failed: Callable[[str], None]
    ) -> None:
        """Date what the file holds, now and after each correction."""
        while True:
            await self._inexact.wait()
            self._inexact.clear()
            try:
                more = True
                while more:
                    more = await self._jobs.run(lambda db: db.dating.step())
                    await changed()
            except StoreError as error:
                failed(str(error))
                self._inexact.set()
                await asyncio.sleep(RETRY_S)


class Gathering:
    """What comes gathers for a while, and is committed together. Threads: the event loop only."""

    def __init__(self) -> None:
        self._wake, self._hurry = asyncio.Event(), asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self.flushes: list[asyncio.Future[None]] = []
        """Who waits for the next commit."""

    def wake(self) -> None:
        """There is something to commit."""
        self._wake.set()

    def hurry(self, seconds: float = 0.0) -> None:
        """In `seconds` at the latest, 0 for at once."""
        self._wake.set()
        if seconds == 0.0:
            self._hurry.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._hurry.set)

    async def flush(self) -> None:
        """Return when the next commit is done, which comes at once. Raises what it raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.flushes.append(done)
        self.hurry()
        await done

    def take_flushes(self) -> list[asyncio.Future[None]]:
        """For `settle`, when the commit that takes them is done."""
        taken, self.flushes = self.flushes, []
        return taken

    async def gather(self, seconds: float) -> None:
        """Return `seconds` after the first thing came, or when there is hurry."""
        await self._wake.wait()
        await self.pause(seconds)
        self._wake.clear()

    async def pause(self, seconds: float) -> None:
        """Return then, or when there is hurry."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        self._hurry.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Watchers:
    """Who waits for the next change of the store. Threads: the event loop only."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(changed)
        await changed

    def wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        settle(waiting, None)


def settle(waiting: list[asyncio.Future[None]], error: StoreError | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
