"""A sink that fails on command, and a forwarder to it in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from wisgate.board.virtual_time import VirtualLoop
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.gateway.forwarder import Forwarder
from wisgate.store.records import Entry


class Scripted:
    """A sink that keeps what it gets, and raises what it is told to."""

    name = "plant"

    def __init__(self, clock: VirtualClock) -> None:
        self.got: list[Entry] = []
        self.failures: list[Exception] = []
        self.tries: list[float] = []
        self.batches: list[int] = []
        self.at: list[float] = []
        """When each of `got` was delivered."""
        self.slow = 0.0
        """Seconds until it acknowledges."""
        self.broken: SinkError | None = None
        """What the next `open` finds of a connection that broke meanwhile."""
        self.opens = 0
        self._clock = clock

    async def open(self) -> None:
        self.opens += 1
        broken, self.broken = self.broken, None
        if broken is not None:
            raise broken

    async def close(self, deadline: float) -> None:
        return

    async def deliver(self, batch: Sequence[Entry]) -> None:
        self.tries.append(self._clock.monotonic())
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None and not isinstance(failure, SinkRefused):
            raise failure
        refused = failure.seqs if isinstance(failure, SinkRefused) else ()
        await asyncio.sleep(self.slow)
        self.batches.append(len(batch))
        self.got += [e for e in batch if e.seq not in refused]
        self.at += [self._clock.monotonic()] * (len(self.got) - len(self.at))
        if failure is not None:
            raise failure


def virtual(clock: VirtualClock, main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        runner.run(main)


async def ended(forwarder: Forwarder, task: asyncio.Task[None]) -> None:
    forwarder.stop()
    await asyncio.wait_for(task, 1000)
