"""What happens to a reading between its module and the store: scale, quality, deadband."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from sys import intern
from typing import Any

from ...config.model import PointConfig
from ...core.clock import Clock
from ...core.columns import Columns, Readings, are_finite
from ...core.points import Reading, Status
from .deadband import Deadband, Passed
from .quality import quality
from .scale import Scale

Take = Callable[[Sequence[Reading]], None]


class Pipeline:
    """The stages of one point. Threads: the event loop only."""

    __slots__ = ("_name", "_scale", "deadband", "plain")  # one for every point

    def __init__(self, channel: str, point: PointConfig) -> None:
        self._name = point.point.name
        self._scale = Scale(point.scale)
        self.plain = channel == self._name and point.scale is None
        """Whether good readings of the channel are those of the point as they are."""
        self.deadband = Deadband(point.point.kind, point.deadband, point.point.event)

    def shown(self, reading: Reading) -> Reading:
        """The reading of the point that a reading of its channel is."""
        r = reading  # dataclasses.replace takes several times as long, and this is a hot path
        named = Reading(self._name, r.value, r.status, r.time_ns, r.cause)
        return quality(self._scale(named))


class Pipelines:
    """The stages of the points of one module: what a sampling brought goes through them together,
    for `live` and, as far as it is news, for `store`. Threads: the event loop only."""

    def __init__(
        self, points: Mapping[str, PointConfig], clock: Clock, live: Take, store: Take
    ) -> None:
        """`points` by the names that their readings come with."""
        self._clock, self._live, self._store = clock, live, store
        # the very texts that modules use: what is the same need not be compared
        self._by_channel = {intern(n): Pipeline(intern(n), point) for n, point in points.items()}
        self._by_point = {
            point.point.name: self._by_channel[name] for name, point in points.items()
        }
        self._through: dict[Columns, Passed | None] = {}
        """Columns of which nothing is changed and every value is news; None for others."""

    def take(self, readings: Sequence[Reading]) -> None:
        """Readings of channels: their values become live, and records those that are news. What
        changes nothing calls nothing: thousands come a second."""
        now = self._clock.monotonic()
        if isinstance(readings, Readings) and (passed := self._passes(readings)) is not None:
            passed.tell(now)
            self._live(readings)
            self._store(readings)
        else:
            self._take_each(readings, now)

    def _passes(self, readings: Readings) -> Passed | None:
        """What to tell when they go through as they are, which they do if they are finite."""
        columns = readings.columns
        if columns not in self._through:
            self._through[columns] = self._beside(columns)
        passed = self._through[columns]
        return passed if passed is not None and are_finite(readings.values) else None

    def _beside(self, columns: Columns) -> Passed | None:
        pipelines = [self._by_channel.get(name) for name in columns.names]
        deadbands = [p.deadband for p in pipelines if p is not None and p.plain]
        if len(deadbands) < len(pipelines) or not all(d.may_be_passed for d in deadbands):
            return None
        passed = Passed()
        for deadband in deadbands:
            deadband.beside = passed
        return passed

    def _take_each(self, readings: Sequence[Reading], now: float) -> None:
        by_channel, good = self._by_channel, Status.GOOD
        shown: list[Reading] = []
        news: list[Reading] = []
        for reading in readings:
            name, value, status, _, _ = reading
            pipeline = by_channel.get(name)
            if pipeline is None:
                continue
            number: Any = value  # as soon as its type says so
            kind = value.__class__
            whole = kind is int or kind is bool or (kind is float and -inf < number < inf)
            if not whole or status is not good or not pipeline.plain:
                reading = pipeline.shown(reading)
            shown.append(reading)
            if pipeline.deadband.passes(reading, now):
                news.append(reading)
        self._live(shown)
        self._store(news)

    def written(self, reading: Reading) -> None:
        """A reading of a point itself: what somebody wrote to an output."""
        self._live((reading,))
        if self._by_point[reading.name].deadband.passes(reading, self._clock.monotonic()):
            self._store((reading,))
