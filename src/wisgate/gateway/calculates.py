"""Calculated points: an expression whose value is a reading whenever one of its points changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..config.expressions import calculated
from ..config.model import CalculateConfig
from ..core.clock import Clock
from ..core.points import Kind, Reading, Status
from .live import Live
from .scene import AGAIN_S, Scene, moves
from .waking import woken

_WORSE = (Status.UNCERTAIN, Status.STALE, Status.SATURATED, Status.ABSENT, Status.FAULT)
"""The status of a calculated point is the worst of those that it uses."""


class Calculates:
    """Threads: the event loop only."""

    def __init__(
        self,
        configs: Sequence[CalculateConfig],
        live: Live,
        scene: Scene,
        clock: Clock,
        take: Callable[[Reading], None],
    ) -> None:
        self._configs, self._live, self._scene = configs, live, scene
        self._clock, self._take = clock, take
        self._due: dict[str, CalculateConfig] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Calculate in file order, so that one may use another above it."""
        if not self._configs:
            return
        end = self._live.listen(self._heard, {n for c in self._configs for n in c.value.names})
        try:
            self._due = {c.point.name: c for c in self._configs}
            while True:
                due, self._due = self._due, {}
                self._wake.clear()
                for config in (c for c in self._configs if c.point.name in due):
                    self._take(self._reading(config))
                await self._sleep()
        finally:
            end()

    def _reading(self, config: CalculateConfig) -> Reading:
        value, now = calculated(config.value, self._scene), self._clock.utc_ns()
        if config.point.kind is Kind.FLOAT and type(value) is int:
            value = float(value)
        status = self._status(config)
        if value is None and status.carries_value:
            status = Status.FAULT  # a division by zero, a window that is not full
        elif value is not None and not status.carries_value:
            status = Status.GOOD  # what has no value does not matter: `x or true`
        return Reading(config.point.name, value, status, now)

    def _status(self, config: CalculateConfig) -> Status:
        worst = Status.GOOD
        for name in config.value.names:
            reading = self._live.get(name)
            status = Status.ABSENT if reading is None else reading.status
            if status is not Status.GOOD:
                rank = _WORSE.index(status)
                worst = status if worst is Status.GOOD or rank > _WORSE.index(worst) else worst
        return worst

    def _heard(self, reading: Reading) -> None:
        for config in self._configs:
            if reading.name in config.value.names:
                self._due[config.point.name] = config
                self._wake.set()

    async def _sleep(self) -> None:
        """Until a point changes, is stale, or time alone moves a value."""
        pauses = [self._live.stale_in(n) for c in self._configs for n in c.value.names]
        moving = [c for c in self._configs if moves(c.value)]
        pauses += [AGAIN_S] * bool(moving)
        if not await woken(self._wake, pauses):
            stale = [c for c in self._configs if self._changed(c)]
            self._due = {c.point.name: c for c in (*moving, *stale)} | self._due

    def _changed(self, config: CalculateConfig) -> bool:
        """Whether what the point shows is not what its points are worth any more."""
        shown = self._live.get(config.point.name)
        return shown is None or (shown.value is not None) is not self._status(config).carries_value
