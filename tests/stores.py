"""A store in a folder, opened and ended in every way a store can end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from wisgate.bus.lane import InlineLane, Lane, ThreadLane
from wisgate.core.clock import Clock, VirtualClock
from wisgate.core.points import Kind, Point, Reading
from wisgate.store.database import Database
from wisgate.store.pace import REAL_TIME, Pace
from wisgate.store.records import Gap, Record
from wisgate.store.retention import Bounds
from wisgate.store.store import Store

POINTS = [
    Point("level", "m"),
    Point("pump", kind=Kind.BOOL),
    Point("count", kind=Kind.INT),
    Point("card", kind=Kind.TEXT),
]
DAY_S = 86_400.0


async def open_store(
    folder: Path,
    *,
    boot: str = "boot-1",
    clock: Clock | None = None,
    lane: Lane | None = None,
    max_size: float = 1e8,
    max_age: float = 1e10,
    pace: Pace = REAL_TIME,
    written: Callable[[], int | None] = lambda: None,
    minutes: float = 1e10,
) -> Store:
    bounds = Bounds(max_size, max_age, max_age_minutes=minutes, max_age_hours=1e10)
    return await Store.open(
        folder, lane=lane or InlineLane("store"), clock=clock or VirtualClock(), boot_id=boot,
        points=POINTS, bounds=bounds, pace=pace,
        written=written,
    )  # fmt: skip


@asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Store]:
    """A store that is closed at the end, in a thread of its own as in the live gateway."""
    lane = ThreadLane("store")
    try:
        store = await open_store(folder, lane=lane, **options)
        try:
            yield store
        finally:
            await store.close()
    finally:
        await lane.close()


def killed(folder: Path, to: Path) -> Path:
    """What `kill -9` at this moment leaves of the files in `folder`."""
    return Path(shutil.copytree(folder, to))


def levels(count: int, start: int = 0) -> Iterable[Reading]:
    return (Reading("level", float(n), time_ns=1000 + n) for n in range(start, start + count))


def sampled(count: int, start: int = 0) -> Iterator[Reading]:
    """Samplings of three points each, at the moments of `levels`."""
    for n in range(start, start + count):
        yield Reading("level", n + 0.25, time_ns=1000 + n)
        yield Reading("pump", n % 2 == 0, time_ns=1000 + n)
        yield Reading("count", n, time_ns=1000 + n)


async def put(store: Store, readings: Iterable[Reading]) -> None:
    for reading in readings:
        store.append(reading)
    await store.flush()


async def everything(
    store: Store, beyond: int = 0, limit: int = 1000, density: int = 1
) -> list[Record | Gap]:
    """As a sink gets it that is offered so many at once."""
    entries: list[Record | Gap] = []
    while batch := await store.after(entries[-1].seq if entries else beyond, limit, density):
        entries += batch
    return entries


async def rolled(store: Store) -> None:
    """Bring minutes and hours up to what is committed."""
    while not await store._jobs.run(Database.roll):
        pass


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)
