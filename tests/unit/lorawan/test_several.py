"""An upstream that is several gateways, when the file has changed under what waits in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from wisgate.config.radios import FilterConfig, UpstreamConfig
from wisgate.config.where import Where
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.lorawan.radio import Downlink, Eui, Heard, Lora, Moment, Result, Uplink
from wisgate.lorawan.upstreams.base import Access
from wisgate.lorawan.upstreams.several import Several

OLD, NEW, GHZ = "0016c001ff000001", "0016c001ff000009", "5411220500000001"


class Gateway:
    def __init__(self) -> None:
        self.got: list[Heard] = []

    async def open(self) -> None: ...

    async def deliver(self, batch: Sequence[Heard]) -> None:
        self.got += batch

    async def close(self) -> None: ...


class Bench:
    def __init__(self, gateways: dict[Eui, str], regions: tuple[str, ...]) -> None:
        self.made: dict[Eui, Gateway] = {}
        config = UpstreamConfig(Where("f", 1), "plant", "udp", FilterConfig(), regions=regions)
        access = Access(
            VirtualClock(), lambda: gateways, lambda board: None, lambda board: 0,
            lambda board: None, self.send,
        )  # fmt: skip
        self.several = Several(config, access, self.make)

    def make(self, eui: Eui) -> Gateway:
        return self.made.setdefault(eui, Gateway())

    async def send(self, downlink: Downlink) -> Result:
        raise AssertionError

    def deliver(self, *batch: Heard) -> None:
        asyncio.run(self.several.deliver(batch))


def heard(number: int, gateway: Eui, region: str) -> Heard:
    uplink = Uplink(
        moment=Moment(gateway, 1, number), at_ns=0, phy=bytes(20), frequency=868_100_000,
        modulation=Lora(7, 125_000), rssi=-60.0,
    )  # fmt: skip
    return Heard(number, gateway, region, (uplink,))


def test_frames_of_an_earlier_gateway_go_as_those_of_the_present_one() -> None:
    bench = Bench({NEW: "EU868"}, ("EU868",))
    bench.deliver(heard(1, OLD, "EU868"), heard(2, NEW, "EU868"))
    assert list(bench.made) == [NEW]
    assert [(h.number, h.gateway) for h in bench.made[NEW].got] == [(1, NEW), (2, NEW)]


def test_frames_of_a_region_that_is_gone_are_refused_and_hold_up_nobody() -> None:
    bench = Bench({NEW: "EU868"}, ("EU868",))
    with pytest.raises(SinkRefused, match="no longer has") as told:
        bench.deliver(heard(1, GHZ, "ISM2400"), heard(2, NEW, "EU868"))
    assert tuple(told.value.seqs) == (1,)
    assert [h.number for h in bench.made[NEW].got] == [2]


def test_frames_wait_for_the_eui_of_their_gateway() -> None:
    bench = Bench({}, ("EU868",))
    with pytest.raises(SinkError, match="EU868 has no EUI yet"):
        bench.deliver(heard(1, OLD, "EU868"))
    assert bench.made == {}
