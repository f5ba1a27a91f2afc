"""What comes in from the plant: a contact that switches 24 V."""

from __future__ import annotations

from random import Random

from ..world import STEP

QUANTITIES = {"field.volts": "voltage"}
CLOSED_V = 24.0


class LimitSwitch:
    """Open for the first half minute, then it closes and opens every minute or so."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._left = 30 + 30 * random.random()
        values["field.volts"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._left -= STEP
        if self._left <= 0:
            values["field.volts"] = 0.0 if values["field.volts"] > 0 else CLOSED_V
            self._left = 20 + 60 * self._random.random()
