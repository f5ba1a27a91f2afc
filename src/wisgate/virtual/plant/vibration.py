"""A machine that shakes now and then."""

from __future__ import annotations

from random import Random

from ..world import STEP

QUANTITIES = {"machine.vibration": "ratio"}


class Machine:
    """Still for a minute or so, then it shakes for a few seconds; still in the first minute."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._left = 60 + 30 * random.random()
        values["machine.vibration"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._left -= STEP
        if self._left <= 0:
            shakes = values["machine.vibration"] > 0
            chance = self._random.random()
            self._left = 30 + 60 * chance if shakes else 1 + 4 * chance
            values["machine.vibration"] = 0.0 if shakes else 0.2 + 0.8 * self._random.random()
