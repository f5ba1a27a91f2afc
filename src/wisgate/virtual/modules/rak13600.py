"""RAK13600 in a slot: a PN532 with a card in front of it now and then. Modules sheet 5.6.

`card.number` says which of the cards below is there. IO4 is RSTPD_N; with option `reset_line` IO5
low switches the chip off, too. Not modelled: IRQ at IO6, the supply of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..chips.nfc_tags import NfcTag, tag_of
from ..chips.pn532 import Pn532Twin
from ..faults import FaultKind
from ..plant.door import Cards
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Cards,)
CARDS = (
    "classic-1k:DCAFFD02",
    "ntag213:04123456789ABC",
    "ntag215:04A1B2C3D4E5F6",
    "ultralight:04112233445566",
    "classic-4k:01020304",
)
"""Cards 1 to 5, as they leave the factory."""
POWER_IO, RESET_IO = 4, 5


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `reset_line`: whether IO5 resets the chip."""
    twin = Pn532Twin(slot.clock)
    cards: list[NfcTag | None] = [None, *map(tag_of, CARDS)]
    pins = [POWER_IO, RESET_IO] if options.get("reset_line", False) else [POWER_IO]

    def look() -> None:
        number = int(world.observe("card.number"))
        twin.tag = cards[number] if 0 <= number < len(cards) else None

    def switch(level: bool) -> None:
        twin.switch(all(slot.level(pin) for pin in pins))

    def hang(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.never_ready = on

    twin.look = look
    ends = [slot.watch(pin, switch) for pin in pins]
    switch(True)
    slot.i2c.twins.append(twin)

    def detach() -> None:
        slot.i2c.twins.remove(twin)
        for end in ends:
            end()

    return Attached(
        addresses=twin.addresses,
        effects={FaultKind.NEVER_READY: hang},
        power_cycle=twin.power_cycle,
        detach=detach,
    )
