"""What a sink that is behind reads on in the file: the same entries, in columns where they were."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import everything, levels, opened, put, sampled

from wisgate.core.clock import SteadyClock, VirtualClock
from wisgate.core.points import Reading
from wisgate.store.entries import Entries, Part, Records
from wisgate.store.records import Entry, Gap, Record
from wisgate.store.samplings import sealed
from wisgate.store.store import Store


def parts(found: Sequence[Entry]) -> Sequence[Part]:
    assert isinstance(found, Entries)
    return found.parts


async def filled(store: Store) -> None:
    await put(store, sampled(3))
    await put(store, [Reading("card", "4711", time_ns=2000)])
    await put(store, sampled(2, 3))


def test_what_came_together_is_offered_together_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await store.cursor("plant")
            await filled(store)
            live = await store.after(0, 100)
        async with opened(tmp_path) as store:
            found = await store.after(0, 100)
            assert [*found] == [*live]
            assert [type(part) for part in parts(found)] == [*[Records] * 3, Record, *[Records] * 2]
            first = parts(found)[0]
            assert isinstance(first, Records)
            assert first.values == [0.25, True, 0]
            assert [type(value) for value in first.values] == [float, bool, int]
            rest = await store.after(4, 7)  # from within a sampling, up to within another
            assert [e.seq for e in rest] == [5, 6, 7, 8, 9, 10]
            assert [type(part) for part in parts(rest)] == [Record, Record, Records, Record]
            assert [e.seq for e in await store.after(0, 2)] == [1, 2]

    asyncio.run(main())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 20), st.integers(1, 20))
def test_every_portion_leads_to_the_end(
    tmp_path_factory: pytest.TempPathFactory, beyond: int, limit: int
) -> None:
    async def main() -> None:
        folder = tmp_path_factory.mktemp("store")
        async with opened(folder) as store:
            await filled(store)
            every = await everything(store)
            assert await everything(store, beyond, limit) == every[beyond:]
            assert len(await store.after(beyond, limit)) <= limit

    asyncio.run(main())


def test_estimated_times_are_told_with_each_record(tmp_path: Path) -> None:
    async def main() -> None:
        clock = SteadyClock(VirtualClock(), trusted=False)
        async with opened(tmp_path, clock=clock) as store:
            await filled(store)
            await store.release()
            found = await store.after(0, 100)
            assert len(found) == 16
            assert all(isinstance(e, Record) and e.estimated for e in found)

    asyncio.run(main())


def test_numbers_that_come_twice_are_in_order_all_the_same(tmp_path: Path) -> None:
    """Only damage brings them about."""

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, sampled(2))
            await put(store, levels(3))
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            file.execute("INSERT INTO sampling VALUES (?,?,?,?,?)", sealed(8, 7, 1, [1.0, 0.0]))
            file.commit()
        async with opened(tmp_path) as store:
            found = await store.after(0, 100)
            numbers = [e.seq for e in found if not isinstance(e, Gap)]
            assert numbers == sorted(numbers)
            assert {*range(1, 10)} <= {*numbers}

    asyncio.run(main())
