"""A backlog leaves at the set rate while new readings come, and never gathers in memory."""

from __future__ import annotations

import asyncio
import weakref
from pathlib import Path

import pytest
from msgspec.structs import astuple
from scripted_sink import Scripted, ended, virtual
from stores import levels, open_store, put

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.store.pace import Pace
from wisgate.store.records import Entry, Record
from wisgate.store.store import Store


async def come(store: Store, clock: VirtualClock, seconds: int, per_second: int) -> None:
    """Readings of a plant, dated, at an even pace."""
    for n in range(seconds * per_second):
        store.append(Reading("level", float(n), time_ns=clock.utc_ns()))
        await asyncio.sleep(1 / per_second)


def most_in_a_second(at: list[float]) -> int:
    """The greatest number of deliveries within any second."""
    first = most = 0
    for last, moment in enumerate(at):
        while at[first] <= moment - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_after_an_outage_the_backlog_leaves_at_the_rate_and_new_readings_in_order(
    tmp_path: Path,
) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock, pace=Pace(sync=None))
        sink = Scripted(clock)
        sink.failures = [SinkError("plant: gone") for _ in range(9999)]
        forwarder = Forwarder(sink, store, clock, rate=50, chance=lambda: 0.5)
        task = asyncio.create_task(forwarder.run())
        for _ in range(60):
            now = clock.utc_ns()
            await put(store, (Reading("level", float(n), time_ns=now) for n in range(300)))
            await asyncio.sleep(60)
        assert forwarder.state.lag == 18_000
        sink.failures.clear()
        back = clock.monotonic()
        await come(store, clock, 600, 5)
        caught_up = next(
            at
            for at, entry in zip(sink.at, sink.got, strict=True)
            if isinstance(entry, Record) and at - seen(clock, entry) < 1.0
        )
        # the forwarder tries again within a minute; 18,000 at 50 less 5 a second are 400 s
        assert 400 < caught_up - back < 400 * 1.02 + 60
        assert [e.seq for e in sink.got] == list(range(1, len(sink.got) + 1))
        assert len(sink.got) > 20_900
        assert most_in_a_second(sink.at) <= 50 + 5
        late = [at - seen(clock, e) for at, e in zip(sink.at, sink.got, strict=True)]
        assert max(late[-100:]) < 0.3
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())


def seen(clock: VirtualClock, entry: object) -> float:
    """When a reading was taken, on the monotonic clock."""
    assert isinstance(entry, Record)
    return clock.monotonic() - (clock.utc_ns() - entry.time_ns) / 1e9


@pytest.mark.parametrize(("rate", "seconds"), [(1, 20), (7, 20 / 7), (1000, 0.02)])
def test_any_rate_is_kept(tmp_path: Path, rate: int, seconds: float) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(21))
        forwarder = Forwarder(sink, store, clock, rate=rate)
        await ended(forwarder, asyncio.create_task(forwarder.run()))
        taken = sink.at[-1] - sink.at[0]
        assert taken == pytest.approx(seconds, abs=0.1)
        assert len(sink.got) == 21
        await store.close()

    virtual(clock, main())


def test_what_a_sink_does_not_get_costs_none_of_its_rate(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(5000))
        await put(store, [Reading("pump", True, time_ns=1), Reading("pump", False, time_ns=2)])
        forwarder = Forwarder(sink, store, clock, points=frozenset({"pump"}), rate=1)
        begun = clock.monotonic()
        await ended(forwarder, asyncio.create_task(forwarder.run()))
        assert [e.seq for e in sink.got] == [5001, 5002]
        assert clock.monotonic() - begun < 2
        await store.close()

    virtual(clock, main())


def test_delivered_at_a_rate_is_not_delivered_again_after_a_failure(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        await put(store, levels(100))
        forwarder = Forwarder(sink, store, clock, rate=10)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(5)
        sink.failures = [SinkError("plant: gone")]
        await asyncio.sleep(60)
        assert [e.seq for e in sink.got] == list(range(1, 101))
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())


class Watched(Record, frozen=True, weakref=True, gc=True):
    """One that tells when nobody holds it any more."""


def test_a_slow_sink_never_grows_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits is in the store; the forwarder holds one batch."""
    clock = VirtualClock()
    read: list[weakref.ref[Watched]] = []

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Scripted(clock)
        plain = store.after

        async def after(seq: int, limit: int, density: int) -> list[Entry]:
            entries = [Watched(*astuple(entry)) for entry in await plain(seq, limit, density)]
            read.extend(map(weakref.ref, entries))
            return [*entries]

        monkeypatch.setattr(store, "after", after)
        sink.slow = 3600.0
        forwarder = Forwarder(sink, store, clock, limit=100)
        task = asyncio.create_task(forwarder.run())
        most = 0
        for _ in range(20):
            await put(store, levels(1000))
            await asyncio.sleep(600)
            sink.got.clear()
            most = max(most, sum(there() is not None for there in read))
        assert len(read) >= 300
        assert most == 100
        assert forwarder.state.lag >= 19_000
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()

    virtual(clock, main())
