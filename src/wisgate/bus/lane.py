"""A lane is the one thread that may touch one bus, and the only border between blocking code and
asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from itertools import count
from queue import PriorityQueue
from typing import Any, Protocol, TypeVar

from ..core.errors import BusUnavailable

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
        a running one. Raises what the job raises, and BusUnavailable once the lane is closed."""
        ...

    async def close(self) -> None:
        """Finish what is queued and stop. Idempotent."""
        ...


class ThreadLane:
    """The lane of a real bus (and of the virtual board in real time). Threads: any event loop."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._queue: PriorityQueue[tuple[int, int, Callable[[], None] | None]] = PriorityQueue()
        self._order = count()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"lane {name}", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (work := self._queue.get()[2]) is not None:
            work()
            del work  # the lane must not keep a job's result alive until the next one

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise _closed(self.name)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            if not future.cancelled():
                _run(job, future, loop)

        self._queue.put((URGENT if urgent else NORMAL, next(self._order), work))
        return await future

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put((LAST, next(self._order), None))
        await asyncio.to_thread(self._thread.join)


def _run(job: Callable[[], T], future: asyncio.Future[T], loop: asyncio.AbstractEventLoop) -> None:
    try:
        result = job()
    except StopIteration as stop:
        # A future refuses it, and the caller would wait for ever.
        error = RuntimeError("the job raised StopIteration")
        error.__cause__ = stop
        _tell(loop, future.set_exception, future, error)
    except BaseException as error:  # noqa: BLE001  # handed to the caller, not swallowed
        _tell(loop, future.set_exception, future, error)
    else:
        _tell(loop, future.set_result, future, result)


def _tell(
    loop: asyncio.AbstractEventLoop,
    setter: Callable[[Any], None],
    future: asyncio.Future[Any],
    outcome: object,
) -> None:
    # A loop that was closed meanwhile has nobody left who waits; the next job still has.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, setter, future, outcome)


def _settle(setter: Callable[[Any], None], future: asyncio.Future[Any], outcome: object) -> None:
    if not future.done():
        setter(outcome)


class InlineLane:
    """The lane of virtual time: runs the job where it stands, so one seed gives one history."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._closed = False

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise _closed(self.name)
        await asyncio.sleep(0)
        return job()

    async def close(self) -> None:
        self._closed = True


def _closed(name: str) -> BusUnavailable:
    return BusUnavailable(f"the lane of {name} is closed; start the gateway again")
