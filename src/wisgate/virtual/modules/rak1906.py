"""RAK1906 in a slot: a BME680 in the air of the room. Modules sheet 6.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..chips.bme680 import Bme680Twin
from ..faults import FaultKind
from ..one_chip import attach_chip
from ..plant.air import Air
from ..plant.weather import Pressure
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Air, Pressure)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `address` (0x76)."""
    twin = Bme680Twin(slot.clock, addresses=(int(options.get("address", 0x76)),))

    def look() -> None:
        twin.temperature = world.observe("room.temperature")
        twin.humidity = world.observe("room.humidity")
        twin.pressure = world.observe("weather.pressure")
        twin.gas_ohm = world.observe("air.gas_resistance")

    def break_heater(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.heater_broken = on

    return attach_chip(slot, twin, look, {FaultKind.HEATER_BROKEN: break_heater})
