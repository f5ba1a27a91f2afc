"""The last reading of every point, and who wants to hear of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, KeysView, Sequence
from dataclasses import dataclass

from ..core.clock import Clock
from ..core.points import Point, Reading, Status, moved

STALE_INTERVALS = 3
"""A point that was not read for so many of its intervals is stale."""
TOLERANCE_S = 1.0
"""What a reading may be late beyond them: busy buses, short intervals."""

Names = set[str] | frozenset[str] | KeysView[str]


@dataclass(frozen=True, eq=False)
class _Listener:
    tell: Callable[[Reading], None]
    names: Names | None
    """None for every point."""

    def hear(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            if self.names is None or reading.name in self.names:
                self.tell(reading)


class Live:
    """Threads: the event loop only."""

    def __init__(self, points: Iterable[Point], clock: Clock) -> None:
        self.points = {p.name: p for p in points}
        self._clock = clock
        self._last: dict[str, Reading] = {}
        self._seen: dict[str, float] = {}
        self._listeners: list[_Listener] = []

    def put(self, reading: Reading) -> None:
        """Take a reading of a point and tell every listener, in the order they came."""
        self.put_all((reading,))

    def put_all(self, readings: Sequence[Reading]) -> None:
        """The same of several that came together."""
        names = [reading.name for reading in readings]
        self._last.update(zip(names, readings, strict=True))
        self._seen.update(dict.fromkeys(names, self._clock.monotonic()))
        for listener in tuple(self._listeners):
            if listener.names is None or not listener.names.isdisjoint(names):
                listener.hear(readings)

    def correct(self, shift: int) -> None:
        """What was dated so far is `shift` nanoseconds later."""
        for name, reading in self._last.items():
            self._last[name] = moved(reading, shift)

    def get(self, name: str) -> Reading | None:
        """The last reading, as stale when it is too old; None before the first."""
        reading = self._last.get(name)
        if reading is None:
            return None
        interval = self._interval(name)
        age = self._clock.monotonic() - self._seen[name]
        if interval is not None and age > self._oldest(interval):
            return reading._replace(value=None, status=Status.STALE)
        return reading

    def age(self, name: str) -> float | None:
        """Seconds since the last reading came; None before the first."""
        seen = self._seen.get(name)
        return None if seen is None else self._clock.monotonic() - seen

    def stale_in(self, name: str) -> float | None:
        """Seconds until the last reading is too old; None for one that never will be, or is."""
        if name not in self._last or (interval := self._interval(name)) is None:
            return None
        left = self._oldest(interval) - (self._clock.monotonic() - self._seen[name])
        return left if left >= 0 else None

    def all(self) -> list[Reading]:
        """The last reading of every point that has one, in the order of the file."""
        return [r for name in self.points if (r := self.get(name)) is not None]

    def _interval(self, name: str) -> float | None:
        """Within which a reading must come; None for what happens when it happens."""
        point = self.points[name]
        return None if point.event else point.interval

    @staticmethod
    def _oldest(interval: float) -> float:
        return STALE_INTERVALS * interval + TOLERANCE_S

    def listen(
        self, tell: Callable[[Reading], None], names: Names | None = None
    ) -> Callable[[], None]:
        """Call `tell` with every reading from now on, of the points `names` if there are any given;
        returns what ends it."""
        listener = _Listener(tell, names)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
