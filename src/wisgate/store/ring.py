"""The readings that are not on the disk yet: bounded, oldest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ..core.points import Reading, moved
from .records import is_measured

RING = 20_000
"""Readings kept in memory while the disk takes none: some 6 MB."""


class Ring:
    """Threads: the event loop only."""

    def __init__(self, size: int = RING) -> None:
        self.dropped = 0
        """Readings that found no room, since start."""
        self._size = size
        self._queue: deque[Reading] = deque()
        self._lost = 0

    def __len__(self) -> int:
        return len(self._queue)

    def __bool__(self) -> bool:
        return bool(self._queue) or self._lost > 0

    def extend(self, readings: Sequence[Reading]) -> None:
        self._queue.extend(readings)

    def take(self) -> tuple[list[Reading], int]:
        """Everything, and how many were dropped since the last that was not put back."""
        taken = list(self._queue), self._lost
        self._queue.clear()
        self._lost = 0
        return taken

    def put_back(self, readings: Sequence[Reading], lost: int) -> None:
        """What was taken and could not be stored, to the front again."""
        self._queue.extendleft(reversed(readings))
        self._lost += lost
        self.bound()

    def shift(self, shift: int) -> None:
        """Everything in memory is `shift` nanoseconds later than it says."""
        self._queue = deque(moved(reading, shift) for reading in self._queue)

    def bound(self) -> None:
        """The oldest measurement goes; what people, rules and alarms did stays while it can."""
        while len(self._queue) > self._size:
            oldest = next((i for i, r in enumerate(self._queue) if is_measured(r)), 0)
            del self._queue[oldest]
            self._lost += 1
            self.dropped += 1
