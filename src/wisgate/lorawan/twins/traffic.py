"""Motes that go about their day: join, report, repeat what was not answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from .air import Air
from .channel import Transmission
from .mote import JOIN_DELAY_US, SECOND_US, Mote

LONGEST_ANSWER_US = 3_000_000
"""From the opening of RX2 to the end of what may begin there: SF12 and 51 bytes are 2.8 s."""
REPEAT_S = (1.0, 3.0)
"""RETRANSMIT_TIMEOUT of the specification: a random time between."""
REJOIN_S = (5.0, 15.0)
FIRST_FRAME_S = 1.0
"""From the answer to a join to the first frame."""
JITTER = 0.1
"""By how much of the interval a frame may be early or late."""

Report = Callable[[Mote], bytes]
"""The payload of the next frame."""


class Traffic:
    """Every mote sends each `interval` seconds, the first time within the first of them; one of
    `confirmed_every` frames is confirmed (0: none). Threads: the event loop only."""

    def __init__(
        self,
        air: Air,
        motes: Sequence[Mote],
        report: Report,
        *,
        interval: float,
        confirmed_every: int = 0,
        port: int = 1,
        seed: int = 1,
    ) -> None:
        self.motes = motes
        self.sent: list[Transmission] | None = None
        """Set it to a list to have every frame kept."""
        self._air, self._report, self._interval = air, report, interval
        self._confirmed_every, self._port = confirmed_every, port
        self._chance = Random(f"{seed}/traffic")
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._due: dict[str, int] = {}
        """When the next frame of each mote is to begin."""
        for mote in motes:
            air.join(mote)

    def start(self) -> None:
        for mote in self.motes:
            self._later(mote, self._chance.uniform(0.0, self._interval), self._next)

    def stop(self) -> None:
        """What is on the air goes on to its end."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _later(self, mote: Mote, seconds: float, do: Callable[[Mote], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timers[mote.identity.name] = loop.call_later(seconds, do, mote)

    def _next(self, mote: Mote) -> None:
        if not mote.joined:
            self._transmit(mote, mote.join(self._air.now()), JOIN_DELAY_US, self._asked)
            return
        spread = self._interval * JITTER
        pause = self._interval + self._chance.uniform(-spread, spread)
        self._due[mote.identity.name] = self._air.now() + round(pause * 1e6)
        number = mote.counter_up + 1
        confirmed = bool(self._confirmed_every) and number % self._confirmed_every == 0
        payload = self._report(mote)
        sent = mote.uplink(self._air.now(), payload, self._port, confirmed=confirmed)
        self._transmit(mote, sent, mote.settings.delay * SECOND_US, self._reported)

    def _transmit(
        self, mote: Mote, sent: Transmission, delay: int, then: Callable[[Mote], None]
    ) -> None:
        """Send, and go on when both windows are over."""
        if self.sent is not None:
            self.sent.append(sent)
        self._air.transmit(sent)
        over = sent.ends + delay + SECOND_US + LONGEST_ANSWER_US
        self._later(mote, (over - self._air.now()) / 1e6, then)

    def _asked(self, mote: Mote) -> None:
        pause = FIRST_FRAME_S if mote.joined else self._chance.uniform(*REJOIN_S)
        self._later(mote, pause, self._next)

    def _reported(self, mote: Mote) -> None:
        self._later(mote, self._chance.uniform(*REPEAT_S), self._repeat)

    def _repeat(self, mote: Mote) -> None:
        sent = mote.repeat(self._air.now())
        if sent is not None:
            self._transmit(mote, sent, mote.settings.delay * SECOND_US, self._reported)
            return
        wait = (self._due[mote.identity.name] - self._air.now()) / 1e6
        self._later(mote, max(0.0, wait), self._next)
