"""RAK12001 in a slot: a fingerprint reader on the serial line. Modules sheet 6.9.

`finger.number` says whose finger lies on it, and IO1 is high meanwhile. Two people are enrolled, as
pages 1 and 2. Not modelled: the wear of the window, the current of its light.
"""

from __future__ import annotations

from ..plant.door import Fingers
from ..slot import Attached, Options, SlotSide
from ..units.fingerprint import FingerprintReader
from ..world import World

PROCESSES = (Fingers,)
TOUCH_IO = 1
ENROLLED = {1: 1, 2: 2}
"""Page: whose finger."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    reader = FingerprintReader()
    reader.library.update(ENROLLED)

    def look() -> None:
        reader.finger = world.observe("finger.number")
        reader.smeared = world.observe("finger.smeared")

    def touch() -> None:
        slot.drive(TOUCH_IO, world.observe("finger.number") >= 0.5)

    reader.look = look
    end_touch = slot.before_reading(touch)
    slot.uart.twins.append(reader)

    def detach() -> None:
        end_touch()
        slot.drive(TOUCH_IO, None)
        slot.uart.twins.remove(reader)

    return Attached(power_cycle=reader.power_cycle, detach=detach)
