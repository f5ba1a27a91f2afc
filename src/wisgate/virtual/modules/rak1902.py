"""RAK1902 in a slot: an LPS22HB in the open. Modules sheet 6.3. Not modelled: its interrupt."""

from __future__ import annotations

from ..chips.lps22hb import Lps22hbTwin
from ..one_chip import attach_chip
from ..plant.weather import Pressure
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Pressure,)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `address` (0x5C)."""
    twin = Lps22hbTwin(slot.clock, addresses=(int(options.get("address", 0x5C)),))

    def look() -> None:
        twin.pressure = world.observe("weather.pressure")
        twin.temperature = world.observe("room.temperature")

    return attach_chip(slot, twin, look)
