"""The forwarder against a sink that fails on command, in virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from stores import levels, open_store, put

from wisgate.board.virtual_time import VirtualLoop
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.store.records import Entry


class Scripted:
    """A sink that keeps what it gets, and raises what it is told to."""

    name = "plant"

    def __init__(self, clock: VirtualClock) -> None:
        self.got: list[Entry] = []
        self.failures: list[SinkError] = []
        self.tries: list[float] = []
        self.batches: list[int] = []
        self._clock = clock

    async def open(self) -> None:
        return

    async def close(self, deadline: float) -> None:
        return

    async def deliver(self, batch: Sequence[Entry]) -> None:
        self.tries.append(self._clock.monotonic())
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None and not isinstance(failure, SinkRefused):
            raise failure
        refused = failure.seqs if isinstance(failure, SinkRefused) else ()
        self.batches.append(len(batch))
        self.got += [e for e in batch if e.seq not in refused]
        if failure is not None:
            raise failure


def virtual(clock: VirtualClock, main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        runner.run(main)


async def ended(forwarder: Forwarder, task: asyncio.Task[None]) -> None:
    forwarder.stop()
    await asyncio.wait_for(task, 1000)


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


def test_backs_off_doubling_to_a_minute_and_tells_it_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        sink.failures = [SinkError("plant: refused") for _ in range(8)]
        await put(store, levels(3))
        forwarder = Forwarder(sink, store, clock, chance=lambda: 1.0)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(30)
        state = forwarder.state
        assert (state.connected, state.error, state.lag) == (False, "plant: refused", 3)
        await asyncio.sleep(600)
        pauses = [b - a for a, b in zip(sink.tries, sink.tries[1:], strict=False)]
        assert pauses == pytest.approx([1.1 * s for s in (1, 2, 4, 8, 16, 32, 60, 60)], abs=0.1)
        assert [e.seq for e in sink.got] == [1, 2, 3]
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert told == ["plant: refused; trying again", "plant: back after 8 failed tries"]


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
