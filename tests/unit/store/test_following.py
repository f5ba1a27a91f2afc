"""What a sink that is behind reads on in the file: the same entries, in columns where they were."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import everything, levels, opened, put, sampled

from wisgate.core.clock import SteadyClock, VirtualClock
from wisgate.core.errors import StoreError
from wisgate.core.points import Reading
from wisgate.store.dating import Dating
from wisgate.store.entries import Entries, Part, Records, room
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


def test_an_estimate_long_ago_does_not_take_the_columns_of_what_came_later(tmp_path: Path) -> None:
    async def main() -> None:
        clock = SteadyClock(VirtualClock(), trusted=False)
        async with opened(tmp_path, clock=clock) as store:
            await put(store, sampled(2))
        async with opened(tmp_path, boot="boot-2") as store:  # its clock is right
            await put(store, sampled(4, 2))
        async with opened(tmp_path, boot="boot-2") as store:
            found = await store.after(6, 100)
            assert len(found) == 12
            assert not any(isinstance(e, Record) and e.estimated for e in found)
            assert isinstance(found, Entries)
            assert [type(p) for p in found.parts] == [Records] * 4

    asyncio.run(main())


def test_what_is_cut_at_what_is_offered_takes_no_more_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, sampled(1500))
        monkeypatch.setattr(Dating, "step", lambda self: False)  # dating takes its time
        async with opened(tmp_path) as store:
            await put(store, sampled(100, 1500))
            store.correct(5)
            await put(store, sampled(1, 1600))
            assert store.offered == 4500
            found = await store.after(1800, 1000, 6)
            parts = found.parts if isinstance(found, Entries) else found
            assert found[-1].seq <= store.offered
            assert sum(room(p, 6) for p in parts) <= 1000

    asyncio.run(main())


@pytest.mark.parametrize("limit", [2, 3, 1000])
def test_records_of_lost_points_hide_no_others(tmp_path: Path, limit: int) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, levels(2, 0))
            await put(store, [r._replace(name="pump", value=True) for r in levels(2, 10)])
            await put(store, sampled(1, 20))
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            file.execute("UPDATE record SET point = 99 WHERE seq <= 2")
            file.commit()
        async with opened(tmp_path) as store:
            found = await everything(store, 0, limit)
            assert [e.seq for e in found if isinstance(e, Record)] == [3, 4, 5, 6, 7]

    asyncio.run(main())


def test_there_is_always_something_where_more_is_offered(tmp_path: Path) -> None:
    """Otherwise the forwarder asks without end and never waits."""

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, levels(5))
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            file.execute("UPDATE record SET point = 99 WHERE seq <= 2")
            file.commit()
        async with opened(tmp_path) as store:
            assert await store.after(0, 2)

    asyncio.run(main())


OVERLAPS = {
    "at its end": [(5, 2)],
    "within": [(5, 2), (6, 4)],
    "the same": [(6, 3), (7, 4)],
}
"""The last number of samplings that are not wanted there, and how many values each has."""


@pytest.mark.parametrize("overlap", OVERLAPS.values(), ids=OVERLAPS)
@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
@pytest.mark.parametrize("density", [1, 6])
def test_numbers_that_come_twice_are_damage_and_none_is_passed_over(
    tmp_path: Path, overlap: list[tuple[int, int]], limit: int, density: int
) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, sampled(3))
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            for last, count in overlap:
                row = sealed(last, 7, 1, [1.0, 0.0, 3.0, 4.0][:count])
                file.execute("INSERT OR REPLACE INTO sampling VALUES (?,?,?,?,?)", row)
            file.commit()
        async with opened(tmp_path) as store:
            with suppress(StoreError):  # it shows, and is salvaged
                await store.after(0, 1000)
            entries = await everything(store, 0, limit, density)
        records = [e.seq for e in entries if isinstance(e, Record)]
        told = {n for e in entries if isinstance(e, Gap) for n in range(e.first, e.last + 1)}
        assert records == sorted(set(records))
        assert {*range(1, 10)} <= {*records, *told}

    asyncio.run(main())


def test_none_beyond_what_is_offered_where_numbers_are_out_of_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        monkeypatch.setattr(Dating, "step", lambda self: False)
        async with opened(tmp_path) as store:
            await put(store, sampled(3))  # 1 to 9
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            file.execute("INSERT INTO sampling VALUES (?,?,?,?,?)", sealed(5, 7, 1, [1.0, 0.0]))
            file.execute("INSERT INTO undated VALUES (7, 5, 9, '', 0, 5)")
            file.commit()
        async with opened(tmp_path) as store:
            assert store.offered == 4
            for limit in range(1, 10):
                with suppress(StoreError):
                    assert all(e.seq <= 4 for e in await store.after(0, limit)), limit

    asyncio.run(main())
