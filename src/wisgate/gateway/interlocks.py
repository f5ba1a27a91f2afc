"""Keeps outputs from staying where they may not be: interlocks, and the longest time on."""

from __future__ import annotations

import asyncio
import logging

from ..board.virtual_time import RESOLUTION_S
from ..config.expressions import evaluate
from ..config.model import Config, PointConfig
from ..core.clock import Clock
from ..core.errors import BusError, ChipError, OutputRefused
from ..core.points import Reading, Value
from .live import Live
from .outputs import Outputs
from .scene import AGAIN_S, Scene, moves
from .waking import woken

log = logging.getLogger(__name__)

UNKNOWN_S = 10.0
"""An output that is on stays so for so long when nobody knows whether it may."""
RETRY_S = 1.0
BY_INTERLOCK, BY_TIME = "interlock", "max_on"


class Interlocks:
    """Threads: the event loop only."""

    def __init__(
        self, config: Config, outputs: Outputs, live: Live, scene: Scene, clock: Clock
    ) -> None:
        self._allows = {i.point: i.allows for i in config.interlocks}
        self._names = {n for i in config.interlocks for n in i.allows.names}
        self._outputs, self._live, self._scene, self._clock = outputs, live, scene, clock
        self._unknown_since: dict[str, float] = {}
        self._refused: set[str] = set()
        self._wake = asyncio.Event()
        outputs.locked = self.locked

    def locked(self, name: str) -> str:
        """Why an output may not leave its safe state; "" when it may."""
        allows = self._allows.get(name)
        if allows is None:
            return ""
        allowed = evaluate(allows, self._scene)
        if allowed is True:
            return ""
        return f"{allows.text} is {'false' if allowed is False else 'not known'}"

    async def run(self) -> None:
        """Watch every output that has an interlock or a longest time on."""
        watched = any(p.max_on or p.point.name in self._allows for p, *_ in self._outputs.states())
        if not watched:
            return
        end = self._live.listen(self._heard)
        try:
            while True:
                self._wake.clear()
                pauses = [await self._step(*state) for state in [*self._outputs.states()]]
                pauses += [self._live.stale_in(n) for n in self._names]
                pauses += [AGAIN_S for a in self._allows.values() if moves(a)]
                await woken(self._wake, pauses)
        finally:
            end()

    async def _step(self, point: PointConfig, value: Value, changed: float) -> float | None:
        """Bring one output back if it may not be where it is; returns when to look again."""
        name, safe, now = point.point.name, point.point.safe, self._clock.monotonic()
        if value == safe or safe is None:
            self._unknown_since.pop(name, None)
            return None
        too_long = changed + point.max_on - now if point.max_on else None
        allowed = self._allowed_for(name, now)
        left = min((p for p in (too_long, allowed) if p is not None), default=None)
        if left is None or left > RESOLUTION_S:
            return left
        by_time = too_long is not None and too_long <= RESOLUTION_S
        return await self._back(name, BY_TIME if by_time else BY_INTERLOCK)

    def _allowed_for(self, name: str, now: float) -> float | None:
        """Seconds for which an output may stay; None while it may."""
        allows = self._allows.get(name)
        allowed = True if allows is None else evaluate(allows, self._scene)
        if isinstance(allowed, bool):
            self._unknown_since.pop(name, None)
            return None if allowed else 0.0
        return self._unknown_since.setdefault(name, now) + UNKNOWN_S - now

    async def _back(self, name: str, cause: str) -> float | None:
        try:
            await self._outputs.make_safe(name, cause)
        except (OutputRefused, BusError, ChipError) as error:
            if name not in self._refused:
                self._refused.add(name)
                log.warning("%s: %s: %s; trying on", name, cause, error)
            return RETRY_S
        self._refused.discard(name)
        return None

    def _heard(self, reading: Reading) -> None:
        if reading.name in self._names or reading.cause:  # a write, too
            self._wake.set()
