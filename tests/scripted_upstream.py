"""A server of a network that can be away, and keeps what it acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wisgate.core.clock import Clock
from wisgate.core.errors import SinkError
from wisgate.lorawan.radio import Heard, Status


class ScriptedUpstream:
    """Implements `Upstream`."""

    def __init__(self, clock: Clock, name: str = "plant") -> None:
        self.name = name
        self.there = True
        self.got: list[Heard] = []
        self.at: list[float] = []
        """When each of `got` came."""
        self.failures: list[Exception] = []
        """Raised by the next deliveries, which keep nothing."""
        self.opens = 0
        self.slow = 0.0
        """Seconds until it acknowledges."""
        self._clock = clock

    @property
    def numbers(self) -> list[int]:
        return [heard.number for heard in self.got]

    @property
    def replayed(self) -> list[int]:
        return [heard.number for heard in self.got if heard.replayed]

    async def open(self) -> None:
        self.opens += 1
        self._check()

    async def deliver(self, batch: Sequence[Heard]) -> None:
        self._check()
        await asyncio.sleep(self.slow)
        self._check()
        failure = self.failures.pop(0) if self.failures else None
        refused = getattr(failure, "seqs", ())
        if failure is None or refused:
            taken = [heard for heard in batch if heard.number not in refused]
            self.got += taken
            self.at += [self._clock.monotonic()] * len(taken)
        if failure is not None:
            raise failure

    async def tell(self, status: Status) -> None:
        return

    async def close(self, deadline: float) -> None:
        return

    def _check(self) -> None:
        if not self.there:
            raise SinkError(f"{self.name}: not there")
