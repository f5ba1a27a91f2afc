"""A full store drops measurements first: what people, rules and alarms did stays, is told and
counted right, and never takes the room of the rest."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from stores import DAY_S, everything, killed, levels, opened, put, run

from wisgate.core.clock import VIRTUAL_START_NS, VirtualClock
from wisgate.core.points import Reading
from wisgate.store.archive import Chosen, open_archive
from wisgate.store.database import FILE, Database
from wisgate.store.records import Entry, Gap, Record
from wisgate.store.retention import KEPT_SHARE, STEP, Bounds
from wisgate.store.salvage import DAMAGED, MOST_HOLES
from wisgate.store.store import Store

BOUND = 2_000_000
SECOND = 1_000_000_000
START = VIRTUAL_START_NS
STATE = '{"phase":"active","severity":"high","value":47.25,"text":"too warm"}'


def important(number: int, time_ns: int) -> Reading:
    """By turns the state of an alarm, which has no cause, and a switching."""
    if number % 2:
        return Reading("alarm/hot", STATE.replace("47.25", str(number)), time_ns=time_ns)
    return Reading("pump", number % 4 == 0, time_ns=time_ns, cause=f"user {number}")


def plant(count: int, start: int = 0, every: int = 400) -> Iterator[Reading]:
    """A reading a second; each `every`-th is important, and the pump is sampled beside it."""
    for n in range(start, start + count):
        at = START + n * SECOND
        if n % every == 0:
            yield important(n // every, at)
        elif n % 50 == 1:
            yield Reading("pump", n % 100 == 1, time_ns=at)
        else:
            yield Reading("level", float(n), time_ns=at)


def matters(record: Record) -> bool:
    return bool(record.cause) or record.point == "alarm/hot"


def records(entries: Iterable[Entry]) -> list[Record]:
    return [e for e in entries if isinstance(e, Record)]


def untold(got: Iterable[Entry], last: int, first: int = 1) -> set[int]:
    """Numbers from the first on that somebody neither got nor was told of, in order of `seq`."""
    missing, newest = set(range(first, last + 1)), 0
    for entry in got:
        assert entry.seq > newest
        newest = entry.seq
        missing.discard(entry.seq)
        if isinstance(entry, Gap):
            assert entry.last < entry.seq
            missing -= set(range(entry.first, entry.last + 1))
    return missing


async def delivered(store: Store, sink: str) -> list[Entry]:
    """What a sink gets that comes back, until it has everything."""
    cursor, got = await store.cursor(sink), []
    while batch := await store.after(cursor, 500):
        got += batch
        cursor = batch[-1].seq
        store.advance(sink, cursor)
    await store.flush()
    return got


def in_file(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as file:
        return int(file.execute("SELECT count(*) FROM record").fetchone()[0])


def size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.iterdir() if "damaged" not in f.name)


async def filled(folder: Path, count: int = 60_000) -> None:
    """A store that is full, several times over, of measurements; its sink has got 5000."""
    async with opened(folder, max_size=BOUND) as store:
        await store.cursor("plant")
        for start in range(0, count, 2000):
            await put(store, plant(2000, start))
            store.advance("plant", min(store.last_seq, 5000))


def test_a_sink_that_was_away_gets_what_matters_and_is_told_the_rest(tmp_path: Path) -> None:
    async def main() -> None:
        await filled(tmp_path)
        async with opened(tmp_path, max_size=BOUND) as store:  # a restart in between
            for start in range(60_000, 80_000, 2000):
                await put(store, plant(2000, start))
            assert store.stats.records == in_file(tmp_path)
            got = await delivered(store, "plant")
            numbers = [n for n in range(80_000) if n % 400 == 0 and n >= 5000]
            kept = [r for r in records(got) if matters(r)]
            assert [(r.time_ns - START) // SECOND for r in kept] == numbers
            assert not untold(got, store.last_seq, 5001)
            measured = {e.seq for e in records(got) if not matters(e)}
            assert len(measured) < 40_000
            assert max(measured) - min(measured) < 40_000  # the newest, and no others
            gaps = [e for e in got if isinstance(e, Gap)]
            assert [gap.first for gap in gaps] == [5001]  # one, though the store filled again
            assert await delivered(store, "plant") == []
        assert size(tmp_path) <= BOUND * 1.1

    run(main())


def test_a_new_sink_begins_with_what_was_kept_and_is_told_the_rest(tmp_path: Path) -> None:
    async def main() -> None:
        await filled(tmp_path)
        async with opened(tmp_path, max_size=BOUND) as store:
            got = await delivered(store, "later")
            assert len([r for r in records(got) if matters(r)]) == 150
            assert not untold(got, store.last_seq)
            gaps = [e for e in got if isinstance(e, Gap) and "later" in e.cause]
            assert [gap.first for gap in gaps] == [1]
            assert store.stats.records == in_file(tmp_path)
            assert await delivered(store, "later") == []  # and is not told twice

    run(main())


def test_what_a_restart_drops_is_told_to_the_sink_that_comes_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await store.cursor("plant")
            await put(store, plant(30_000))
        async with opened(tmp_path, max_size=BOUND) as store:
            assert not untold(await delivered(store, "plant"), store.last_seq)
            assert store.stats.records == in_file(tmp_path) < 20_000

    run(main())


def test_an_alarm_that_chatters_leaves_room_and_keeps_the_bound(tmp_path: Path) -> None:
    """First nothing but changes of an alarm for several times the store, then measurements."""

    async def main() -> None:
        largest = 0
        async with opened(tmp_path, max_size=BOUND) as store:
            await store.cursor("plant")
            for start in range(0, 40_000, 2000):
                changes = (important(2 * n + 1, START + n) for n in range(start, start + 2000))
                await put(store, changes)
                largest = max(largest, size(tmp_path))
            assert store.stats.records == in_file(tmp_path)
            for start in range(0, 40_000, 2000):
                await put(store, levels(2000, start))
                largest = max(largest, size(tmp_path))
            assert store.stats.records == in_file(tmp_path)
            entries = await everything(store)
            assert not untold(await delivered(store, "plant"), store.last_seq)
        changes = [r for r in records(entries) if r.point == "alarm/hot"]
        times = [r.time_ns - START for r in changes]
        assert times == list(range(times[0], 40_000))  # the newest
        assert len(records(entries)) - len(changes) > 5000
        assert largest <= BOUND * 1.1
        with closing(sqlite3.connect(tmp_path / FILE)) as file:
            bytes_kept = file.execute("SELECT bytes FROM kept").fetchone()[0]
        most = KEPT_SHARE * Bounds(BOUND, 1e10).pages * 4096
        assert 0.7 * most < bytes_kept < most + STEP * 350

    run(main())


def test_the_weight_of_what_is_kept_is_about_that_of_its_pages(tmp_path: Path) -> None:
    async def main() -> None:
        await filled(tmp_path, 100_000)
        with closing(sqlite3.connect(tmp_path / FILE)) as file:
            upto, kept, weight = file.execute("SELECT upto, records, bytes FROM kept").fetchone()
            for query in ("DELETE FROM record WHERE seq > ?", "DELETE FROM gap WHERE seq > ?"):
                file.execute(query, (upto,))
            pages = file.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN ('record', 'record_by_point', 'gap')"
            ).fetchone()[0]
        assert kept > 150
        assert 0.5 < weight / pages < 2

    run(main())


def test_age_takes_what_was_kept(tmp_path: Path) -> None:
    async def main() -> None:
        clock = VirtualClock()
        options = {"max_size": BOUND, "max_age": 2 * DAY_S, "clock": clock}
        async with opened(tmp_path, **options) as store:
            await store.cursor("plant")
            for start in range(0, 3 * 86_400, 6000):
                await put(store, plant(6000, start))
                clock.advance(6000)
            entries = await everything(store)
            old = clock.utc_ns() - 2 * DAY_S * SECOND - 6000 * SECOND
            assert min(r.time_ns for r in records(entries)) >= old
            kept = [r for r in records(entries) if matters(r)]
            assert kept[0].time_ns < old + 6800 * SECOND
            assert len(kept) > 400
            assert store.stats.records == in_file(tmp_path)
            assert not untold(await delivered(store, "plant"), store.last_seq)

    run(main())


def test_a_step_costs_the_same_however_much_is_kept(tmp_path: Path) -> None:
    def instructions(database: Database) -> int:
        """Of SQLite's machine, in tens, while nothing but one step is taken."""
        count = 0

        def one() -> int:
            nonlocal count
            count += 1
            return 0

        database.connection.set_progress_handler(one, 10)
        database.retention.next_step(0)
        database.extent()
        database.connection.set_progress_handler(None, 0)
        return count

    async def main() -> None:
        costs = []
        async with opened(tmp_path, max_size=BOUND) as store:
            for start in range(0, 200_000, 2000):
                await put(store, plant(2000, start, every=100))
                if start in (40_000, 198_000):
                    costs.append(await store._jobs.run(instructions))
            assert store.stats.records == in_file(tmp_path)
        few, many = costs
        assert many < 1.5 * few

    run(main())


