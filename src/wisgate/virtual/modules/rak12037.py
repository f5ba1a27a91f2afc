"""RAK12037 in a slot: an SCD30 in the air of the room, its RDY pin on IO6. Modules sheet 6.1 and
6.7. Not modelled: the PWM output on IO5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..chips.scd30 import Scd30Twin
from ..faults import FaultKind
from ..one_chip import attach_chip
from ..plant.air import Air
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Air,)
READY_IO = 6
STRETCH_S = 0.15
"""Once a day. Modules sheet 6.7."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    twin = Scd30Twin(slot.clock)

    def look() -> None:
        twin.co2_ppm = world.observe("air.co2")
        twin.temperature = world.observe("room.temperature")
        twin.humidity = world.observe("room.humidity")

    def stretch(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.stretch = float(parameters.get("seconds", STRETCH_S)) if on else 0.0

    attached = attach_chip(slot, twin, look, {FaultKind.CLOCK_STRETCH: stretch})
    end_look = slot.before_reading(lambda: slot.drive(READY_IO, twin.ready))

    def detach() -> None:
        end_look()
        slot.drive(READY_IO, None)
        attached.detach()

    return replace(attached, detach=detach)
