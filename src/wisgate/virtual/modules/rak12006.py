"""RAK12006 in a slot: a PIR detector behind an inverting transistor. Modules sheet 5.2.

It sees `person.moving` at once, holds its output for 2.3 s after the last motion and is blind for
2 s then. While it warms up it gives two false alarms. Not modelled: distance, angle, and the
temperature of the room.
"""

from __future__ import annotations

from ..detector import MotionDetector
from ..plant.motion import Walks
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Walks,)
OUTPUT_IO = 6
HOLD_S, DEAD_S = 2.3, 2.0
FALSE_ALARMS_S = (5.0, 17.0)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `low_is_motion`: how this unit is built (True)."""
    low_is_motion = bool(options.get("low_is_motion", True))
    detector = MotionDetector(
        slot.clock, world, hold=HOLD_S, dead=DEAD_S, false_alarms=FALSE_ALARMS_S
    )

    def look() -> None:
        slot.drive(OUTPUT_IO, detector.active() is not low_is_motion)

    end_looks = slot.before_reading(look)
    look()

    def detach() -> None:
        end_looks()
        detector.end()
        slot.drive(OUTPUT_IO, None)

    return Attached(power_cycle=detector.power_cycle, detach=detach)
