"""RAK12009 in a slot: an MQ-3 for alcohol. Modules sheet 5.3.

The film senses `gas.ethanol`, as the constants that the unit is set to draw it. See `gas_sensing`.
"""

from __future__ import annotations

from ..gas_sensing import Film, attach_gas
from ..plant.gas import Gas
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Gas,)
QUANTITY = "gas.ethanol"
AIR_OHM = 16.1e3  # the vendor's R0, and a ratio of 1; modules sheet 5.3
FILMS = {
    "vendor-script": Film(1.0, -0.888, 0.738),
    "vendor-library": Film(1.0, -1.176, 1.253),
    "manual": Film(1.0, -0.866, 0.689),
}
"""By source; modules sheet 5.3."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `address` (0x55), `curve`, `load` in ohms."""
    film = FILMS[str(options.get("curve", "vendor-script"))]
    return attach_gas(slot, world, QUANTITY, film, options, air=AIR_OHM, address=0x55)
