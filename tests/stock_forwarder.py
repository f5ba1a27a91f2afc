"""A board behind a stock forwarder, as the hub sees it: refuses what its queue would refuse, by the
rules of jitqueue.c, and remembers what it emits."""

from __future__ import annotations

import asyncio

from wisgate.core.clock import Clock
from wisgate.lorawan.radio import Eui, Immediately, Moment, Shot, Verdict

BEFORE_US = 1_500 + 40_000
MARGIN_US = 1_000


class StockForwarder:
    """Implements `Board`. Its counter began at `begin` when the clock stood at 0."""

    def __init__(self, eui: Eui, clock: Clock, begin: int = 5_000_000) -> None:
        self.eui, self.session, self.begin = eui, 1, begin
        self.emitted: list[tuple[int, int, Shot]] = []
        """Begin, end and frame."""
        self.given: list[Moment | None] = []
        self.refused: list[Verdict] = []
        self.answers: list[Verdict] = []
        """What it says next, whatever it is given."""
        self.delay_s = 0.005
        self._clock = clock

    def now(self) -> Moment | None:
        counter = self.begin + round(self._clock.monotonic() * 1e6)
        return Moment(self.eui, self.session, counter)

    def at(self, seconds: float) -> Moment:
        """What its counter shows when the clock stands at `seconds`."""
        return Moment(self.eui, self.session, self.begin + round(seconds * 1e6))

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        self.given.append(moment)
        await asyncio.sleep(self.delay_s)
        verdict = self.answers.pop(0) if self.answers else self._queue(shot, moment)
        if verdict is not Verdict.QUEUED:
            self.refused.append(verdict)
        return verdict

    def _soon(self, now: int, air_us: int) -> int:
        """The first time that is free: where it puts what goes at once (`imme`)."""
        begin = now + BEFORE_US + MARGIN_US + 1
        for other_begin, other_end, _ in sorted(self.emitted, key=lambda e: e[0]):
            if other_begin - BEFORE_US - MARGIN_US <= begin + air_us and other_end >= now:
                begin = max(begin, other_end + BEFORE_US + MARGIN_US + 1)
        return begin

    def _queue(self, shot: Shot, moment: Moment | None) -> Verdict:
        now = self.now()
        assert now is not None
        seconds = shot.modulation.airtime(len(shot.phy), preamble=shot.preamble, crc=shot.crc)
        air_us = round(seconds * 1e6)
        if moment is None and not isinstance(shot.due, Immediately):
            return Verdict.GPS_UNLOCKED
        begin = self._soon(now.counter, air_us) if moment is None else moment.counter
        end = begin + air_us
        if begin < now.counter:
            return Verdict.TOO_EARLY  # the unsigned difference wraps
        if begin - now.counter <= BEFORE_US + MARGIN_US:
            return Verdict.TOO_LATE
        waiting = [e for e in self.emitted if e[1] > now.counter]
        if len(waiting) >= 32:
            return Verdict.COLLISION_PACKET
        for other_begin, other_end, _ in waiting:
            free_before = begin - other_end > BEFORE_US + MARGIN_US
            free_after = other_begin - end > BEFORE_US + MARGIN_US
            if not (free_before or free_after):
                return Verdict.COLLISION_PACKET
        self.emitted.append((begin, end, shot))
        return Verdict.QUEUED
