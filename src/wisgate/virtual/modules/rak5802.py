"""RAK5802 in a slot: an RS485 line with the vendor's demonstration unit on it. Modules sheet 4.2.

Direction switches by itself, no line of the slot is used. Not modelled: AIN0 on the terminal,
termination, more than one unit.
"""

from __future__ import annotations

from ..slot import Attached, Options, SlotSide
from ..units.climate import climate_unit
from ..world import World


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    unit = climate_unit(world)
    slot.uart.twins.append(unit)
    return Attached(detach=lambda: slot.uart.twins.remove(unit))
