"""Damage in a store that was closed, where nothing but its use shows it: whoever comes across it is
refused once, and it is mended."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stores import POINTS, everything, open_store, opened, put, rolled, sampled

from wisgate.core.errors import StoreError
from wisgate.core.points import Reading
from wisgate.store.opening import SMALL
from wisgate.store.records import Record
from wisgate.store.store import Store

PAGE = 4096
HOUR = 3600 * 10**9

ROWS = {
    "series": "(1, 40, 40, 1)",
    "point": "(9, 'old', 'm', 0)",
    "cursor": "('plant', 3, 0, 0)",
    "aside": "('plant', 3, 'refused')",
    "undated": "(1, 1, 3, 'boot-0', 5, NULL)",
    "tier": "(60, 0, 0)",
    "rolled": "(1, 7)",
    "kept": "(1, 0, 0, 0)",
}
COLUMNS = {"point": "kind", "cursor": "seq", "aside": "seq", "undated": "first", "series": "next"}
"""What becomes a text; elsewhere the last column."""


async def made(folder: Path) -> None:
    async with opened(folder) as store:
        await put(store, sampled(4))
        await put(store, [Reading("level", 0.5, time_ns=9), Reading("pump", True, time_ns=9)])
        await put(store, sampled(4, 10))
        await put(store, [Reading("card", "04:1f", time_ns=20), Reading("level", 1.5, time_ns=21)])


async def asked(question: Callable[..., Awaitable[Any]], *about: Any) -> None:
    """The second time it has an answer."""
    try:
        await question(*about)
    except StoreError:
        await question(*about)


async def use(store: Store) -> None:
    await asked(rolled, store)
    for point in POINTS:
        await asked(store.latest, point.name)
        await asked(store.history, point.name, 0, HOUR)
        await asked(store.history, point.name, 0, 24 * HOUR, 3)


def leaf(path: Path, name: str) -> tuple[int, int]:
    """The one page of a table or index in the file: where it begins, and where its cells do."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT pageno FROM dbstat WHERE name = ?", (name,)).fetchall()
    ((page,),) = found
    at = (page - 1) * PAGE
    return at, at + int.from_bytes(path.read_bytes()[at + 5 : at + 7], "big")


@pytest.mark.parametrize("mask", [0x01, 0x04, 0x80])
@pytest.mark.parametrize("name", ["sampling_by_points", "record_by_point", "record"])
def test_any_byte(tmp_path: Path, name: str, mask: int) -> None:
    async def main() -> None:
        await made(tmp_path / "whole")
        page, cells = leaf(tmp_path / "whole/wisgate.db", name)
        for at in (*range(page, page + 26), *range(cells, page + PAGE)):
            folder = Path(shutil.copytree(tmp_path / "whole", tmp_path / str(at)))
            with (folder / "wisgate.db").open("r+b") as file:
                file.seek(at)
                (byte,) = file.read(1)
                file.seek(at)
                file.write(bytes([byte ^ mask]))
            store = await open_store(folder)
            await use(store)
            await asked(store.after, 0, 100)
            records = [e for e in await everything(store) if isinstance(e, Record)]
            if name != "record":
                assert [r.seq for r in records] == list(range(1, 29)), at
            await store.close()

    asyncio.run(main())


@pytest.mark.parametrize("table", SMALL)
def test_a_number_that_became_a_text(tmp_path: Path, table: str) -> None:
    async def main() -> None:
        await made(tmp_path)
        with closing(sqlite3.connect(tmp_path / "wisgate.db", isolation_level=None)) as file:
            file.execute(f"INSERT OR REPLACE INTO {table} VALUES {ROWS[table]}")
            columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
            column = COLUMNS.get(table, columns[-1])
            declared = f"{column} INTEGER"
            file.execute("PRAGMA writable_schema = ON")
            change = "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?"
            file.execute(change, (declared, f"{column} ANY", table))
            file.execute("PRAGMA writable_schema = RESET")
            file.execute(f"UPDATE {table} SET {column} = 'text' WHERE {column} IS NOT NULL")
            file.execute("PRAGMA writable_schema = ON")
            file.execute(change, (f"{column} ANY", declared, table))
        async with opened(tmp_path) as store:
            assert "damaged; 28 records salvaged" in store.notices[0]
            await use(store)
            assert [e.seq for e in await everything(store)][:28] == list(range(1, 29))
        async with opened(tmp_path) as store:
            assert store.notices == []

    asyncio.run(main())