def test_charts_and_exports_hold_what_they_should(tmp_path: Path) -> None:
    """The readings of a point that is sampled and switched are partly gone: a chart takes minutes
    there. An export reads across the numbers that are gone."""

    async def main() -> None:
        await filled(tmp_path)
        async with opened(tmp_path, max_size=BOUND) as store:
            chart = await store.history("pump", START, START + 60_000 * SECOND, 400)
            count = sum(1 for r in plant(60_000) if r.name == "pump")
            assert sum(bucket.count for bucket in chart.buckets) == count
            entries = records(await everything(store))
            raw = await store.history("pump", START, START + 5000 * SECOND)
            assert [r.cause for r in raw.records] == [f"user {n}" for n in range(0, 13, 2)]
        with open_archive(tmp_path) as archive:
            chunks = list(archive.records(Chosen()))
        assert [r for chunk in chunks for r in chunk] == entries
        assert len(chunks) < 15

    run(main())


@pytest.mark.parametrize("lost", [False, True], ids=["known", "lost"])
def test_salvage_knows_what_was_kept(tmp_path: Path, *, lost: bool) -> None:
    async def main() -> list[Entry]:
        async with opened(tmp_path / "a", max_size=BOUND) as store:
            await store.cursor("plant")
            for start in range(0, 60_000, 2000):
                await put(store, plant(2000, start, every=200))
            kept = [r for r in records(await everything(store)) if matters(r)]
            folder = killed(tmp_path / "a", tmp_path / "b")
        _damage(folder, lost=lost)
        async with opened(folder, max_size=BOUND) as store:
            assert "salvaged" in store.notices[0]
            got = await delivered(store, "plant")
            assert not untold(got, store.last_seq)
            found = [r for r in records(got) if matters(r)]
            assert len(kept) == 300
            assert len(set(kept) - set(found)) < 40  # those of the page that is gone
            assert store.stats.records == in_file(folder)
            for start in range(60_000, 90_000, 2000):
                await put(store, plant(2000, start, every=200))
            assert store.stats.records == in_file(folder)
            assert not untold(got + await delivered(store, "plant"), store.last_seq)
        return got

    gaps = [e for e in asyncio.run(main()) if isinstance(e, Gap) and e.cause == DAMAGED]
    assert 0 < len(gaps) < MOST_HOLES


def _damage(folder: Path, *, lost: bool) -> None:
    """Wipe a page of records in the middle, and the one that says up to where was kept."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        leaves = file.execute(
            "SELECT pageno FROM dbstat WHERE name = 'record' AND pagetype = 'leaf' ORDER BY path"
        ).fetchall()
        (kept,) = file.execute("SELECT pageno FROM dbstat WHERE name = 'kept'").fetchone()
    wiped = [leaves[len(leaves) // 2][0], *([kept] if lost else [])]
    with (folder / FILE).open("r+b") as file_:
        for page in wiped:
            file_.seek((page - 1) * 4096)
            file_.write(bytes(64))
