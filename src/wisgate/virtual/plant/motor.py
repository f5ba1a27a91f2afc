"""Two motors, or one stepper, at the bridges of a motor driver."""

from __future__ import annotations

from math import exp
from random import Random

from ..world import STEP

MOTORS = ("motor_a", "motor_b")
QUANTITIES = {"stepper.position": "number"} | {
    f"{motor}.{what}": dimension
    for motor in MOTORS
    for what, dimension in (("drive", "number"), ("braked", ""), ("speed", "number"))
}
FULL_SPEED = 3000.0
"""Turns per minute at full voltage."""
RUN_S, COAST_S, BRAKE_S = 0.4, 2.0, 0.05
"""How fast a motor follows its voltage, runs out, and stops when its wires are joined."""


class Motors:
    """The bridges give `drive` (-1 backward, 0 none, 1 forward) and `braked`; `speed` follows, in
    turns per minute. A voltage that changes within a step counts as it stands at the step's end.
    `stepper.position` is in full steps, moved by the bridges themselves."""

    def start(self, values: dict[str, float], random: Random) -> None:
        values.update(dict.fromkeys(QUANTITIES, 0.0))

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        for motor in MOTORS:
            drive, speed = values[f"{motor}.drive"], values[f"{motor}.speed"]
            braked = values[f"{motor}.braked"] >= 0.5
            slowness = RUN_S if drive else BRAKE_S if braked else COAST_S
            target = drive * FULL_SPEED
            values[f"{motor}.speed"] = target + (speed - target) * exp(-STEP / slowness)
