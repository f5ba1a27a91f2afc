"""What hangs on a LIN bus: its supply, and the damper of an air duct with a motor."""

from __future__ import annotations

from random import Random

from ..world import STEP
from .noise import Wander

SPEED = 0.1
"""Of the whole way, per second."""

QUANTITIES = {"lin.supply": "voltage", "damper.target": "ratio", "damper.position": "ratio"}


class Damper:
    """It goes where it is told at its own speed; the supply is that of a vehicle."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._sag = Wander(random, 0.2, 60.0)
        values["lin.supply"] = 12.0
        values["damper.target"] = values["damper.position"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["lin.supply"] = 12.0 + self._sag.step()
        way = values["damper.target"] - values["damper.position"]
        most = SPEED * STEP
        values["damper.position"] += min(most, max(-most, way))
