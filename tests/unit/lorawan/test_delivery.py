"""Frames on their way to one upstream: live, through an outage, over restarts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from radio_bench import JOIN, ROOF, uplink
from scripted_upstream import ScriptedUpstream

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane
from wisgate.config.radios import FilterConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError, SinkRefused, StoreError
from wisgate.lorawan import frames
from wisgate.lorawan.delivery import (
    CATCH_UP,
    JOIN_LATE_S,
    LATE_S,
    LOOK_S,
    REPLAY_RATE,
    Delivery,
)
from wisgate.lorawan.filters import only
from wisgate.lorawan.queue import TAIL, Queue
from wisgate.lorawan.radio import Heard
from wisgate.store.retention import Bounds

DAY = 86_400.0


class Mote:
    """Sends unconfirmed frames with a counter."""

    def __init__(self, address: int) -> None:
        self.address, self.counter = address, 0

    def frame(self) -> bytes:
        self.counter += 1
        message = frames.Message(
            kind=frames.Kind.UNCONFIRMED_UP, address=self.address, counter=self.counter & 0xFFFF
        )
        return frames.encode(message)


class Bench:
    """A queue and the delivery from it, in virtual time."""

    def __init__(self, queue: Queue, upstream: ScriptedUpstream, clock: VirtualClock) -> None:
        self.queue, self.upstream, self.clock = queue, upstream, clock
        self.delivery = Delivery(upstream, queue, only(FilterConfig()), clock, chance=lambda: 0.5)
        self.a, self.b = Mote(0x26000001), Mote(0x26000002)

    def hear(self, *phys: bytes) -> list[Heard]:
        return self.queue.append([(ROOF, "EU868", (uplink(phy=phy),)) for phy in phys])

    async def outage(self, seconds: float, every: float = 10.0) -> None:
        """Both motes send meanwhile."""
        self.upstream.there = False
        for _ in range(int(seconds / every)):
            self.hear(self.a.frame(), self.b.frame())
            await asyncio.sleep(every)
        self.upstream.there = True

    async def caught_up(self) -> None:
        while self.delivery.state.lag or not self.delivery.state.connected:  # noqa: ASYNC110
            await asyncio.sleep(1.0)


@asynccontextmanager
async def running(
    folder: Path, clock: VirtualClock, upstream: ScriptedUpstream | None = None
) -> AsyncIterator[Bench]:
    queue = await Queue.open(
        folder, lane=InlineLane("queue"), clock=clock, upstreams=["plant"],
        bounds=Bounds(64e6, DAY),
    )  # fmt: skip
    bench = Bench(queue, upstream or ScriptedUpstream(clock), clock)
    task = asyncio.ensure_future(bench.delivery.run())
    await asyncio.sleep(0.01)
    try:
        yield bench
    finally:
        bench.delivery.stop()
        await asyncio.wait([task], timeout=5.0)
        assert task.done()
        task.result()
        await queue.close()


Play = Callable[[Callable[[Bench], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(what: Callable[[Bench], Awaitable[None]]) -> None:
        clock = VirtualClock()

        async def main() -> None:
            async with running(tmp_path, clock) as bench:
                await what(bench)

        virtual_time.run(main(), clock)

    return run


def in_order(got: list[Heard]) -> bool:
    """Whether the counters of every mote rise."""
    last: dict[int, int] = defaultdict(int)
    for heard in got:
        phy = heard.best.phy
        address, counter = frames.address(phy), frames.counter(phy)
        if counter <= last[address]:
            return False
        last[address] = counter
    return True


def test_a_frame_goes_out_in_the_turn_in_which_it_comes(play: Play) -> None:
    async def run(bench: Bench) -> None:
        for _ in range(5):
            bench.hear(bench.a.frame(), JOIN)
            await asyncio.sleep(0.001)
        assert bench.upstream.numbers == list(range(1, 11))
        assert bench.upstream.replayed == []
        assert bench.clock.monotonic() < 0.02
        assert bench.queue.progress("plant").cursor == 10

    play(run)


def test_a_short_break_is_no_replay(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.upstream.failures = [SinkError("gone"), SinkError("gone")]
        frames_heard = bench.hear(bench.a.frame(), JOIN)
        await asyncio.sleep(1.5)
        assert bench.upstream.got == frames_heard

    play(run)


def test_after_an_outage_everything_comes_marked_and_in_order(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await bench.outage(3600.0)
        await bench.caught_up()
        assert sorted(bench.upstream.numbers) == list(range(1, 721))
        assert in_order(bench.upstream.got)
        assert len(bench.upstream.replayed) >= 718
        state = bench.delivery.state
        assert (state.delivered, state.replayed) == (720, len(bench.upstream.replayed))

    play(run)


def test_the_replay_is_limited_and_new_frames_of_others_do_not_wait(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await bench.outage(6000.0)
        while not bench.upstream.got:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        begin, third = bench.clock.monotonic(), Mote(0x26000003)
        for _ in range(10):
            fresh, own = bench.hear(third.frame(), bench.a.frame())
            await asyncio.sleep(0.1)
            assert fresh in bench.upstream.got
            assert own.number not in bench.upstream.numbers
        await bench.caught_up()
        lasts = bench.clock.monotonic() - begin
        assert 1200 / REPLAY_RATE - 3 < lasts < 1200 / REPLAY_RATE + 5
        assert in_order(bench.upstream.got)
        fresh = bench.hear(bench.a.frame())[0]
        await asyncio.sleep(0.001)
        assert bench.upstream.got[-1] == fresh

    play(run)


async def fall_behind(bench: Bench) -> None:
    """Its upstream needs 20 s for a frame, while 2000 motes send one each, and then a tenth of a
    second for whatever it is offered."""
    bench.upstream.slow = 20.0
    bench.hear(bench.a.frame())
    await asyncio.sleep(0.01)
    bench.upstream.slow = 0.1
    for address in range(2000):
        bench.hear(Mote(0x26010000 + address).frame())
        await asyncio.sleep(0.01)


def test_who_was_only_slow_catches_up_as_fast_as_it_acknowledges(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await fall_behind(bench)
        begin = bench.clock.monotonic()
        await bench.caught_up()
        assert bench.clock.monotonic() - begin < 2000 / CATCH_UP * 0.1 + 2.0
        assert len(bench.upstream.replayed) > 1700
        assert bench.upstream.replayed == list(range(2, 2 + len(bench.upstream.replayed)))
        assert sorted(bench.upstream.numbers) == list(range(1, 2002))

    play(run)


def test_new_frames_do_not_wait_for_who_catches_up(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await fall_behind(bench)
        await asyncio.sleep(1.0)
        for address in range(10):
            fresh = bench.hear(Mote(0x26020000 + address).frame())[0]
            await asyncio.sleep(0.25)
            assert fresh in bench.upstream.got
        assert bench.delivery.state.lag

    play(run)


def test_one_failure_is_no_outage_and_a_second_one_is(play: Play) -> None:
    async def run(bench: Bench) -> None:
        for failures in (1, 2, 1):
            await fall_behind(bench)
            bench.upstream.failures = [SinkError("gone")] * failures
            begin, before = bench.clock.monotonic(), len(bench.upstream.replayed)
            await bench.caught_up()
            replayed = len(bench.upstream.replayed) - before
            lasted = bench.clock.monotonic() - begin
            assert (lasted > replayed / REPLAY_RATE - 1) == (failures > 1)

    play(run)


def test_new_frames_at_any_rate_do_not_keep_the_replay_waiting(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await bench.outage(1000.0)
        third = Mote(0x26000003)
        for _ in range(3000):
            bench.hear(third.frame())
            await asyncio.sleep(0.01)
        assert set(range(1, 201)) <= set(bench.upstream.numbers)

    play(run)


def test_a_join_is_never_replayed(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.upstream.there = False
        old = bench.hear(JOIN)[0]
        await asyncio.sleep(60.0)
        data = bench.hear(bench.a.frame())[0]
        bench.upstream.there = True
        await bench.caught_up()
        fresh = bench.hear(JOIN)[0]
        await asyncio.sleep(1.0)
        assert old.number not in bench.upstream.numbers
        assert bench.upstream.numbers == [data.number, fresh.number]
        assert bench.delivery.state.expired == 1

    play(run)


@pytest.mark.parametrize(
    ("phy", "age", "expected"),
    [
        (JOIN, JOIN_LATE_S - 0.2, "live"),
        (JOIN, JOIN_LATE_S + 0.2, "never"),
        (b"\x40" + bytes(11), LATE_S - 0.2, "live"),
        (b"\x40" + bytes(11), LATE_S + 0.2, "replayed"),
        (b"\x80" + bytes(11), LATE_S + 0.2, "replayed"),
    ],
)
def test_what_can_still_be_answered_is_live(
    play: Play, phy: bytes, age: float, expected: str
) -> None:
    async def run(bench: Bench) -> None:
        bench.upstream.failures = [SinkError("busy", rest_s=age)]
        frame = bench.hear(phy)[0]
        await asyncio.sleep(10.0)
        got = bench.upstream.got
        assert [h.number for h in got] == ([] if expected == "never" else [frame.number])
        assert [h.replayed for h in got] == ([] if expected == "never" else [expected != "live"])

    play(run)


def test_more_than_memory_holds_comes_from_the_disk(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await bench.outage(20_000.0)
        assert bench.queue.last > 1.5 * TAIL
        await bench.caught_up()
        assert sorted(bench.upstream.numbers) == list(range(1, 4001))
        assert in_order(bench.upstream.got)

    play(run)


def test_what_is_left_over_is_replayed_by_the_next_process_once(tmp_path: Path) -> None:
    clock = VirtualClock()
    upstream = ScriptedUpstream(clock)

    async def main() -> None:
        async with running(tmp_path, clock, upstream) as bench:
            await bench.outage(6000.0)
            bench.hear(JOIN)
            while not upstream.got:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            third = Mote(0x26000003)
            for _ in range(70):  # some of it gets through, and some of what is new
                bench.hear(third.frame(), bench.a.frame())
                await asyncio.sleep(0.1)
        first = len(upstream.got)
        assert 0 < first < 1200
        begin = clock.monotonic()
        async with running(tmp_path, clock, upstream) as bench:
            await bench.caught_up()
            assert clock.monotonic() - begin > (1200 - first) / REPLAY_RATE
            data = [n for n in range(1, bench.queue.last + 1) if n != 1201]
            assert sorted(upstream.numbers) == data
            assert in_order(upstream.got)
            assert all(heard.replayed for heard in upstream.got[first:])

    virtual_time.run(main(), clock)


def test_what_nobody_wants_and_what_is_refused_holds_nothing_up(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.upstream.failures = [SinkRefused("never", [2])]
        bench.hear(bench.a.frame(), bench.b.frame(), b"\xe0 proprietary", bench.a.frame())
        await asyncio.sleep(0.01)
        assert bench.upstream.numbers == [1, 4]
        assert bench.delivery.state.refused == 1
        assert bench.queue.progress("plant").cursor == 4
        await bench.outage(100.0)
        bench.hear(b"\xe0 proprietary")
        await bench.caught_up()
        assert bench.delivery.state.lag == 0
        assert bench.upstream.numbers[-1] < bench.queue.progress("plant").cursor

    play(run)


def test_a_disk_that_cannot_be_read_does_not_stop_what_is_new(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[Heard]:
        raise StoreError("uplinks.db: disk I/O error")

    async def run(bench: Bench) -> None:
        await bench.outage(100.0)
        third = Mote(0x26000003)
        with monkeypatch.context() as disk:
            disk.setattr(Queue, "after", broken)
            await asyncio.sleep(5.0)
            for _ in range(20):
                fresh = bench.hear(third.frame())[0]
                await asyncio.sleep(1.0)
                assert bench.upstream.got[-1] == fresh
        await bench.caught_up()
        assert sorted(bench.upstream.numbers) == list(range(1, bench.queue.last + 1))

    play(run)


def test_it_stays_away_longer_the_longer_the_outage_lasts(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.upstream.there = False
        bench.hear(bench.a.frame())
        await asyncio.sleep(60.0)
        minute = bench.upstream.opens
        await asyncio.sleep(6000.0)
        assert minute > 30
        assert bench.upstream.opens - minute < 400
        assert "not there" in bench.delivery.state.error
        assert not bench.delivery.state.connected

    play(run)


def test_a_quiet_connection_is_looked_at(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await asyncio.sleep(1.0)
        bench.upstream.there = False
        await asyncio.sleep(LOOK_S)
        assert not bench.delivery.state.connected
        bench.upstream.there = True
        await asyncio.sleep(2.0)
        assert bench.delivery.state.connected

    play(run)


def test_an_unexpected_failure_is_told_and_raised(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        upstream = ScriptedUpstream(clock)
        upstream.failures = [ValueError("a mistake of ours")]
        queue = await Queue.open(
            tmp_path, lane=InlineLane("q"), clock=clock, upstreams=["plant"],
            bounds=Bounds(64e6, DAY),
        )  # fmt: skip
        bench = Bench(queue, upstream, clock)
        bench.hear(bench.a.frame())
        with pytest.raises(ValueError, match="mistake"):
            await bench.delivery.run()
        assert "unexpected ValueError" in bench.delivery.state.error
        task = asyncio.ensure_future(bench.delivery.run())  # begins anew
        await asyncio.sleep(1.0)
        assert bench.upstream.numbers == [1]
        bench.delivery.stop()
        await task
        await queue.close()

    virtual_time.run(main(), clock)
