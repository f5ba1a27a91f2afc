"""A node at the far end of a radio link, in a garden: some paths are longer than others."""

from __future__ import annotations

from random import Random

from .noise import Wander

MEAN_LOSS_DB = 115.0
"""A few hundred metres with trees between."""

QUANTITIES = {"radio.loss": "number"}
"""Decibels between an antenna on the board and the far node, both ways."""


class Path:
    """Leaves move, cars pass."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._fading = Wander(random, 6.0, 30.0)
        values["radio.loss"] = MEAN_LOSS_DB

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["radio.loss"] = MEAN_LOSS_DB + self._fading.step()
