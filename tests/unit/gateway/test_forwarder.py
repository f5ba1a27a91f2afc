"""The forwarder against a sink that fails on command, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import logging
from pathlib import Path

import pytest
from scripted_sink import Scripted, ended, virtual
from stores import levels, open_store, put

from wisgate.core.clock import SteadyClock, VirtualClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder


def test_in_order_in_batches_and_at_once(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(25))
        forwarder = Forwarder(sink, store, clock, limit=10)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(1)
        assert [e.seq for e in sink.got] == list(range(1, 26))
        assert sink.batches == [10, 10, 5]
        await put(store, levels(1))
        await asyncio.sleep(0.001)
        assert sink.got[-1].seq == 26
        await ended(forwarder, task)
        assert await store.cursor("plant") == 26
        state = forwarder.state
        assert (state.connected, state.delivered, state.lag, state.error) == (True, 26, 0, "")
        await store.close()

    virtual(clock, main())


def test_tries_less_often_the_longer_it_takes_and_tells_it_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        sink.failures = [SinkError("plant: refused") for _ in range(400)]
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock, chance=lambda: 1.0)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(30)
        state = forwarder.state
        assert (state.connected, state.error, state.lag) == (False, "plant: refused", 3)
        await asyncio.sleep(30_000)
        begin = sink.tries[0]
        for before, after in itertools.pairwise(sink.tries):
            expected = max(0.4, min(60.0, 0.02 * (before - begin)))
            assert after - before == pytest.approx(1.1 * expected, abs=0.01)
        assert len(sink.tries) == 401
        assert [e.seq for e in sink.got] == [1, 2, 3]
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert told == ["plant: refused; trying again", "plant: back after 400 failed tries"]


@pytest.mark.parametrize("trusted", [True, False], ids=["nothing", "records that are held"])
def test_a_connection_that_breaks_while_nothing_comes_is_noticed_and_mended(
    tmp_path: Path, trusted: bool
) -> None:
    clock = VirtualClock()

    async def main() -> None:
        steady = SteadyClock(clock, trusted=trusted)
        store, sink = await open_store(tmp_path, clock=steady), Scripted(clock)
        if not trusted:
            await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock, chance=lambda: 0.5)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(61)
        sink.broken, opens = SinkError("plant: hung up"), sink.opens
        await asyncio.sleep(14.2)
        assert not forwarder.state.connected
        assert forwarder.state.error == "plant: hung up"
        await asyncio.sleep(1)
        assert forwarder.state.connected
        assert sink.opens == opens + 2
        assert sink.got == []
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())


def test_what_nobody_expected_does_not_look_connected(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock)
        await ended(forwarder, asyncio.create_task(forwarder.run()))
        assert forwarder.state.connected
        sink.failures = [RuntimeError("with a secret")]
        await put(store, levels(1))
        with pytest.raises(RuntimeError):
            await forwarder.run()
        state = forwarder.state
        assert (state.connected, state.lag) == (False, 1)
        assert state.error == "plant: unexpected RuntimeError; see the log"
        await forwarder.run()
        assert (forwarder.state.connected, forwarder.state.error) == (True, "")
        await store.close()

    virtual(clock, main())


def test_only_what_was_refused_is_set_aside(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        sink.failures = [SinkRefused("plant: too large", [2])]
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock)
        await ended(forwarder, asyncio.create_task(forwarder.run()))
        assert [e.seq for e in sink.got] == [1, 3]
        assert store.stats.set_aside == 1
        assert (forwarder.state.refused, forwarder.state.delivered) == (1, 2)
        assert await store.cursor("plant") == 3
        await store.close()

    virtual(clock, main())


def test_a_sink_gets_only_its_points(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(3))
        await put(store, [Reading("pump", True, time_ns=1)])
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock, points=frozenset({"pump"}))
        await ended(forwarder, asyncio.create_task(forwarder.run()))
        assert [e.seq for e in sink.got] == [4]
        assert await store.cursor("plant") == 7
        await store.close()

    virtual(clock, main())


def test_a_link_that_is_gone_is_an_outage(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink, up = await open_store(tmp_path, clock=clock), Scripted(clock), [False]
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock, link=lambda: up[0])
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(10)
        assert sink.tries == []
        assert "the way to it is gone" in forwarder.state.error
        up[0] = True
        await asyncio.sleep(100)
        assert len(sink.got) == 3
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())


def test_stop_ends_an_outage_at_once(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        sink.failures = [SinkError("plant: refused") for _ in range(99)]
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(100)
        before = clock.monotonic()
        await ended(forwarder, task)
        assert clock.monotonic() - before < 1
        await store.close()

    virtual(clock, main())


def test_a_rest_that_the_other_side_asks_for_is_kept_up_to_an_hour(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        rests = (30.0, 86_400.0, 0.5)
        sink.failures = [SinkError("plant: busy", rest_s=rest) for rest in rests]
        await put(store, levels(1))
        task = asyncio.create_task(Forwarder(sink, store, clock, chance=lambda: 0.5).run())
        await asyncio.sleep(5000)
        pauses = [b - a for a, b in zip(sink.tries, sink.tries[1:], strict=False)]
        assert pauses == pytest.approx([30, 3600, 60], abs=0.1)
        task.cancel()
        await store.close()

    virtual(clock, main())


def test_a_stop_when_the_connection_is_about_to_be_looked_at(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        forwarder = Forwarder(sink, store, clock)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(60)  # four times LOOK_S
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())
