"""RAK12015 in a slot: a vibration switch with a comparator behind it. Modules sheet 5.4.

While `machine.vibration` is above 5 % a square wave of 2 V stands on AIN1, from 50 Hz to 500 Hz
with its strength; when the machine comes to rest it rings out within a few tenths of a second. With
option `output` "digital" (R5 and U1 fitted) the comparator drives IO4 instead. Not modelled: the
trimmer R1, single knocks shorter than the looks of the world.
"""

from __future__ import annotations

from math import exp

from ..plant.vibration import Machine
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Machine,)
AIN, OUTPUT_IO = 1, 4
QUANTITY = "machine.vibration"
WAKES_AT = 0.05
IDLE_V, SWING_V = 0.01, 2.0
RING_S = 0.15
SLOWEST_HZ, FASTEST_HZ = 50.0, 500.0
LOGIC_V = 0.5


class _Switch:
    def __init__(self, slot: SlotSide, world: World) -> None:
        self._clock, self._world = slot.clock, world
        self._still = True
        self._since = -1e9  # when it came to rest
        self.end = world.watch(QUANTITY, WAKES_AT, self._told)

    def _told(self, still: bool, time: float) -> None:
        if still and not self._still:
            self._since = time
        self._still = still

    def volts(self) -> float:
        """Of the output, now."""
        now = self._clock.monotonic()
        strength = min(1.0, max(0.0, self._world.observe(QUANTITY)))
        hertz = SLOWEST_HZ + (FASTEST_HZ - SLOWEST_HZ) * strength
        if now * hertz % 1 >= 0.5:
            return IDLE_V
        swing = 1.0 if not self._still else exp(-(now - self._since) / RING_S)
        return IDLE_V + SWING_V * swing


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `output`: "analog" or "digital"."""
    switch = _Switch(slot, world)
    if options.get("output") != "digital":
        slot.ain(AIN, switch.volts)

        def detach() -> None:
            switch.end()
            slot.ain(AIN, None)

        return Attached(detach=detach)

    def look() -> None:
        slot.drive(OUTPUT_IO, switch.volts() >= LOGIC_V)

    end_looks = slot.before_reading(look)
    look()

    def detach_digital() -> None:
        switch.end()
        end_looks()
        slot.drive(OUTPUT_IO, None)

    return Attached(detach=detach_digital)
