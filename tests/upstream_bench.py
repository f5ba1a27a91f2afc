"""What an upstream asks of the hub, for its tests: boards with counters of their own, and a hub
that says what it is told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from radio_bench import DATA, ROOF, SHED, uplink

from wisgate.core.clock import SystemClock
from wisgate.lorawan.radio import Downlink, Eui, Heard, Moment, Result, Verdict
from wisgate.lorawan.upstreams.base import Access

GATEWAY, TWO_POINT_FOUR = ROOF, "5411220500000001"
OFFSETS = {ROOF: 7_000_000_000, SHED: 17, TWO_POINT_FOUR: 99}


class Hub:
    def __init__(self) -> None:
        self.clock = SystemClock()
        self.gateways = {GATEWAY: "EU868"}
        self.downlinks: list[Downlink] = []
        self.answer: Callable[[Downlink], tuple[Verdict, ...]] = lambda downlink: (Verdict.QUEUED,)
        self.boards = set(OFFSETS)
        """Those that are there."""
        self.access = Access(
            self.clock,
            lambda: self.gateways,
            lambda board: TWO_POINT_FOUR if board == TWO_POINT_FOUR else GATEWAY,
            lambda board: 0,
            self.now,
            self.send,
            Counter(),
        )

    def now(self, board: Eui) -> Moment | None:
        if board not in self.boards:
            return None
        return Moment(board, 1, round(self.clock.monotonic() * 1e6) + OFFSETS[board])

    async def send(self, downlink: Downlink) -> Result:
        self.downlinks.append(downlink)
        return Result(downlink, self.answer(downlink), ROOF)

    def heard(self, number: int = 1, board: Eui = ROOF, phy: bytes = DATA) -> Heard:
        """A frame that ended 20 ms ago."""
        now = self.now(board)
        assert now is not None
        moment = Moment(board, now.session, now.counter - 20_000)
        gateway = TWO_POINT_FOUR if board == TWO_POINT_FOUR else GATEWAY
        region = "ISM2400" if board == TWO_POINT_FOUR else "EU868"
        heard = uplink(board, phy, moment=moment, at_ns=self.clock.utc_ns())
        return Heard(number, gateway, region, (heard,))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # whatever the condition is
            await asyncio.sleep(0.005)
