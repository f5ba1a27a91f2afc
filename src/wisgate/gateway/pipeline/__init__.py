"""What happens to a reading between its module and the store: scale, quality, deadband."""

from __future__ import annotations

from collections.abc import Callable

from ...config.model import PointConfig
from ...core.clock import Clock
from ...core.points import Reading
from .deadband import Deadband
from .quality import quality
from .scale import Scale


class Pipeline:
    """The stages of one point. Threads: the event loop only."""

    __slots__ = ("_deadband", "_live", "_name", "_scale", "_store")  # one for every point

    def __init__(
        self,
        point: PointConfig,
        clock: Clock,
        live: Callable[[Reading], None],
        store: Callable[[Reading], None],
    ) -> None:
        self._name = point.point.name
        self._scale = Scale(point.scale)
        self._deadband = Deadband(point.point.kind, point.deadband, clock, point.point.event)
        self._live, self._store = live, store

    def take(self, reading: Reading) -> None:
        """A reading of the channel: its value becomes live, and a record when it is news."""
        r = reading  # dataclasses.replace takes several times as long, and this is a hot path
        named = Reading(self._name, r.value, r.status, r.time_ns, r.cause)
        self.written(quality(self._scale(named)))

    def written(self, reading: Reading) -> None:
        """A reading of the point itself: what somebody wrote to an output."""
        self._live(reading)
        if self._deadband.passes(reading):
            self._store(reading)
