"""The store in figures: `python bench/store.py`. Prints, judges nothing."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from wisgate.bus.lane import ThreadLane
from wisgate.core.clock import SystemClock
from wisgate.core.points import Point, Reading
from wisgate.store.retention import Bounds
from wisgate.store.store import Store

POINTS = [Point(f"point_{n}", "V") for n in range(20)]
DAYS = 30
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
    mixed = [Reading(POINTS[n % 20].name, n * 0.1, time_ns=now + n) for n in range(200_000)]
    before = store.stats.bytes
    seconds = await fill(store, mixed)
    print(f"records of 20 points, committed     {len(mixed) / seconds:8.0f} /s")
    size = (store.stats.bytes - before) / len(mixed)
    print(f"size of a million records           {size:8.0f} MB")

    start = now - DAYS * DAY_NS
    count = DAYS * 86_400 // 4  # a quarter of the records; the time of a query is linear in them
    await fill(
        store, [Reading("point_0", 1.0 * n, time_ns=start + n * SECOND_NS) for n in range(count)]
    )
    for buckets in (300, 1000):
        begin = time.perf_counter()
        history = await store.history("point_0", start, start + count * SECOND_NS, buckets)
        seconds = time.perf_counter() - begin
        print(
            f"history, {count} records in {len(history.buckets):4} buckets {seconds * 1e3:6.0f} ms"
        )
    begin, seq, read = time.perf_counter(), 0, 0
    while read < 100_000 and (batch := await store.after(seq, 500)):
        seq, read = batch[-1].seq, read + len(batch)
    print(f"records read by a forwarder         {read / (time.perf_counter() - begin):8.0f} /s")
    await store.close()
    await lane.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(Path(name)))
