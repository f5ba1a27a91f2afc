"""RAK13003 in a slot: an MCP23017 with sixteen terminals. Modules sheet 4.5.

Terminal n is at 3.3 V while `panel.ion` is on, otherwise at ground, each behind a resistor: what
the chip drives wins. Option `reset` "IO4" connects the RESET pin; otherwise nobody holds it. Not
modelled: INTA and INTB (polled boards do not see them), what a change at lines 7 and 15 does to the
bus, currents.
"""

from __future__ import annotations

from ..chips.mcp23017 import Mcp23017Twin
from ..plant.panel import LINES, Contacts
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Contacts,)
RESET_IO = 4


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `address` (0x20) and `reset` ("none")."""
    twin = Mcp23017Twin(addresses=(int(options.get("address", 0x20)),))

    def look() -> None:
        for line in range(LINES):
            twin.drive(line, world.observe(f"panel.io{line}") >= 0.5)

    twin.look = look
    look()
    slot.i2c.twins.append(twin)
    end_reset = (
        slot.watch(RESET_IO, lambda high: twin.reset(not high))
        if options.get("reset") == "IO4"
        else lambda: None
    )

    def detach() -> None:
        end_reset()
        slot.i2c.twins.remove(twin)

    return Attached(addresses=twin.addresses, power_cycle=twin.power_cycle, detach=detach)
