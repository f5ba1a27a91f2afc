"""RAK13001 in a slot: a relay that opens a valve, and an isolated input. Modules sheet 4.4.

IO4 high energises the coil. Nobody prints how fast the contact is: 10 ms to close and 5 ms to open
are usual for a relay of this size. The input is low while `field.volts` drives its optocoupler,
from 9 V on (nobody prints that either; 12 V to 24 V are promised). Not modelled: bounce of the
contacts, wear, the delay of the optocoupler.
"""

from __future__ import annotations

from ..contact import attach_contact
from ..plant.field import LimitSwitch
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (LimitSwitch,)
COIL_IO = 4
OPERATE_S, RELEASE_S = 10e-3, 5e-3
CONTACT, INPUT = "valve.open", "field.volts"
ENERGISED_V = 9.0


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `input`: the signal behind the isolated input, or
    "none"."""
    relay = attach_contact(slot, world, COIL_IO, CONTACT, OPERATE_S, RELEASE_S)
    signal = str(options.get("input", "none"))
    if signal not in slot.pins:
        return relay

    def look() -> None:
        slot.drive(signal, world.observe(INPUT) < ENERGISED_V)

    end_looks = slot.before_reading(look)
    look()

    def detach() -> None:
        end_looks()
        slot.drive(signal, None)
        relay.detach()

    return Attached(detach=detach)
