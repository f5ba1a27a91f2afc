"""When a board emits: the frames that it has taken, or will be given, one after another.

A stock forwarder has the same queue and answers a collision with COLLISION_PACKET, after the time
for another choice has passed. Here it is known before. What it was given it does not give back, so
a frame is held as long as it is safe, and one of greater priority may still take its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from .counter import later
from .radio import Moment, Shot, Verdict

Rank = tuple[bool, int]
"""Whether somebody waits for the frame at its time (class A, joins), and its priority: the greater
goes first."""

LEAD_US = 42_500
"""What a frame needs before its time, free of others: start delay 1.5 ms, margin 1 ms, and 40 ms in
which the forwarder looks ahead (sx1302_hal, jitqueue.c; 30 ms in the one for SX1301)."""
HANDING_US = 10_000
"""What may pass until the forwarder has a frame that is given to it now."""
HOLD_US = 500_000
"""So long before its time a frame is given to the forwarder, or at once."""
AHEAD_US = 512_000_000
"""How far ahead a forwarder takes a frame (jitqueue.c, TX_MAX_ADVANCE_DELAY)."""
CAPACITY = 32
"""Of a forwarder's own queue (jitqueue.h, JIT_QUEUE_MAX)."""


class Slot:
    """A place in the time of one board. Threads: the event loop only."""

    def __init__(self, start: Moment, air_us: int, rank: Rank) -> None:
        self.start, self.air_us, self.rank = start, air_us, rank
        self.given = False
        """Whether it was handed to the forwarder: then nothing can take its place."""
        self._lost = asyncio.Event()

    @property
    def end(self) -> int:
        return self.start.counter + self.air_us

    def clashes(self, begin: int, end: int) -> bool:
        """With a frame from `begin` to `end`."""
        return begin - LEAD_US <= self.end and self.start.counter - LEAD_US <= end

    @property
    def lost(self) -> bool:
        """Whether its time was given to another."""
        return self._lost.is_set()

    def lose(self) -> None:
        self._lost.set()

    async def hold(self, now: Callable[[], Moment | None]) -> bool:
        """Return when the frame should be handed over, and whether the place is still its own.
        `now`: what the counter of the board shows."""
        moment = now()
        waiting = (self.start.counter - moment.counter - HOLD_US) / 1e6 if moment else 0.0
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, waiting)):
                await self._lost.wait()
        self.given = not self.lost
        return self.given


class Jit:
    """The queue of one board. Threads: the event loop only."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []

    def place(self, start: Moment, air_us: int, rank: Rank, now: Moment) -> Slot | Verdict:
        """A place for a frame that begins at `start`, or why there is none. Frames of lower rank
        that no forwarder was given yet make room."""
        self._forget(now)
        ahead = start.counter - now.counter
        if start.session != now.session or ahead < LEAD_US + HANDING_US:
            return Verdict.TOO_LATE
        if ahead > AHEAD_US:
            return Verdict.TOO_EARLY
        end = start.counter + air_us
        clashing = [slot for slot in self._slots if slot.clashes(start.counter, end)]
        if any(slot.given or slot.rank >= rank for slot in clashing):
            return Verdict.COLLISION_PACKET
        if len(self._slots) - len(clashing) >= CAPACITY:
            return Verdict.QUEUE_FULL
        for slot in clashing:
            self.free(slot)
            slot.lose()
        return self._take(start, air_us, rank)

    def place_soon(self, air_us: int, rank: Rank, now: Moment) -> Slot | Verdict:
        """The first place that is free from now on; nobody makes room."""
        self._forget(now)
        if len(self._slots) >= CAPACITY:
            return Verdict.QUEUE_FULL
        begin = now.counter + LEAD_US + HANDING_US
        for slot in sorted(self._slots, key=lambda slot: slot.start.counter):
            if slot.clashes(begin, begin + air_us):
                begin = slot.end + LEAD_US + 1
        return self._take(later(now, begin - now.counter), air_us, rank)

    def busy(self, now: Moment) -> bool:
        """Whether the board emits, or is about to."""
        return any(slot.clashes(now.counter, now.counter + LEAD_US) for slot in self._slots)

    def free(self, slot: Slot) -> None:
        """Its frame will not be sent."""
        if slot in self._slots:
            self._slots.remove(slot)

    def _take(self, start: Moment, air_us: int, rank: Rank) -> Slot:
        slot = Slot(start, air_us, rank)
        self._slots.append(slot)
        return slot

    def _forget(self, now: Moment) -> None:
        """What is over, and what a board forgot that started anew."""
        for slot in self._slots:
            if slot.start.session != now.session:
                slot.lose()
        self._slots = [
            slot
            for slot in self._slots
            if slot.start.session == now.session and slot.end >= now.counter
        ]


def air_us(shot: Shot) -> int:
    """How long it is on the air, rounded up. Raises ValueError for what no chip can send."""
    seconds = shot.modulation.airtime(
        len(shot.phy), preamble=shot.preamble, crc=shot.crc, implicit_header=shot.implicit_header
    )
    return int(seconds * 1e6) + 1
