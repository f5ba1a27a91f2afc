"""What virtual motion detectors share: an output that is held after the last motion."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from ..core.clock import Clock
from .world import World

MOVING = "person.moving"


class MotionDetector:
    """Active while somebody moves and `hold` seconds longer, then blind for `dead` seconds.
    `false_alarms`: seconds after power-on at which it believes to see something for that long."""

    def __init__(
        self,
        clock: Clock,
        world: World,
        *,
        hold: float,
        dead: float = 0.0,
        false_alarms: Sequence[float] = (),
    ) -> None:
        self._clock, self._hold, self._dead = clock, hold, dead
        self._false_alarms = false_alarms
        self._moving = False
        self.power_cycle()
        self.end = world.watch(MOVING, 0.5, self._told)

    def power_cycle(self) -> None:
        """It forgets what it saw; motion that goes on is seen again."""
        self._at = self._since = self._clock.monotonic()
        self._until = -inf  # the end of the held output

    def active(self) -> bool:
        """The output now."""
        now = self._clock.monotonic()
        self._advance(now)
        age = now - self._since
        startled = any(begin <= age < begin + self._hold for begin in self._false_alarms)
        return startled or now < self._until

    def _told(self, still: bool, time: float) -> None:
        self._advance(time)
        self._moving = not still

    def _advance(self, now: float) -> None:
        """From the last look to `now`, over which somebody moved all the time or not at all."""
        begin, self._at = self._at, max(now, self._at)
        seen_again_at = max(begin, self._until + self._dead)
        if self._moving and (self._until > begin or seen_again_at <= now):
            self._until = now + self._hold
