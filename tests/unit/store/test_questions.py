"""What a question costs follows what it is about, and not what the store has beside that."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stores import levels, opened, put

from wisgate.core.points import Reading
from wisgate.store.archive import Chosen, open_archive
from wisgate.store.database import Database
from wisgate.store.history import latest
from wisgate.store.store import Store

FEW, MANY = 12_000, 48_000


@contextmanager
def counted(connection: sqlite3.Connection) -> Iterator[list[int]]:
    """The steps that SQLite takes, in hundreds."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    connection.set_progress_handler(step, 100)
    yield steps
    connection.set_progress_handler(None, 0)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One with few records of a point, and one with four times as many."""

    async def fill(folder: Path, count: int) -> Path:
        async with opened(folder) as store:
            for start in range(0, count, 4000):
                await put(store, levels(4000, start))
            await put(store, [Reading("pump", True, time_ns=n) for n in range(100)])
        return folder

    folder = tmp_path_factory.mktemp("stores")
    return [asyncio.run(fill(folder / str(count), count)) for count in (FEW, MANY)]


def test_the_latest_record(stores: list[Path]) -> None:
    def steps(database: Database) -> int:
        with counted(database.connection) as taken:
            assert latest(database, "level") is not None
        return taken[0]

    async def asked(store: Store) -> int:
        return await store._jobs.run(steps)

    async def main() -> None:
        async with opened(stores[0]) as few, opened(stores[1]) as many:
            assert await asked(many) <= await asked(few) + 1

    asyncio.run(main())


def test_an_export_of_a_point(stores: list[Path]) -> None:
    taken = []
    for folder, count in zip(stores, (FEW, MANY), strict=True):
        with open_archive(folder) as archive, counted(archive._db) as steps:
            found = sum(map(len, archive.records(Chosen(points={"level"}))))
        assert found == count
        taken.append(steps[0])
    assert taken[1] < 5 * taken[0]
