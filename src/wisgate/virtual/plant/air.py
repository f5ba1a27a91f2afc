"""What people breathe."""

from __future__ import annotations

from random import Random

from ..world import STEP
from .noise import Wander, daily

FRESH_PPM = 420.0
EXCHANGE_S = 1200.0
"""Seconds in which two thirds of the air are exchanged."""
QUANTITIES = {"air.co2": "number", "air.gas_resistance": "resistance"}


class Air:
    """CO2 in parts per million: people come in the morning and go in the evening. What they exhale
    besides lowers the resistance of a metal oxide film, in ohms."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._people = Wander(random, 250.0, 900.0)
        self._film = Wander(random, 0.1, 300.0)
        values["air.co2"], values["air.gas_resistance"] = 600.0, 120e3

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        crowd = 500.0 * max(0.0, daily(seconds_utc, 13)) + max(0.0, 120.0 + self._people.step())
        co2 = values["air.co2"]
        co2 += (FRESH_PPM + crowd - co2) * STEP / EXCHANGE_S
        values["air.co2"] = co2
        breathed = (co2 - FRESH_PPM) / 1000.0
        values["air.gas_resistance"] = 160e3 * (1 + self._film.step()) / (1 + max(0.0, breathed))
