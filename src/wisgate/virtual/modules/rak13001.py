"""RAK13001 in a slot: a relay whose contact opens a valve. Modules sheet 4.4.

IO4 high energises the coil. Nobody prints how fast the contact is: 10 ms to close and 5 ms to open
are usual for a relay of this size. Not modelled: bounce of the contact, wear, the isolated input.
"""

from __future__ import annotations

from ..contact import attach_contact
from ..slot import Attached, Options, SlotSide
from ..world import World

COIL_IO = 4
OPERATE_S, RELEASE_S = 10e-3, 5e-3
CONTACT = "valve.open"


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    return attach_contact(slot, world, COIL_IO, CONTACT, OPERATE_S, RELEASE_S)
