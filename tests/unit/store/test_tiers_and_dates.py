"""Minutes and hours of readings whose times change after all: nothing is missing, and nothing
counts twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from stores import killed, opened, put, rolled
from test_tiers import HOUR, MINUTE, START, expected, grid, walk

from wisgate.core.clock import SteadyClock, VirtualClock
from wisgate.core.errors import StoreError
from wisgate.core.points import Reading, moved
from wisgate.store.database import Database
from wisgate.store.store import Store
from wisgate.store.tiers import Tiers


async def dated(store: Store) -> None:
    while await store._jobs.run(lambda db: db.dating.pending):
        pass


async def judge(folder: Path, store: Store, readings: Sequence[Reading]) -> None:
    """Charts are those of the readings, and the rows of the tiers are counted."""
    await dated(store)
    await rolled(store)
    begin, end = START - 30 * HOUR, START + 60 * HOUR
    for point in ("level", "pump"):
        for count, step in ((10, HOUR), (1300, MINUTE)):
            found = await store.history(point, begin, end, count)
            assert list(found.buckets) == expected(readings, point, grid(begin, end, count, step))
    with closing(sqlite3.connect(folder / "wisgate.db")) as connection:
        rows = dict(connection.execute("SELECT span, count(*) FROM rollup GROUP BY 1"))
        assert rows == dict(connection.execute("SELECT id, rows FROM tier"))


async def begun(folder: Path, before: Sequence[Reading]) -> None:
    """A store with what an earlier process made."""
    async with opened(folder) as store:
        await put(store, before)
        await rolled(store)


EARLIER = walk(7, 300, MINUTE, START - 20 * HOUR)


@pytest.mark.parametrize("shift", [2 * HOUR, -2 * HOUR])
def test_what_came_before_and_is_later_counts_once(tmp_path: Path, shift: int) -> None:
    """The clock of a process was behind the times of the one before it."""
    before, readings = walk(7, 300, MINUTE), walk(6, 30, MINUTE, START + HOUR + 10 * MINUTE)

    async def main() -> None:
        await begun(tmp_path, before)
        async with opened(tmp_path) as store:
            await put(store, readings)
            await rolled(store)
            store.correct(shift)
            await store.flush()
            await judge(tmp_path, store, before + [moved(r, shift) for r in readings])

    asyncio.run(main())


@pytest.mark.parametrize("steps", [0, 1])
def test_a_kill_before_all_are_dated_earlier(tmp_path: Path, steps: int) -> None:
    readings = walk(6, 900, MINUTE)

    async def main() -> None:
        await begun(tmp_path / "a", EARLIER)
        async with opened(tmp_path / "a") as store:
            await put(store, readings)
            await rolled(store)
            await store._jobs.run(lambda db: db.correct(-3 * HOUR))
            for _ in range(steps):
                assert await store._jobs.run(lambda db: db.dating.step()), "some are left"
            folder = killed(tmp_path / "a", tmp_path / "b")
        async with opened(folder) as store:
            await judge(folder, store, EARLIER + [moved(r, -3 * HOUR) for r in readings])

    asyncio.run(main())


def test_a_pass_over_half_of_the_points_and_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = walk(6, 200, MINUTE, START - 16 * HOUR)
    monkeypatch.setattr("wisgate.store.tiers.POINTS_PER_STEP", 1)

    async def main() -> None:
        await begun(tmp_path / "a", EARLIER)
        async with opened(tmp_path / "a") as store:
            await put(store, readings)
            assert not await store._jobs.run(Database.roll)
            await store._jobs.run(lambda db: db.correct(5 * HOUR))
            folder = killed(tmp_path / "a", tmp_path / "b")
        async with opened(folder) as store:
            await judge(folder, store, EARLIER + [moved(r, 5 * HOUR) for r in readings])

    asyncio.run(main())


def test_the_next_process_knows_that_they_were_earlier(tmp_path: Path) -> None:
    raw = VirtualClock(START)
    estimated = SteadyClock(raw)
    made: list[Reading] = []

    async def main() -> None:
        await begun(tmp_path / "a", EARLIER)
        async with opened(tmp_path / "a", clock=estimated) as store:
            for n in range(300):
                raw.advance(60)
                made.append(Reading("level", float(n), time_ns=estimated.utc_ns()))
            await put(store, made)
            folder = killed(tmp_path / "a", tmp_path / "b")
        right = VirtualClock(estimated.offset_ns - 3 * HOUR)
        right.advance(raw.monotonic())
        async with opened(folder, clock=SteadyClock(right, trusted=True)) as store:
            await judge(folder, store, EARLIER + [moved(r, -3 * HOUR) for r in made])

    asyncio.run(main())


def test_a_pass_that_failed_adds_what_became_earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = walk(6, 600, MINUTE)

    def full(*_: object) -> NoReturn:
        raise sqlite3.OperationalError("database or disk is full")

    async def main() -> None:
        await begun(tmp_path, EARLIER)
        async with opened(tmp_path) as store:
            await put(store, readings)
            with monkeypatch.context() as patch:
                patch.setattr(Tiers, "_expire", full)
                with pytest.raises(StoreError):
                    await store._jobs.run(Database.roll)
            store.correct(-3 * HOUR)
            await store.flush()
            await judge(tmp_path, store, EARLIER + [moved(r, -3 * HOUR) for r in readings])

    asyncio.run(main())
