"""The last reading of every point, and who wants to hear of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, KeysView, Sequence
from dataclasses import dataclass

from ..core.clock import Clock
from ..core.columns import Columns, Readings
from ..core.points import Point, Reading, Status, moved

STALE_INTERVALS = 3
"""A point that was not read for so many of its intervals is stale."""
TOLERANCE_S = 1.0
"""What a reading may be late beyond them: busy buses, short intervals."""

Names = set[str] | frozenset[str] | KeysView[str]


class _Listener:
    def __init__(self, tell: Callable[[Reading], None], names: Names | None) -> None:
        """`names`: None for every point. They may become more."""
        self._tell, self._names = tell, names
        self._chosen: dict[Columns, list[int]] = {}
        self._known = 0

    def hear(self, readings: Sequence[Reading]) -> None:
        names = self._names
        if names is not None and isinstance(readings, Readings):
            readings = [readings[at] for at in self._wanted(readings.columns, names)]
        elif names is not None:
            readings = [reading for reading in readings if reading.name in names]
        for reading in readings:
            self._tell(reading)

    def _wanted(self, columns: Columns, names: Names) -> list[int]:
        """Which of the columns it listens to."""
        if len(names) != self._known:
            self._chosen.clear()
            self._known = len(names)
        if columns not in self._chosen:
            self._chosen[columns] = [at for at, n in enumerate(columns.names) if n in names]
        return self._chosen[columns]


@dataclass(slots=True)
class _Latest:
    """The last readings of some points, which came together."""

    readings: Sequence[Reading]
    seen: float
    whole: bool = True
    """Whether none of them came alone since."""


class Live:
    """Threads: the event loop only."""

    def __init__(self, points: Iterable[Point], clock: Clock) -> None:
        self.points = {p.name: p for p in points}
        self._clock = clock
        self._last: dict[str, tuple[_Latest, int]] = {}
        """And the place among those that it came with."""
        self._together: dict[Columns, _Latest] = {}
        self._listeners: list[_Listener] = []

    def put(self, reading: Reading) -> None:
        """Take a reading of a point and tell every listener, in the order they came."""
        self.put_all((reading,))

    def put_all(self, readings: Sequence[Reading]) -> None:
        """The same of several that came together."""
        now = self._clock.monotonic()
        columns = readings.columns if isinstance(readings, Readings) else None
        latest = self._together.get(columns) if columns is not None else None
        if latest is not None and latest.whole:
            latest.readings, latest.seen = readings, now
        else:
            latest = self._replace(readings, now)
            if columns is not None:
                self._together[columns] = latest
        for listener in tuple(self._listeners):
            listener.hear(readings)

    def _replace(self, readings: Sequence[Reading], now: float) -> _Latest:
        latest = _Latest(readings, now)
        for at, reading in enumerate(readings):
            if (before := self._last.get(reading.name)) is not None:
                before[0].whole = False
            self._last[reading.name] = latest, at
        return latest

    def correct(self, shift: int) -> None:
        """What was dated so far is `shift` nanoseconds later."""
        for latest in {id(latest): latest for latest, _ in self._last.values()}.values():
            readings = latest.readings
            if isinstance(readings, Readings):
                latest.readings = readings.at(readings.time_ns + shift)
            else:
                latest.readings = [moved(reading, shift) for reading in readings]

    def get(self, name: str) -> Reading | None:
        """The last reading, as stale when it is too old; None before the first."""
        found = self._last.get(name)
        if found is None:
            return None
        reading = found[0].readings[found[1]]
        if self._is_stale(name):
            return reading._replace(value=None, status=Status.STALE)
        return reading

    def age(self, name: str) -> float | None:
        """Seconds since the last reading came; None before the first."""
        found = self._last.get(name)
        return None if found is None else self._clock.monotonic() - found[0].seen

    def stale_in(self, name: str) -> float | None:
        """Seconds until the last reading is too old; None for one that never will be, or is."""
        age, interval = self.age(name), self._interval(name)
        if age is None or interval is None:
            return None
        left = self._oldest(interval) - age
        return left if left >= 0 else None

    def all(self) -> list[Reading]:
        """The last reading of every point that has one, in the order of the file."""
        return [r for name in self.points if (r := self.get(name)) is not None]

    def stale(self) -> set[str]:
        """The points whose last reading is too old."""
        return {name for name in self._last if self._is_stale(name)}

    def _is_stale(self, name: str) -> bool:
        interval = self._interval(name)
        age = self._clock.monotonic() - self._last[name][0].seen
        return interval is not None and age > self._oldest(interval)

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
