"""The store in figures: `python bench/store.py`. Prints, judges nothing."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from wisgate.bus.lane import ThreadLane
from wisgate.core.clock import SystemClock
from wisgate.core.points import Point, Reading
from wisgate.store.database import Database
from wisgate.store.retention import Bounds
from wisgate.store.store import Store

POINTS = [Point(f"point_{n}", "V") for n in range(20)]
DAYS, STEP_S = 30, 16
SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
CHUNK = 5000


async def fill(store: Store, readings: list[Reading]) -> float:
    """Seconds it takes to commit all, in chunks of CHUNK, synced."""
    begin = time.perf_counter()
    for at in range(0, len(readings), CHUNK):
        for reading in readings[at : at + CHUNK]:
            store.append(reading)
        await store.flush()
    return time.perf_counter() - begin


async def single(store: Store) -> float:
    """Seconds from append to committed, synced and seen, one reading at a time."""
    begin = time.perf_counter()
    for n in range(200):
        store.append(Reading("point_0", float(n), time_ns=n))
        await store.flush()
    return (time.perf_counter() - begin) / 200


async def main(folder: Path) -> None:
    lane = ThreadLane("store")
    store = await Store.open(
        folder, lane=lane, clock=SystemClock(), boot_id="bench", points=POINTS,
        bounds=Bounds(1e10, 1e10),
    )  # fmt: skip
    print(f"append, commit and sync of one      {await single(store) * 1e3:8.2f} ms")
    now = time.time_ns()
    for what, together in (("records one by one", 1), ("samplings of 20 points", len(POINTS))):
        readings = [
            Reading(POINTS[n % len(POINTS)].name, n * 0.1, time_ns=now + n // together)
            for n in range(200_000)
        ]
        before = store.stats.bytes
        seconds = await fill(store, readings)
        print(f"{what + ', committed':36}{len(readings) / seconds:8.0f} /s")
        size = (store.stats.bytes - before) / len(readings)
        print(f"{'size of a million of these':36}{size:8.0f} MB")

    start = now - DAYS * DAY_NS
    month = [
        Reading(point.name, 1.0 * n, time_ns=start + n * STEP_S * SECOND_NS)
        for n in range(DAYS * 86_400 // STEP_S)
        for point in POINTS[:4]
    ]
    await fill(store, month)
    for buckets in (300, 1000):
        begin = time.perf_counter()
        await store.history("point_0", start, now, buckets)
        seconds = time.perf_counter() - begin
        print(f"{f'{buckets} buckets of {DAYS} days, no tier':36}{seconds * 1e3:8.0f} ms")
    while not await store._jobs.run(Database.roll):
        pass
    begin = time.perf_counter()
    await store.history("point_0", start, now, 300)
    print(f"{'the same 300 from a tier':36}{(time.perf_counter() - begin) * 1e3:8.0f} ms")
    begin, seq, read = time.perf_counter(), 0, 0
    while read < 100_000 and (batch := await store.after(seq, 500)):
        seq, read = batch[-1].seq, read + len(batch)
    print(f"records read by a forwarder         {read / (time.perf_counter() - begin):8.0f} /s")
    await store.close()
    await lane.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(Path(name)))
