"""A network server that speaks the LNS protocol. To it each of our gateways is one Basics Station.

The protocol acknowledges no uplink: the pong behind a batch says that the server has it
(decision 0030). Nor has it a word for a downlink that was not sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from ...config.radios import FilterConfig
from ...config.upstreams.station import StationConfig
from ...core.clock import SteadyClock
from ...core.complaints import Complaints
from ...core.errors import SinkError
from .. import gps, lns, lns_frames
from ..filters import only
from ..lns_orders import Orders
from ..radio import After, AtGps, Downlink, Eui, Heard, Shot, Status, Verdict
from ..timeline import Timeline
from .asked import Asked
from .base import Access
from .several import Several
from .station_link import StationLink

log = logging.getLogger(__name__)

REFUSED = ("runcmd", "rmtsh")
"""Commands of the server to this computer."""


class _Gateway:
    """One gateway at the server. Threads: the event loop only."""

    def __init__(self, eui: Eui, config: StationConfig, access: Access) -> None:
        self._eui, self._name, self._access = eui, config.name, access
        self._timeline = Timeline(access.clock, lns_frames.XTIME_BITS, access.now)
        self._session = 1 + access.clock.utc_ns() // 1_000_000_000 % 255
        self._link = StationLink(eui, config, self._said)
        self._rates: lns_frames.Rates = ()
        self._wanted = only(FilterConfig(proprietary=True))
        self._orders: Orders | None = None
        self._asked = Asked()
        self._complaints = Complaints(log, config.name)

    async def open(self) -> None:
        """Raises SinkError."""
        await self._link.open()
        if (config := self._link.router_config) is not None:
            self._configure(config)

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """Raises SinkError."""
        await self.open()
        for heard in batch:
            text = self._message(heard)
            if text is None:
                self._access.counters["left_out"] += 1
            else:
                await self._link.say(text)
        await self._link.confirm()

    async def close(self) -> None:
        await self._asked.close()
        await self._link.close()

    def _configure(self, config: lns.RouterConfig) -> None:
        self._link.router_config = None
        self._rates = lns_frames.rates(config.rates)
        self._wanted = only(_filter(config))
        self._orders = Orders(config, self._rates, self._at)

    def _message(self, heard: Heard) -> str | None:
        """None for what the server does not want, or its plan or the protocol has no words for."""
        best = heard.best
        rate = lns_frames.rate_of(best.modulation, self._rates)
        if rate is None or not self._wanted(heard):
            return None
        number = self._timeline.place(best.moment)
        xtime = lns_frames.xtime(0, self._session, number)
        message = lns_frames.message(best, xtime, 0, rate)
        return None if message is None else lns.written(message)

    def _at(self, xtime: int, delay: int) -> After | None:
        _, session, number = lns_frames.parts(xtime)
        return self._timeline.due(number + delay) if session == self._session else None

    # What the server says

    def _said(self, text: str | bytes) -> None:
        try:
            said = lns.from_server(text)
            match said:
                case lns.RouterConfig():
                    self._configure(said)
                case lns.Downlink():
                    self._order(said)
                case lns.Schedule():
                    for planned in said.schedule:
                        self._plan(planned)
                case lns.Timesync():
                    self._asked.carry_out(self._tell_time(said))
                case _ if said in REFUSED:
                    self._access.counters["refused_commands"] += 1
                    self._complaints.tell(said, f"{said} of the server is refused")
        except ValueError as error:
            self._access.counters["malformed"] += 1
            self._complaints.tell("malformed", f"a message of the server is ignored: {error}")

    def _order(self, order: lns.Downlink) -> None:
        shots = self._orders.shots(order) if self._orders else ()
        diid = order.seqno if order.diid is None else order.diid
        self._send(shots, diid, order.priority, order.dev_eui)

    def _plan(self, planned: lns.Planned) -> None:
        shot = self._orders.planned(planned) if self._orders else None
        self._send((shot,) if shot else (), planned.diid, planned.priority, "")

    def _send(self, shots: tuple[Shot, ...], diid: int | None, priority: int, dev_eui: str) -> None:
        if not shots or self._asked.full:
            self._access.counters["refused_downlinks"] += 1
            return
        downlink = Downlink(
            upstream=self._name,
            identity="" if diid is None else str(diid),
            gateway=self._eui,
            shots=shots,
            priority=priority,
        )
        self._asked.carry_out(self._carry_out(downlink, diid, dev_eui))

    async def _carry_out(self, downlink: Downlink, diid: int | None, dev_eui: str) -> None:
        result = await self._access.send(downlink)
        sent = next(
            (s for s, v in zip(downlink.shots, result.verdicts, strict=False) if v in _TAKEN), None
        )
        if sent is None or diid is None:
            return
        if Verdict.QUEUED in result.verdicts:  # true once its time has come
            await asyncio.sleep(self._until(sent))
        rate = lns_frames.rate_of(sent.modulation, self._rates)
        told = lns.Sent(diid=diid, seqno=diid, rate=rate, frequency=sent.frequency)
        told.dev_eui, told.txtime = dev_eui, self._access.clock.utc_ns() / 1e9
        if isinstance(sent.due, After):
            number = self._timeline.place(sent.due.moment) + sent.due.delay
            told.xtime = lns_frames.xtime(0, self._session, number)
        with suppress(SinkError):  # who waited for it has given up before we are there again
            await self._link.say(lns.written(told))

    def _until(self, shot: Shot) -> float:
        """Seconds until it should be on the air."""
        due = shot.due
        if isinstance(due, After):
            now = self._access.now(due.moment.board)
            if now is not None and now.session == due.moment.session:
                return max(0.0, (due.moment.counter + due.delay - now.counter) / 1e6)
        elif isinstance(due, AtGps) and (now_us := self._gps_us()) is not None:
            return max(0.0, due.gps_ms / 1e3 - now_us / 1e6)
        return 0.0

    def _gps_us(self) -> int | None:
        clock = self._access.clock
        if isinstance(clock, SteadyClock) and not clock.trusted:
            return None
        return gps.from_utc_ns(clock.utc_ns()) // 1000

    async def _tell_time(self, asked: lns.Timesync) -> None:
        """A server that asks gets an answer; one that tells is not asked what we know."""
        now = self._gps_us()
        if asked.txtime is not None and asked.gpstime is None and now is not None:
            with suppress(SinkError):
                await self._link.say(lns.written(lns.Timesync(asked.txtime, now)))


_EUI, _NET_ID = (1 << 64) - 1, (1 << 24) - 1
_TAKEN = frozenset({Verdict.QUEUED, Verdict.EMITTED})


def _filter(config: lns.RouterConfig) -> FilterConfig:
    """What the server wants; it may write EUIs with a sign."""
    ranges = [(low & _EUI, high & _EUI) for low, high in config.join_euis or ()]
    return FilterConfig(
        net_ids=tuple(number & _NET_ID for number in config.net_ids or ()),
        join_euis=tuple(ranges),
        proprietary=True,
    )


class StationUpstream(Several[_Gateway]):
    """One server. Threads: the event loop only."""

    async def tell(self, status: Status) -> None:
        """The protocol has no words for it."""


def make(config: StationConfig, access: Access) -> StationUpstream:
    return StationUpstream(config, access, lambda eui: _Gateway(eui, config, access))
