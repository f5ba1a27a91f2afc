"""RAK5802 in a slot: an RS485 line with the vendor's demonstration unit (42) and the battery pack
RAK9155 (110) on it. Modules sheet 4.2.

Direction switches by itself, no line of the slot is used. Not modelled: AIN0 on the terminal,
termination.
"""

from __future__ import annotations

from ..plant.battery import Battery
from ..slot import Attached, Options, SlotSide
from ..units.climate import climate_unit
from ..units.rak9155 import battery_unit
from ..world import World

PROCESSES = (Battery,)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    units = (climate_unit(world), battery_unit(world))
    slot.uart.twins.extend(units)

    def detach() -> None:
        for unit in units:
            slot.uart.twins.remove(unit)

    return Attached(detach=detach)
