"""RAK12004 in a slot: an MQ-2 for combustible gas and smoke. Modules sheet 5.1.

The film senses `gas.combustible`, taken for the gas that the unit is set to, as the chosen sheet
draws it. See `gas_sensing`.
"""

from __future__ import annotations

from ..gas_sensing import Film, attach_gas
from ..plant.gas import Gas
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Gas,)
QUANTITY = "gas.combustible"
AIR_OHM = 9.6 * 11.2e3  # the vendor's R0 and ratio; modules sheet 5.1
FILMS = {
    "vendor-script": {"smoke": Film(9.6, -0.399, 1.450)},
    "older-sheet": {
        "smoke": Film(9.6, -0.436, 1.531),
        "lpg": Film(9.6, -0.469, 1.285),
        "hydrogen": Film(9.6, -0.472, 1.404),
        "methane": Film(9.6, -0.379, 1.363),
        "carbon-monoxide": Film(9.6, -0.333, 1.480),
        "alcohol": Film(9.6, -0.383, 1.338),
        "propane": Film(9.6, -0.463, 1.296),
    },
    "sheet-1.5": {
        "propane": Film(1.0, -0.705, 1.078),
        "smoke": Film(1.0, -0.685, 1.121),
        "methane": Film(1.0, -0.569, 0.906),
        "alcohol": Film(1.0, -0.554, 1.013),
    },
    "vendor-library": {
        "propane": Film(1.0, -0.890, 1.125),
        "smoke": Film(1.0, -0.980, 1.154),
    },
}
"""By sheet, then by gas; modules sheet 5.1, constant sets."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `address` (0x51), `curve`, `gas`, `load` in ohms."""
    films = FILMS[str(options.get("curve", "sheet-1.5"))]
    film = films.get(str(options.get("gas", "smoke")), films["smoke"])
    return attach_gas(slot, world, QUANTITY, film, options, air=AIR_OHM, address=0x51)
