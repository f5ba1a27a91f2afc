"""The readings that are not on the disk yet: bounded, oldest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ..core.columns import Batch, Readings, amount, later
from ..core.points import Reading
from .records import is_measured

RING = 20_000
"""Readings kept in memory while the disk takes none: some 6 MB."""


class Ring:
    """Threads: the event loop only."""

    def __init__(self, size: int = RING) -> None:
        self.dropped = 0
        """Readings that found no room, since start."""
        self._size = size
        self._queue: deque[Reading | Readings] = deque()
        self._count = 0
        """Of the readings in it."""
        self._lost = 0

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return bool(self._queue) or self._lost > 0

    def extend(self, readings: Sequence[Reading]) -> None:
        self._count += len(readings)
        if isinstance(readings, Readings):
            self._queue.append(readings)
        else:
            self._queue.extend(readings)

    def take(self) -> tuple[Batch, int]:
        """Everything, and how many were dropped since the last that was not put back."""
        taken = list(self._queue), self._lost
        self._queue.clear()
        self._count = self._lost = 0
        return taken

    def put_back(self, batch: Batch, lost: int) -> None:
        """What was taken and could not be stored, to the front again."""
        self._queue.extendleft(reversed(batch))
        self._count += sum(map(amount, batch))
        self._lost += lost
        self.bound()

    def shift(self, shift: int) -> None:
        """Everything in memory is `shift` nanoseconds later than it says."""
        self._queue = deque(later(item, shift) for item in self._queue)

    def bound(self) -> None:
        """The oldest measurement goes, with what came together with it; what people, rules and
        alarms did stays while it can."""
        while self._count > self._size:
            measured = (at for at, item in enumerate(self._queue) if is_measured(item))
            oldest = next(measured, 0)
            gone = amount(self._queue[oldest])
            del self._queue[oldest]
            self._count -= gone
            self._lost += gone
            self.dropped += gone
