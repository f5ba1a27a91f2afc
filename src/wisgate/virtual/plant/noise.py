"""What makes quantities of the world move: the time of day, and slow noise."""

from __future__ import annotations

from math import pi, sin
from random import Random

from ..world import STEP

DAY = 86_400.0


def daily(seconds_utc: float, peak_hour: float) -> float:
    """-1 to 1, highest at `peak_hour` UTC."""
    return sin(2 * pi * (seconds_utc / DAY - peak_hour / 24 + 0.25))


class Wander:
    """Slow noise: pulled back to zero over `seconds`, about `size` large."""

    def __init__(self, random: Random, size: float, seconds: float) -> None:
        self.value = 0.0
        self._chance = random.random
        self._keep = 1 - STEP / seconds
        self._kick = size * (6 * STEP / seconds) ** 0.5

    def step(self) -> float:
        """The value one STEP later."""
        value: float = self.value * self._keep + self._kick * (self._chance() - 0.5)
        self.value = value
        return value


def bounded(value: float, least: float, most: float) -> float:
    """`value`, or the bound that it is beyond. `min` and `max` take several times as long."""
    return least if value < least else most if value > most else value
