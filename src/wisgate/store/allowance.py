"""How fast a sink may be served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TypeVar

from ..core.clock import Clock

T = TypeVar("T")

SLICE_S = 0.1
"""What may leave in this time leaves at once: smooth for the other side, few batches for us."""


class Allowance:
    """At most so many entries a second, None for as many as the other side acknowledges. Nothing is
    saved up in quiet times. Threads: the event loop only."""

    def __init__(self, rate: float | None, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._due = clock.monotonic()

    def slices(self, entries: Sequence[T]) -> Iterator[Sequence[T]]:
        """`entries` in the portions that may leave at once."""
        size = len(entries) if self._rate is None else int(self._rate * SLICE_S)
        size = max(1, size)
        return (entries[at : at + size] for at in range(0, len(entries), size))

    @property
    def pause(self) -> float:
        """Seconds until the next portion may leave."""
        return 0.0 if self._rate is None else max(0.0, self._due - self._clock.monotonic())

    async def wait(self) -> None:
        """Return when the next portion may leave."""
        if self._rate is not None:
            await asyncio.sleep(self.pause)

    def spend(self, count: int) -> None:
        """`count` entries left."""
        if self._rate is not None:
            self._due = max(self._due, self._clock.monotonic()) + count / self._rate
