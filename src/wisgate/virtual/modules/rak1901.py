"""RAK1901 in a slot: an SHTC3 in the air of the room. Modules sheet 6.2."""

from __future__ import annotations

from ..chips.shtc3 import Shtc3Twin
from ..one_chip import attach_chip
from ..slot import Attached, Options, SlotSide
from ..world import World


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    twin = Shtc3Twin(slot.clock)

    def look() -> None:
        twin.temperature = world.observe("room.temperature")
        twin.humidity = world.observe("room.humidity")

    return attach_chip(slot, twin, look)
