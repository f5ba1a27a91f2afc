"""A battery pack that the sun charges and a gateway drains."""

from __future__ import annotations

from random import Random

from ..world import STEP
from .noise import Wander, bounded, daily

CAPACITY_AH = 50.0
SUN_A, LOAD_A = 7.0, 1.5
"""At noon, and all the time."""
EMPTY_V, FULL_V = 12.0, 13.4
"""At rest, from 5 % to 95 % of the charge; beyond, a cell of LiFePO4 goes quickly down and up."""
RESISTANCE_OHM = 0.03

QUANTITIES = {
    "battery.charge": "ratio", "battery.voltage": "voltage", "battery.current": "current",
}  # fmt: skip


class Battery:
    """Charging is positive. At full charge nothing more goes in, when empty nothing comes out."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._clouds = Wander(random, 0.3, 300.0)
        values["battery.charge"] = 0.6 + 0.2 * random.random()
        values["battery.current"], values["battery.voltage"] = 0.0, 12.9

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        charge = values["battery.charge"]
        sun = daily(seconds_utc, 12) * (1 + self._clouds.step())
        current = SUN_A * sun - LOAD_A if sun > 0 else -LOAD_A
        if (charge >= 1 and current > 0) or (charge <= 0 and current < 0):
            current = 0.0
        charge = bounded(charge + current * STEP / 3600 / CAPACITY_AH, 0.0, 1.0)
        values["battery.charge"], values["battery.current"] = charge, current
        values["battery.voltage"] = rest_voltage(charge) + current * RESISTANCE_OHM


def rest_voltage(charge: float) -> float:
    """Volts at rest for a charge from 0 to 1."""
    level = EMPTY_V + (FULL_V - EMPTY_V) * charge
    if charge > 0.95:
        return level + 20 * (charge - 0.95)
    if charge < 0.05:
        return level - 30 * (0.05 - charge)
    return level
