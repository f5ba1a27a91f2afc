"""What an upstream did not get when it was heard, and still waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import frames
from .frames import Kind
from .queue_file import NO_ORDER, Progress, mote
from .radio import Heard

_FOR_NOW = frozenset({Kind.JOIN_REQUEST, Kind.REJOIN_REQUEST})


def for_now(phy: bytes) -> bool:
    """Whether a frame means something only as long as it can be answered."""
    return frames.kind(phy) in _FOR_NOW


class Backlog:
    """Frames from `cursor` to `upto`, but for those that went ahead. Threads: the event loop only.

    A mote with a frame in it keeps its order: what comes of it later waits here, too.
    """

    def __init__(self, progress: Progress) -> None:
        self.cursor = self.upto = progress.cursor
        self.count = 0
        """How many they are, about: the disk may have lost some."""
        self._ahead = set(progress.ahead)
        self._last: dict[int, int] = {}
        """By mote: the greatest of its numbers that wait."""

    def __bool__(self) -> bool:
        return self.cursor < self.upto

    def put(self, number: int, whose: int) -> None:
        """A frame waits."""
        if number in self._ahead:
            return
        if number > self.upto:
            self.upto = number
            self.count += 1
        if whose != NO_ORDER:
            self._last[whose] = number

    def holds(self, heard: Heard) -> bool:
        """Whether a frame has to wait behind an older one of its mote."""
        return mote(heard.uplinks[0].phy) in self._last

    def passed(self, heard: Iterable[Heard]) -> None:
        """These went ahead of what waits."""
        self._ahead.update(frame.number for frame in heard)

    def waiting(self, heard: Iterable[Heard]) -> list[Heard]:
        """Those of the frames that wait here."""
        return [h for h in heard if h.number <= self.upto and h.number not in self._ahead]

    def done(self, heard: Sequence[Heard], number: int) -> None:
        """These are gone, and so is everything up to `number`."""
        self.count -= len(heard)
        for frame in heard:
            whose = mote(frame.uplinks[0].phy)
            if self._last.get(whose) == frame.number:
                del self._last[whose]
        self.cursor = number
        if not self:
            self._ahead.clear()
            self._last.clear()
            self.count = 0

    def follow(self, number: int) -> None:
        """When nothing waits: nothing does up to `number`."""
        if not self:
            self.cursor = self.upto = number
