"""A knob and the hand on it."""

from __future__ import annotations

from random import Random

from ..world import STEP

QUANTITIES = {"knob.position": "number", "knob.pressed": ""}
SPEED = 4.0
"""Detents per second of a hand that turns slowly."""


class Hand:
    """Turns the knob by a few detents either way every minute or so, and sometimes presses it;
    leaves it alone in the first minute. `knob.position` counts detents clockwise."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._left = 60 + 30 * random.random()
        self._target = 0.0
        values["knob.position"] = values["knob.pressed"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        here = values["knob.position"]
        distance = max(-SPEED * STEP, min(SPEED * STEP, self._target - here))
        values["knob.position"] = here + distance
        self._left -= STEP
        if self._left > 0:
            return
        if values["knob.pressed"] >= 0.5:
            values["knob.pressed"] = 0.0
            self._left = 30 + 60 * self._random.random()
        elif self._random.random() < 0.5:
            values["knob.pressed"] = 1.0
            self._left = 0.5
        else:
            self._target = round(here) + self._random.randint(-6, 6)
            self._left = 30 + 60 * self._random.random()
