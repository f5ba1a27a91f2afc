"""A network server that speaks Semtech's UDP protocol. To it each of our gateways is one packet
forwarder, with a socket of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ...config.upstreams.udp import UdpConfig
from .. import gwmp, translation
from ..packets import Rxpk, Txpk
from ..radio import (
    AtGps,
    Downlink,
    Due,
    Eui,
    Heard,
    Immediately,
    Shot,
    Status,
    Verdict,
)
from ..timeline import Timeline
from .asked import Asked
from .base import Access
from .several import Several
from .udp_link import Link

FULL = 1300
"""Bytes of a datagram beyond which no further packet goes into it: it passes in one piece."""
TMST_BITS = 32
POWER = 14.0
"""dBm, of an order that names none."""


class _Gateway:
    """One gateway at the server. Threads: the event loop only."""

    def __init__(self, eui: Eui, config: UdpConfig, access: Access) -> None:
        self._eui, self._config, self._access = eui, config, access
        self._timeline = Timeline(access.clock, TMST_BITS, access.now)
        self._link = Link(eui, config, access.clock, self._order)
        self._asked = Asked()

    async def open(self) -> None:
        """Raises SinkError."""
        await self._link.open()

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """Raises SinkError."""
        await self._link.open()
        datagrams = _datagrams([self._packet(heard) for heard in batch])
        await self._link.ask(partial(self._push, packets) for packets in datagrams)

    def _push(self, packets: tuple[Rxpk, ...], token: int) -> bytes:
        return gwmp.push(token, self._eui, packets)

    def tell(self, status: Status) -> None:
        stat = translation.stat(status)
        if self._link.alive:
            self._link.say(lambda token: gwmp.push(token, self._eui, (), stat))

    async def close(self) -> None:
        self._link.close()
        await self._asked.close()

    def _packet(self, heard: Heard) -> Rxpk:
        best = heard.best
        at_ns = best.at_ns if heard.replayed else None
        return translation.rxpk(best, self._timeline.place(best.moment), at_ns)

    # Orders

    def _order(self, datagram: bytes) -> None:
        try:
            order = gwmp.order(datagram)
        except ValueError:
            self._access.counters["malformed"] += 1
            return
        shot = self._shot(order.packet)
        if isinstance(shot, Shot):
            self._asked.carry_out(self._send(order.token, shot))
        else:
            self._access.counters["refused_downlinks"] += 1
            self._answer(order.token, gwmp.ERRORS[shot])

    def _shot(self, packet: Txpk) -> Shot | Verdict:
        if self._asked.full:
            return Verdict.QUEUE_FULL
        due = self._due(packet)
        if isinstance(due, Verdict):
            return due
        shot = translation.shot(packet, due, POWER)
        return shot if isinstance(shot, Shot) else Verdict.REFUSED

    def _due(self, packet: Txpk) -> Due | Verdict:
        if packet.imme:
            return Immediately()
        if packet.tmst is not None:
            return self._timeline.due(packet.tmst) or Verdict.TOO_LATE
        return Verdict.REFUSED if packet.tmms is None else AtGps(packet.tmms)

    async def _send(self, token: int, shot: Shot) -> None:
        identity = f"{token:04x}"
        downlink = Downlink(
            upstream=self._config.name, identity=identity, gateway=self._eui, shots=(shot,)
        )
        result = await self._access.send(downlink)
        error = gwmp.ERRORS.get(result.verdicts[0])
        if error is not None:
            self._answer(token, error)

    def _answer(self, token: int, error: str) -> None:
        self._link.send(gwmp.tx_ack(token, self._eui, error))


def _datagrams(packets: list[Rxpk]) -> Iterator[tuple[Rxpk, ...]]:
    """As many packets in each as pass in one piece."""
    part: list[Rxpk] = []
    size = 0
    for packet in packets:
        part.append(packet)
        size += 200 + len(packet.payload)
        if size >= FULL:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


class UdpUpstream(Several[_Gateway]):
    """One server. Threads: the event loop only."""

    async def tell(self, status: Status) -> None:
        """Pass on what a board tells of itself, if its gateway is connected."""
        if (gateway := self.of(status.board)) is not None:
            gateway.tell(status)


def make(config: UdpConfig, access: Access) -> UdpUpstream:
    return UdpUpstream(config, access, lambda eui: _Gateway(eui, config, access))
