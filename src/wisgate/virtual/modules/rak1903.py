"""RAK1903 in a slot: an OPT3001 at a window. Modules sheet 6.4. Not modelled: its interrupt."""

from __future__ import annotations

from ..chips.opt3001 import Opt3001Twin
from ..one_chip import attach_chip
from ..plant.weather import Sun
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Sun,)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `address` (0x44)."""
    twin = Opt3001Twin(slot.clock, addresses=(int(options.get("address", 0x44)),))

    def look() -> None:
        twin.illuminance = world.observe("light.illuminance")

    return attach_chip(slot, twin, look)
