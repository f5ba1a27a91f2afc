"""The twins behind a chip select, each with its other end, as the transcripts need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spi_transcript import OtherEnd, SpiTwin

from wisgate.core.clock import VirtualClock
from wisgate.virtual.can import CanBus, CanFrame, CanPeer
from wisgate.virtual.chips.mcp2518fd import Mcp2518fdTwin
from wisgate.virtual.chips.sx1262 import Sx1262Twin
from wisgate.virtual.radio import Air
from wisgate.virtual.radio_format import Format
from wisgate.virtual.radio_station import Station


class SpiBench(NamedTuple):
    twin: SpiTwin
    peer: OtherEnd
    world: Callable[[str, float], None]


class RadioPeer:
    """The second radio of `sx1262.txt`."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def send(self, payload: bytes) -> None:
        self._station.send(payload)

    def received(self) -> bytes:
        return self._station.received[-1]


def sx1262(clock: VirtualClock) -> SpiBench:
    air = Air(clock)
    twin = Sx1262Twin(clock, air)

    def world(name: str, value: float) -> None:
        if name == "loss":
            air.set_loss("chip", "peer", value)
        else:
            assert hasattr(twin, name), f"sx1262 has no world input {name!r}"
            setattr(twin, name, value)

    station = Station(air, clock, "peer", Format(868.1e6))
    return SpiBench(twin, RadioPeer(station), world)


class CanPeerEnd:
    """The second node of `mcp2518fd.txt`."""

    def __init__(self, peer: CanPeer, bus: CanBus) -> None:
        self._peer, self._bus = peer, bus

    def send(self, payload: bytes) -> None:
        head = int.from_bytes(payload[:4], "big")
        fd = bool(head & 1 << 30)
        frame = CanFrame(head & 0x1FFF_FFFF, payload[4:], bool(head & 1 << 31), fd, switched=fd)
        self._peer.send(frame)

    def received(self) -> bytes:
        self._bus.settle()
        frame = self._peer.heard[-1]
        head = frame.identifier | frame.extended << 31 | frame.fd << 30
        return head.to_bytes(4, "big") + frame.payload


def mcp2518fd(clock: VirtualClock) -> SpiBench:
    bus = CanBus(clock)
    twin = Mcp2518fdTwin(clock, bus)
    peer = CanPeer(bus)

    def world(name: str, value: float) -> None:
        if name == "acknowledges":
            peer.plug(value != 0)
        elif name == "bitrate":
            peer.plug(True, (value, 2e6))
        else:
            assert name == "shorted", f"mcp2518fd has no world input {name!r}"
            bus.shorted = value != 0

    return SpiBench(twin, CanPeerEnd(peer, bus), world)


SPI_TWINS: dict[str, Callable[[VirtualClock], SpiBench]] = {
    "mcp2518fd": mcp2518fd,
    "sx1262": sx1262,
}
