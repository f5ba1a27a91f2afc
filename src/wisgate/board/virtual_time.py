"""An event loop whose time jumps: nothing waits, everything happens in the order of its time.

`loop.time()` is the virtual clock. Where a loop would wait for its next timer, this one moves the
clock there. Together with inline lanes a day passes in seconds, and one seed gives one history.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from ..core.clock import VirtualClock

T = TypeVar("T")

RESOLUTION_S = 1e-6
"""Differences of times below are rounding: a loop may wake so early, and waiting for the rest would
go on for ever."""


LOOK_EVERY = 50
"""Of so many times that time is skipped, once somebody looks at what is outside: there is nothing
but a signal, and asking the system takes longer than the skip."""


class _Selector(selectors.BaseSelector):
    """Asks the real selector without waiting; time that would have been waited is skipped."""

    def __init__(self, clock: VirtualClock) -> None:
        self._real, self._clock = selectors.DefaultSelector(), clock
        self._skips = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return []  # handles are ready; nothing outside can be waiting in virtual time
        self._skips += 1
        if timeout is not None and self._skips % LOOK_EVERY:
            self._clock.advance(timeout)
            return []
        ready = self._real.select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("virtual time stands still: every task waits for something else")
            self._clock.advance(timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """Threads: one. Executors and sockets do not belong into virtual time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Selector(clock))
        self._virtual = clock
        self._clock_resolution = RESOLUTION_S

    def time(self) -> float:
        return self._virtual.monotonic()


def run(main: Coroutine[Any, Any, T], clock: VirtualClock) -> T:
    """Like `asyncio.run`, in the time of `clock`."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(main)
