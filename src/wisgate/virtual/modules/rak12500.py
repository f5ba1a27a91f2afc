"""RAK12500 in a slot: a ZOE-M8Q under the sky of the world. Modules sheet 6.11.

IO2 low holds the receiver in reset; it pulls the line up by itself. Not modelled: the serial way to
it, the pulse per second at IO1, the antenna.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..chips.zoe_m8q import ZoeM8qTwin
from ..faults import FaultKind
from ..plant.sky import Place
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Place,)
RESET_IO = 2
INPUTS = {
    "latitude": "place.latitude", "longitude": "place.longitude", "altitude": "place.altitude",
    "speed": "place.speed", "heading": "place.heading", "accuracy": "place.accuracy",
    "satellites": "sky.satellites",
}  # fmt: skip
"""World input of the twin: quantity."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    twin = ZoeM8qTwin(slot.clock)

    def look() -> None:
        for name, quantity in INPUTS.items():
            setattr(twin, name, world.observe(quantity))

    def reset(level: bool) -> None:
        twin.switch(level)

    def hang(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.never_ready = on

    twin.look = look
    slot.drive(RESET_IO, True)
    end_watch = slot.watch(RESET_IO, reset)
    reset(slot.level(RESET_IO))
    slot.i2c.twins.append(twin)

    def detach() -> None:
        slot.i2c.twins.remove(twin)
        end_watch()
        slot.drive(RESET_IO, None)

    return Attached(
        addresses=twin.addresses,
        effects={FaultKind.NEVER_READY: hang},
        power_cycle=twin.power_cycle,
        detach=detach,
    )
