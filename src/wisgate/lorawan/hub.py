"""Between boards and upstreams: what boards hear goes once into the queue, what upstreams send goes
to a board."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ..core.clock import Clock
from .boards import SETTLE_S, Boards
from .merging import Merging
from .radio import Board, Crc, Downlink, Eui, Frame, Heard, Moment, Result, Status, Uplink

T = TypeVar("T")
log = logging.getLogger(__name__)

TURN_S = 0.02
"""Between two looks at what was held long enough: frames of one turn go through everything behind
together."""
MOST_NAMELESS = 1000
"""Frames that wait for the EUI of their gateway, at the very first start."""


Append = Callable[[Sequence[Frame]], list[Heard]]
"""`Queue.append` (`queue.py`); must not block, nor raise for a full disk."""
Transmit = Callable[[Downlink], Awaitable[Result]]
"""`Downlinks.send` (`downlinks.py`)."""


class Hub:
    """Threads: the event loop only."""

    def __init__(self, boards: Boards, clock: Clock, append: Append, transmit: Transmit) -> None:
        self.boards = boards
        self._clock, self._append, self._transmit = clock, append, transmit
        self._merging = Merging(self._pass_on, self._age)
        self._timer: asyncio.TimerHandle | None = None
        self._nameless: list[tuple[Uplink, ...]] = []
        self._settling: dict[str, asyncio.TimerHandle] = {}
        self._closed = False
        self.counters: Counter[str] = Counter()
        """`uplinks` as boards tell them, `frames` as upstreams get them, `copies`, `late_copies`,
        `ghosts`, `bad_checksums`, `downlinks`, `dropped`, `faults`."""
        self._merging.counters = self.counters
        self.on_heard: list[Callable[[Sequence[Heard]], None]] = []
        self.on_sent: list[Callable[[Result], None]] = []
        self.on_status: list[Callable[[Status], None]] = []
        """Told of each turn's frames, each downlink, each status of a board."""
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

    def heard(self, uplinks: Sequence[Uplink]) -> None:
        """Take copies of frames. Those whose checksum is wrong are noise."""
        bad = Crc.BAD
        sound = [uplink for uplink in uplinks if uplink.crc is not bad]
        self.counters["uplinks"] += len(uplinks)
        if len(sound) < len(uplinks):
            self.counters["bad_checksums"] += len(uplinks) - len(sound)
        self._merging.take(sound, self._clock.monotonic())
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

    def _pass_on(self, merged: Sequence[tuple[Uplink, ...]]) -> None:
        frames = list[Frame]()
        board = region = ""
        gateway: Eui | None = None
        for uplinks in merged:
            if uplinks[0].moment.board != board:  # most often that of the frame before
                board = uplinks[0].moment.board
                region = self.boards.region(board)
                gateway = self.boards.gateways.get(region)
            if gateway is not None:
                frames.append((gateway, region, uplinks))
            elif len(self._nameless) < MOST_NAMELESS:
                self._nameless.append(uplinks)
            else:
                self.counters["dropped"] += 1
        if frames:
            self.counters["frames"] += len(frames)
            self._tell(self.on_heard, self._append(frames))

    def _age(self, moment: Moment) -> float | None:
        """Seconds since a moment; None when its board cannot tell any more."""
        board = self.boards.get(moment.board)
        now = board.now() if board is not None else None
        if now is None or now.session != moment.session:
            return None
        return (now.counter - moment.counter) / 1e6

    def _settled(self, region: str, gateway: Eui) -> None:
        waiting, self._nameless = self._nameless, []
        self._pass_on(waiting)

    def _tell(self, listeners: Sequence[Callable[[T], None]], what: T) -> None:
        """One that fails takes nobody else down."""
        for listener in listeners:
            try:
                listener(what)
            except Exception:
                self.counters["faults"] += 1
                log.exception("unexpected from somebody who listens to the radio")
