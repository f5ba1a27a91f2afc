"""An upstream that is several gateways, when the file has changed under what waits in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
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
        self.failures: list[Exception] = []
        """What the next deliveries raise, in turn; what is refused is not got."""
        self.answers = asyncio.Event()
        self.answers.set()

    @property
    def numbers(self) -> list[int]:
        return [heard.number for heard in self.got]

    async def open(self) -> None: ...

    async def deliver(self, batch: Sequence[Heard]) -> None:
        await self.answers.wait()
        failure = self.failures.pop(0) if self.failures else None
        refused = failure.seqs if isinstance(failure, SinkRefused) else ()
        if failure is None or refused:
            self.got += [heard for heard in batch if heard.number not in refused]
        if failure is not None:
            raise failure

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


class Halves(Bench):
    """Two gateways; a frame with an odd number is of the first."""

    def __init__(self) -> None:
        super().__init__({OLD: "EU868", GHZ: "ISM2400"}, ("EU868", "ISM2400"))
        self.first, self.second = self.make(OLD), self.make(GHZ)

    def batch(self, *numbers: int, replayed: bool = False) -> list[Heard]:
        return [
            msgspec.structs.replace(
                heard(n, OLD, "EU868") if n % 2 else heard(n, GHZ, "ISM2400"), replayed=replayed
            )
            for n in numbers
        ]

    def offer(self, *numbers: int, replayed: bool = False) -> None:
        self.deliver(*self.batch(*numbers, replayed=replayed))


def test_who_has_its_part_is_not_offered_it_again() -> None:
    halves = Halves()
    halves.second.failures = [SinkError("gone"), SinkError("still gone")]
    for _ in range(2):
        with pytest.raises(SinkError, match="gone"):
            halves.offer(1, 2, 3, 4)
    halves.offer(1, 2, 3, 4, 5)
    assert (halves.first.numbers, halves.second.numbers) == ([1, 3, 5], [2, 4])


def test_what_failed_half_way_may_come_in_other_batches() -> None:
    halves = Halves()
    halves.second.failures = [SinkError("gone"), SinkError("gone")]
    for numbers in ((1, 2, 3, 4), (5, 6)):
        with pytest.raises(SinkError):
            halves.offer(*numbers)
    halves.offer(7, 8)
    halves.offer(1, 2, 3, replayed=True)
    halves.offer(4, 5, 6, replayed=True)
    assert (halves.first.numbers, halves.second.numbers) == ([1, 3, 5, 7], [8, 2, 4, 6])


def test_what_is_refused_is_told_although_the_others_failed_first() -> None:
    halves = Halves()
    halves.first.failures = [SinkRefused("never", [3]), SinkRefused("never", [3])]
    halves.second.failures = [SinkError("gone")]
    with pytest.raises(SinkError, match="gone"):
        halves.offer(1, 2, 3)
    with pytest.raises(SinkRefused, match="never") as told:
        halves.offer(1, 2, 3)
    assert tuple(told.value.seqs) == (3,)
    assert (halves.first.numbers, halves.second.numbers) == ([1], [2])


def test_a_delivery_that_is_cancelled_half_way_loses_nothing() -> None:
    halves = Halves()

    async def main() -> None:
        halves.second.answers.clear()
        delivering = asyncio.ensure_future(halves.several.deliver(halves.batch(1, 2, 3)))
        while not halves.first.got:  # noqa: ASYNC110
            await asyncio.sleep(0)
        delivering.cancel()
        await asyncio.wait([delivering])
        halves.second.answers.set()
        await halves.several.deliver(halves.batch(1, 2, 3))

    asyncio.run(main())
    assert (halves.first.numbers, halves.second.numbers) == ([1, 3], [2])
