"""RAK14006 in a slot: a rotary encoder with a switch. Modules sheet 6.1.

Each detent of `knob.position` gives one pulse, on IO6 clockwise and on IO4 counter-clockwise;
IO5 is low while `knob.pressed`. Nobody prints how long the one-shots stay high: 10 ms here. With
option `signals` "raw" (R8, R10) IO6 and IO4 show A and B of the encoder instead, both high at a
detent, A first clockwise. Not modelled: bounce of the contacts.
"""

from __future__ import annotations

from math import floor

from ..plant.knob import Hand
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Hand,)
CLOCKWISE_IO, COUNTER_IO, SWITCH_IO = 6, 4, 5
POSITION, PRESSED = "knob.position", "knob.pressed"
PULSE_S = 10e-3


class _Encoder:
    """Follows the knob; remembers when the last pulse of either direction began."""

    def __init__(self, world: World) -> None:
        self.position, self._at = world.observe(POSITION), 0.0
        self.began = {CLOCKWISE_IO: -1e9, COUNTER_IO: -1e9}
        self.end = world.follow(POSITION, self._told)

    def _told(self, position: float, time: float) -> None:
        before, self.position = self.position, position
        since, self._at = self._at, time
        if position == before:
            return
        # Detents change halfway between two whole positions.
        low, high = sorted((before + 0.5, position + 0.5))
        crossed = range(floor(low) + 1, floor(high) + 1)
        if not crossed:
            return
        clockwise = position > before
        last = (crossed[-1] if clockwise else crossed[0]) - 0.5
        share = (last - before) / (position - before)
        if before % 1 == position % 1 == 0:
            share = 1.0  # it snapped from detent to detent, when the world says so
        self.began[CLOCKWISE_IO if clockwise else COUNTER_IO] = since + share * (time - since)

    def phases(self) -> tuple[bool, bool]:
        """Levels of A and B."""
        turn = self.position % 1
        return not 0.125 <= turn < 0.625, not 0.375 <= turn < 0.875


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `signals`: "pulses" or "raw"."""
    encoder = _Encoder(world)
    raw = options.get("signals") == "raw"

    def look() -> None:
        now = slot.clock.monotonic()
        levels = {io: 0 <= now - began < PULSE_S for io, began in encoder.began.items()}
        if raw:
            levels = dict(zip((CLOCKWISE_IO, COUNTER_IO), encoder.phases(), strict=True))
        for io, level in levels.items():
            slot.drive(io, level)
        slot.drive(SWITCH_IO, world.observe(PRESSED) < 0.5)

    end_looks = slot.before_reading(look)
    look()

    def detach() -> None:
        end_looks()
        encoder.end()
        for io in (CLOCKWISE_IO, COUNTER_IO, SWITCH_IO):
            slot.drive(io, None)

    return Attached(detach=detach)
