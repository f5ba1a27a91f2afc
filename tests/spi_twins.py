"""The twins behind a chip select, each with its other end, as the transcripts need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spi_transcript import OtherEnd, SpiTwin

from wisgate.core.clock import VirtualClock
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


SPI_TWINS: dict[str, Callable[[VirtualClock], SpiBench]] = {"sx1262": sx1262}
