"""Who walks past a motion sensor."""

from __future__ import annotations

from random import Random

from ..world import STEP

QUANTITIES = {"person.moving": ""}


class Walks:
    """Somebody comes by every minute or two and stays for a few seconds; nobody in the first
    minute."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._left = 60 + 60 * random.random()
        values["person.moving"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._left -= STEP
        if self._left <= 0:
            here = values["person.moving"] >= 0.5
            self._left = 40 + 80 * self._random.random() if here else 1 + 5 * self._random.random()
            values["person.moving"] = 0.0 if here else 1.0
