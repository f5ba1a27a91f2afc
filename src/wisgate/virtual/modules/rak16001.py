"""RAK16001 in a slot: an ADS7830 with eight inputs, `panel.ch0` to `panel.ch7`. Modules sheet 4.10.

Dividers are not fitted, as shipped. Not modelled: what the previous input leaves behind.
"""

from __future__ import annotations

from ..chips.ads7830 import INPUTS, Ads7830Twin
from ..plant.panel import Voltages
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Voltages,)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `address` (0x48) and `reference` in volts (3.0)."""
    twin = Ads7830Twin(addresses=(int(options.get("address", 0x48)),))
    twin.vref = float(options.get("reference", 3.0))

    def look() -> None:
        for n in range(INPUTS):
            setattr(twin, f"ch{n}", world.observe(f"panel.ch{n}"))

    twin.look = look
    slot.i2c.twins.append(twin)
    return Attached(
        addresses=twin.addresses,
        power_cycle=twin.power_cycle,
        detach=lambda: slot.i2c.twins.remove(twin),
    )
