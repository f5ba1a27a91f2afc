"""RAK1921 in the display connector: an SSD1306 and its panel. Modules sheet 6.12."""

from __future__ import annotations

from ..chips.ssd1306 import Ssd1306Twin
from ..slot import Attached, Options, SlotSide
from ..world import World


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into its connector. Option `address` (0x3C)."""
    address = int(options.get("address", 0x3C))
    twin = Ssd1306Twin(addresses=(address,))
    slot.i2c.twins.append(twin)
    return Attached(
        addresses=(address,),
        power_cycle=twin.power_cycle,
        detach=lambda: slot.i2c.twins.remove(twin),
    )
