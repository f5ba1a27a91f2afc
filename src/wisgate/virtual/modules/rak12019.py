"""RAK12019 in a slot: an LTR-390UV at a window that lets ultraviolet pass. Modules sheet 6.6. Not
modelled: its interrupt."""

from __future__ import annotations

from ..chips.ltr_390uv import Ltr390uvTwin
from ..one_chip import attach_chip
from ..plant.weather import Sun
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Sun,)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    twin = Ltr390uvTwin(slot.clock)

    def look() -> None:
        twin.illuminance = world.observe("light.illuminance")
        twin.uv_index = world.observe("light.uv_index")

    return attach_chip(slot, twin, look)
