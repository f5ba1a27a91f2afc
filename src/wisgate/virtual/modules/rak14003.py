"""RAK14003 in a slot: an MCP23017 with ten LEDs on GPA0 to GPA7, GPB0 and GPB1. Modules sheet 6.1.

A LED shines while its line is driven low; `panel.bar` counts those that do. IO4 low resets the
chip. Not modelled: colours, brightness, the current of all of them.
"""

from __future__ import annotations

from ..chips.mcp23017 import Mcp23017Twin
from ..plant.panel import Driven
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Driven,)
LEDS = 10
RESET_IO = 4


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `address` (0x24)."""
    twin = Mcp23017Twin(addresses=(int(options.get("address", 0x24)),))

    def shine(_level: bool) -> None:
        world.drive("panel.bar", float(sum(twin.driven(line) is False for line in range(LEDS))))

    ends = [twin.watch(line, shine) for line in range(LEDS)]
    ends.append(slot.watch(RESET_IO, lambda high: twin.reset(not high)))
    slot.i2c.twins.append(twin)

    def detach() -> None:
        for end in ends:
            end()
        slot.i2c.twins.remove(twin)
        world.drive("panel.bar", 0.0)

    return Attached(addresses=twin.addresses, power_cycle=twin.power_cycle, detach=detach)
