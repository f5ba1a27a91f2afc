"""Between boards and upstreams: what boards hear goes once into the queue, what upstreams send goes
to a board."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from ..core.clock import Clock
from .boards import SETTLE_S, Boards
from .merging import Merging
from .radio import Board, Crc, Downlink, Eui, Heard, Result, Status, Uplink

T = TypeVar("T")
log = logging.getLogger(__name__)

TURN_S = 0.02
"""Between two looks at what was held long enough: frames of one turn go through everything behind
together."""
MOST_NAMELESS = 1000
"""Frames that wait for the EUI of their gateway, at the very first start."""


class Append(Protocol):
    """The end of the queue (`queue.py`)."""

    def __call__(self, gateway: Eui, region: str, uplinks: tuple[Uplink, ...]) -> Heard:
        """Take a frame; returns it with its number. Must not block, nor raise for a full disk."""
        ...


Transmit = Callable[[Downlink], Awaitable[Result]]
"""`Downlinks.send` (`downlinks.py`)."""


class Hub:
    """Threads: the event loop only."""

    def __init__(self, boards: Boards, clock: Clock, append: Append, transmit: Transmit) -> None:
        self.boards = boards
        self._clock, self._append, self._transmit = clock, append, transmit
        self._merging = Merging(self._pass_on)
        self._timer: asyncio.TimerHandle | None = None
        self._nameless: list[tuple[Uplink, ...]] = []
        self._settling: dict[str, asyncio.TimerHandle] = {}
        self._closed = False
        self.counters: Counter[str] = Counter()
        """`uplinks` as boards tell them, `frames` as upstreams get them, `copies`, `late_copies`,
        `ghosts`, `bad_checksums`, `downlinks`, `dropped`, `faults`."""
        self._merging.counters = self.counters
        self.on_heard: list[Callable[[Heard], None]] = []
        self.on_sent: list[Callable[[Result], None]] = []
        self.on_status: list[Callable[[Status], None]] = []
        """Told of each frame, each downlink, each status of a board."""
        boards.settled.append(self._settled)

    def join(self, board: Board) -> bool:
        """Take a board of which a front heard for the first time. False for one too many."""
        if not self.boards.join(board):
            return False
        region = self.boards.region(board.eui)
        if region not in self.boards.gateways and region not in self._settling:
            loop = asyncio.get_running_loop()
            self._settling[region] = loop.call_later(SETTLE_S, self.boards.settle, region)
        return True

    def heard(self, uplink: Uplink) -> None:
        """Take a copy of a frame. Those whose checksum is wrong are noise."""
        self.counters["uplinks"] += 1
        if uplink.crc is Crc.BAD:
            self.counters["bad_checksums"] += 1
            return
        self._merging.take(uplink, self._clock.monotonic())
        if self._timer is None and not self._closed:
            self._flush()

    def told(self, status: Status) -> None:
        """Take what a board tells of itself."""
        self._tell(self.on_status, status)

    async def send(self, downlink: Downlink) -> Result:
        """Have a downlink of an upstream sent."""
        self.counters["downlinks"] += 1
        result = await self._transmit(downlink)
        self._tell(self.on_sent, result)
        return result

    def close(self) -> None:
        """Pass on what is held; nothing is heard any more."""
        self._closed = True
        for timer in (self._timer, *self._settling.values()):
            if timer is not None:
                timer.cancel()
        self._merging.flush(float("inf"))

    def _flush(self) -> None:
        now = self._clock.monotonic()
        due = self._merging.flush(now)
        self._timer = None
        if due is not None:
            delay = max(due - now, TURN_S)
            self._timer = asyncio.get_running_loop().call_later(delay, self._flush)

    def _pass_on(self, uplinks: tuple[Uplink, ...]) -> None:
        region = self.boards.region(uplinks[0].moment.board)
        gateway = self.boards.gateways.get(region)
        if gateway is None:
            if len(self._nameless) < MOST_NAMELESS:
                self._nameless.append(uplinks)
            else:
                self.counters["dropped"] += 1
            return
        self.counters["frames"] += 1
        heard = self._append(gateway, region, uplinks)
        self._tell(self.on_heard, heard)

    def _settled(self, region: str, gateway: Eui) -> None:
        waiting, self._nameless = self._nameless, []
        for uplinks in waiting:
            self._pass_on(uplinks)

    def _tell(self, listeners: Sequence[Callable[[T], None]], what: T) -> None:
        """One that fails takes nobody else down."""
        for listener in listeners:
            try:
                listener(what)
            except Exception:
                self.counters["faults"] += 1
                log.exception("unexpected from somebody who listens to the radio")
