"""RAK12013 in a slot: a Doppler radar at 3.2 GHz. Modules sheet 6.1.

IO4 high switches it on; IO3 is high from the first motion until 2 s after the last one. Not
modelled: the half minute after power-on, distance, walls, another radar nearby.
"""

from __future__ import annotations

from ..detector import MotionDetector
from ..plant.motion import Walks
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Walks,)
ENABLE_IO, OUTPUT_IO = 4, 3
HOLD_S = 2.0


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    detector = MotionDetector(slot.clock, world, hold=HOLD_S)

    def enable(_level: bool) -> None:
        detector.power_cycle()

    def look() -> None:
        slot.drive(OUTPUT_IO, slot.level(ENABLE_IO) and detector.active())

    end_watch = slot.watch(ENABLE_IO, enable)
    end_looks = slot.before_reading(look)
    look()

    def detach() -> None:
        end_watch()
        end_looks()
        detector.end()
        slot.drive(OUTPUT_IO, None)

    return Attached(power_cycle=detector.power_cycle, detach=detach)
