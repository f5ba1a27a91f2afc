"""RAK16000 in a slot: an INA219 in the wires of the load. Modules sheet 4.9."""

from __future__ import annotations

from ..chips.ina219 import Ina219Twin
from ..one_chip import attach_chip
from ..slot import Attached, Options, SlotSide
from ..world import World


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `address` (0x41) and `shunt` in ohms (0.1)."""
    address = int(options.get("address", 0x41))
    shunt_ohm = float(options.get("shunt", 0.1))
    twin = Ina219Twin(slot.clock, addresses=(address,), shunt_ohm=shunt_ohm)

    def look() -> None:
        twin.bus_v, twin.load_a = world.observe("load.volts"), world.observe("load.amps")

    return attach_chip(slot, twin, look)
