"""What the air holds besides air."""

from __future__ import annotations

from random import Random

from ..world import STEP
from .noise import Wander

QUANTITIES = {"gas.combustible": "number", "gas.ethanol": "number"}


class Gas:
    """Clean air with a trace of everything, in parts per million; every quarter of an hour or so a
    cloud comes by and thins out over minutes."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._trace = {name: Wander(random, 8.0, 300.0) for name in QUANTITIES}
        self._cloud = dict.fromkeys(QUANTITIES, 0.0)
        self._left = {name: 300 + 600 * random.random() for name in QUANTITIES}
        values["gas.combustible"], values["gas.ethanol"] = 15.0, 2.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        for name, usual, strongest in (
            ("gas.combustible", 15.0, 3000.0),
            ("gas.ethanol", 2.0, 300.0),
        ):
            self._left[name] -= STEP
            self._cloud[name] *= 1 - STEP / 120
            if self._left[name] <= 0:
                self._cloud[name] = strongest * self._random.random()
                self._left[name] = 600 + 900 * self._random.random()
            trace = max(0.0, usual + self._trace[name].step())
            values[name] = trace + self._cloud[name]
