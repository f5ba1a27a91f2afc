"""RAK9155: the battery pack as a Modbus unit. Modules sheet 6.10.

    holding 0x6000      volts of the pack, 0.01 V
    holding 0x6005      remaining capacity, 0x6006 full capacity, both in 0.01 Ah
    holding 0x600E      status bits, always 0
    holding 0x600F      2 discharging, 3 charging, 5 full, 6 empty

The unit of the capacities is ours: the sheet only knows that both have the same one. Not modelled:
what the status bits mean, temperatures, the other registers.
"""

from __future__ import annotations

from ..plant.battery import CAPACITY_AH
from ..world import World
from .modbus import ModbusUnit, Tables

UNIT = 0x6E
PER_VOLT = PER_AMPERE_HOUR = 100
DISCHARGING, CHARGING, FULL, EMPTY = 2, 3, 5, 6


def battery_unit(world: World, unit_id: int = UNIT) -> ModbusUnit:
    """A unit that tells `battery.voltage`, `battery.charge` and `battery.current`."""

    def voltage() -> int:
        return round(world.observe("battery.voltage") * PER_VOLT)

    def remaining() -> int:
        return round(world.observe("battery.charge") * CAPACITY_AH * PER_AMPERE_HOUR)

    def mode() -> int:
        charge = world.observe("battery.charge")
        if charge <= 0:
            return EMPTY
        if charge >= 1:
            return FULL
        return CHARGING if world.observe("battery.current") > 0 else DISCHARGING

    full = round(CAPACITY_AH * PER_AMPERE_HOUR)
    holding = {
        0x6000: voltage,
        0x6005: remaining,
        0x6006: lambda: full,
        0x600E: lambda: 0,
        0x600F: mode,
    }
    return ModbusUnit(unit_id, Tables(holding=dict(holding)))
