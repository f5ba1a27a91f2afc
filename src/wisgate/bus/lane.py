"""A lane is the one thread that may touch one bus, and the only border between blocking code and
asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from queue import PriorityQueue
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

URGENT, NORMAL, LAST = range(3)


class Lane(Protocol):
    """Runs blocking jobs one after another: output writes first, otherwise in order.

    A job is one uninterrupted conversation, so a read-modify-write needs no lock. On I2C and SPI
    it holds the lane for 25 ms at most; longer waits are steps of a sampling.
    """

    name: str

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        """Run `job` in the lane and return its result. A started job always finishes: an ioctl
        cannot be interrupted. Cancelling the caller drops a queued job and abandons the result of
        a running one."""
        ...

    async def close(self) -> None:
        """Finish what is queued and stop. Idempotent."""
        ...


class ThreadLane:
    """The lane of a real bus (and of the virtual board in real time)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._queue: PriorityQueue[tuple[int, int, Callable[[], None] | None]] = PriorityQueue()
        self._order = count()
        self._thread = threading.Thread(target=self._work, name=f"lane {name}", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()[2]) is not None:
            job()

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            if future.cancelled():
                return
            try:
                result = job()
            except BaseException as error:  # noqa: BLE001  # handed to the caller, not swallowed
                loop.call_soon_threadsafe(_settle, future.set_exception, future, error)
            else:
                loop.call_soon_threadsafe(_settle, future.set_result, future, result)

        self._queue.put((URGENT if urgent else NORMAL, next(self._order), work))
        return await future

    async def close(self) -> None:
        if self._thread.is_alive():
            self._queue.put((LAST, next(self._order), None))
            await asyncio.to_thread(self._thread.join)


def _settle(setter: Callable[[Any], None], future: asyncio.Future[Any], outcome: object) -> None:
    if not future.done():
        setter(outcome)


class InlineLane:
    """The lane of virtual time: runs the job where it stands, so that one seed gives one history."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        return job()

    async def close(self) -> None:
        return None
