"""RAK13007 in a slot: a relay whose contact runs the pump. Modules sheet 4.8.

IO4 high energises the coil; the contact closes 10 ms later and opens 5 ms after IO4 falls. The weak
pull-up of an expander input does not pull the relay in (nobody documents it). Not modelled: bounce
of the contact, wear.
"""

from __future__ import annotations

from ..contact import attach_contact
from ..slot import Attached, Options, SlotSide
from ..world import World

COIL_IO = 4
OPERATE_S, RELEASE_S = 10e-3, 5e-3
CONTACT = "pump.running"


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    return attach_contact(slot, world, COIL_IO, CONTACT, OPERATE_S, RELEASE_S)
