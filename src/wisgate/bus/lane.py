"""A lane is the one thread that may touch one bus, and the only border between blocking code and
asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from ..core.errors import BusUnavailable

T = TypeVar("T")

Work = tuple[Callable[[], Any], asyncio.Future[Any], asyncio.AbstractEventLoop]


class Lane(Protocol):
    """Runs blocking jobs one after another: output writes first, otherwise in order.

    A job is one uninterrupted conversation, so a read-modify-write needs no lock. On I2C and SPI
    it holds the lane for 25 ms at most; longer waits are steps of a sampling.
    """

    name: str
    busy_s: float
    """How long it has worked so far, in seconds."""

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
        self.busy_s = 0.0
        self._queue: SimpleQueue[Work | bool] = SimpleQueue()
        self._urgent: deque[Work] = deque()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"lane {name}", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        # The queue holds jobs, True to wake up for an urgent one, and False to stop.
        while work := self._queue.get():
            began = time.monotonic()
            while self._urgent:
                _run(*self._urgent.popleft())
            if isinstance(work, tuple):
                _run(*work)
            del work  # the lane must not keep a job's result alive until the next one
            self.busy_s += time.monotonic() - began

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise _closed(self.name)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        work = (job, future, loop)
        if urgent:
            self._urgent.append(work)
        self._queue.put(urgent or work)
        return await future

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(False)
        await asyncio.to_thread(self._thread.join)


def _run(job: Callable[[], T], future: asyncio.Future[T], loop: asyncio.AbstractEventLoop) -> None:
    if future.cancelled():
        return
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
    """The lane of virtual time: runs the job where it stands, so one seed gives one history; it is
    never busy."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.busy_s = 0.0
        self._closed = False

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise _closed(self.name)
        await asyncio.sleep(0)
        return job()

    async def close(self) -> None:
        self._closed = True


class LoopLane(InlineLane):
    """The lane of a host of the network: a job only makes the next question, blocks nobody and need
    not wait for its turn. Threads: the event loop only."""

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise _closed(self.name)
        return job()


def _closed(name: str) -> BusUnavailable:
    return BusUnavailable(f"the lane of {name} is closed; start the gateway again")
