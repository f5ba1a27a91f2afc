"""The newest records, in memory: a sink that keeps up need not have them read from the disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from ..core.columns import amount
from .entries import Entries, Records, room
from .records import Record

SIZE = 2000
"""Records that are kept at least, some 500 kB. However many came last: those are all kept."""


class Tail:
    """An unbroken run of numbers up to the newest. Threads: the event loop only."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._parts: list[Record | Records] = []
        self._numbers: list[int] = []
        """The first of each part."""
        self._following = 0
        """The number after the last."""

    def put(self, parts: Sequence[Record | Records]) -> None:
        """What was just committed. After a gap in the numbers a new run begins."""
        if not parts:
            return
        if parts[0].seq != self._following:
            self.clear()
        before = len(self._parts)
        for part in parts:
            self._parts.append(part)
            self._numbers.append(part.seq)
            self._following = part.seq + amount(part)
        if self._following - self._numbers[0] > 2 * self._size:
            left = min(before, bisect_right(self._numbers, self._following - self._size) - 1)
            del self._parts[:left], self._numbers[:left]

    def clear(self) -> None:
        """What is in the file is no longer what was committed."""
        self._parts.clear()
        self._numbers.clear()

    def after(self, seq: int, limit: int, newest: int, density: int = 1) -> Entries | None:
        """The next records beyond `seq`, at most `limit`, `density` in columns as one, and fewer
        where a part ends before; None when only the file knows, because they are older, or not all
        up to `newest` are here."""
        if not self._parts or self._following != newest + 1 or seq + 1 < self._numbers[0]:
            return None
        chosen: list[Record | Records] = []
        if seq >= newest:
            return Entries(chosen)
        place = bisect_right(self._numbers, seq + 1) - 1
        for part in islice(self._parts, place, None):
            over, size = seq + 1 - part.seq, room(part, density)
            if over <= 0 and size <= limit:
                chosen.append(part)
                limit -= size
            elif isinstance(part, Records) and not chosen:
                return Entries(part[max(0, over) : max(0, over) + limit])
            elif over <= 0:
                break
        return Entries(chosen)
