"""Minutes and hours: what they say is what the readings say, whatever happens in between."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from stores import DAY_S, POINTS, killed, open_store, opened, put, rolled

from wisgate.core.clock import VIRTUAL_START_NS, VirtualClock
from wisgate.core.errors import StoreError, Unavailable
from wisgate.core.points import Reading, Status, moved
from wisgate.store import upkeep
from wisgate.store.archive import Chosen, open_archive, open_past
from wisgate.store.buckets import BUCKETS_PER_JOB, at_once
from wisgate.store.history import Bucket, Span
from wisgate.store.pace import VIRTUAL_TIME
from wisgate.store.schema import STATUSES
from wisgate.store.tiers import ROLL_S

SECOND = 1_000_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
START = VIRTUAL_START_NS


def walk(seed: int, count: int, step_ns: int, start: int = START) -> list[Reading]:
    """Numbers with holes, faults and times that are not quite in order."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        at = start + n * step_ns + chance.randrange(step_ns)
        status = chance.choice((Status.GOOD,) * 8 + (Status.UNCERTAIN, Status.FAULT))
        value = None if status is Status.FAULT else chance.uniform(-5, 40)
        made.append(Reading("level", value, status, at))
        if n % 7 == 0:
            made.append(Reading("pump", chance.random() < 0.5, time_ns=at))
            if n % 2:
                made.append(Reading("count", n, time_ns=at))
    return made


def expected(readings: Sequence[Reading], point: str, edges: Sequence[int]) -> list[Bucket]:
    """By the definition, from the readings themselves."""
    buckets = []
    mine = sorted((r for r in readings if r.name == point), key=lambda r: r.time_ns)
    for begin, end in pairwise(edges):
        within = [r for r in mine if begin <= r.time_ns < end]
        if not within:
            continue
        numbers = [r.value for r in within if isinstance(r.value, float)]
        buckets.append(
            Bucket(
                begin,
                min(numbers, default=None),
                pytest.approx(sum(numbers) / len(numbers)) if numbers else None,  # type: ignore[arg-type]
                max(numbers, default=None),
                within[-1].value,
                len(within),
                max((r.status for r in within), key=STATUSES.index),
            )
        )
    return buckets


def grid(start: int, end: int, count: int, step: int) -> list[int]:
    edges = [(start + (end - start) * i // count) // step * step for i in range(count)]
    return [*edges, -(-end // step) * step]


@pytest.mark.parametrize("seed", range(6))
def test_buckets_are_those_of_the_readings(tmp_path: Path, seed: int) -> None:
    """Rolled in part, killed in between: nothing is missing and nothing counts twice."""
    chance = random.Random(seed)
    readings = walk(seed, 3000, 20 * SECOND)
    third = len(readings) // 3

    async def main() -> None:
        folder = tmp_path / "a"
        async with opened(folder) as store:
            await put(store, readings[:third])
            await rolled(store)
            await put(store, readings[third : 2 * third])
            if chance.random() < 0.5:
                await rolled(store)
            killed(folder, tmp_path / "b")
        async with opened(tmp_path / "b") as store:
            await put(store, readings[2 * third :])
            if chance.random() < 0.5:
                await rolled(store)
            end = START + 17 * HOUR + chance.randrange(HOUR)
            begin = START + chance.randrange(HOUR)
            for count, step in ((60, MINUTE), (4, HOUR)):
                for point in ("level", "pump"):
                    found = await store.history(point, begin, end, count)
                    edges = grid(begin, end, count, step)
                    assert list(found.buckets) == expected(readings, point, edges)

    asyncio.run(main())


def test_what_readings_are_gone_for_is_in_the_tiers(tmp_path: Path) -> None:
    readings = walk(1, 4 * 1440, MINUTE)
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(
            tmp_path, clock=clock, pace=VIRTUAL_TIME, max_age=DAY_S, minutes=3 * DAY_S
        )
        await put(store, readings)
        clock.advance(4 * DAY_S)
        await rolled(store)
        await store.close()
        store = await open_store(
            tmp_path, clock=clock, pace=VIRTUAL_TIME, max_age=DAY_S, minutes=3 * DAY_S
        )
        await rolled(store)
        kept = (await store.history("level", START, START + 4 * DAY)).records
        assert START + 3 * DAY <= kept[0].time_ns < START + 3 * DAY + 2 * MINUTE
        hours = await store.history("level", START, START + 4 * DAY, 12)
        edges = grid(START, START + 4 * DAY, 12, HOUR)
        assert list(hours.buckets) == expected(readings, "level", edges)
        # asked finer than they are: the minutes of the second day, the hours of the first
        fine = await store.history("level", START + DAY + 5 * HOUR, START + DAY + 6 * HOUR, 120)
        assert [b.start_ns % MINUTE for b in fine.buckets] == [0] * 60
        assert sum(b.count for b in fine.buckets) == 60
        coarse = await store.history("level", START, START + 3 * HOUR, 180)
        assert [b.start_ns for b in coarse.buckets] == [START + n * HOUR for n in range(3)]
        whole = await store.history("level", START, START + 4 * DAY, 10_000)
        assert sum(b.count for b in whole.buckets) == sum(r.name == "level" for r in readings)
        await store.close()

    asyncio.run(main())


def test_a_late_reading_is_added_to_its_old_slot(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            readings = walk(2, 1000, MINUTE)
            await put(store, readings)
            await rolled(store)
            late = [Reading("level", 1000.0, time_ns=START + 3 * HOUR + 5)]
            await put(store, late)
            await rolled(store)
            found = await store.history("level", START, START + 16 * HOUR, 4)
            edges = grid(START, START + 16 * HOUR, 4, HOUR)
            assert list(found.buckets) == expected(readings + late, "level", edges)
            assert found.buckets[0].max == 1000.0

    asyncio.run(main())


@pytest.mark.parametrize(
    ("off", "shift"),
    [(0, 5 * HOUR + 17 * MINUTE), (0, -2 * HOUR - 13 * MINUTE), (-9000 * DAY, 9000 * DAY)],
    ids=["later", "earlier", "years"],
)
def test_readings_that_are_dated_anew_move_to_other_slots(
    tmp_path: Path, off: int, shift: int
) -> None:
    readings = walk(6, 600, MINUTE, START + off)
    before = walk(7, 300, MINUTE, START - 5 * HOUR - 20 * MINUTE)

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, before)
            await rolled(store)
        async with opened(tmp_path) as store:
            await put(store, readings)
            await rolled(store)
            store.correct(shift)
            await store.flush()
            while await store._jobs.run(lambda db: db.dating.pending):
                pass
            await rolled(store)
            later = [moved(r, shift) for r in readings]
            begin, end = START - 6 * HOUR, START + 18 * HOUR
            for count, step in ((4, HOUR), (100, MINUTE)):
                found = await store.history("level", begin, end, count)
                edges = grid(begin, end, count, step)
                assert list(found.buckets) == expected(before + later, "level", edges)
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as connection:
            count = dict(connection.execute("SELECT span, count(*) FROM rollup GROUP BY 1"))
            assert count == dict(connection.execute("SELECT id, rows FROM tier"))

    asyncio.run(main())


def test_they_stay_within_their_share_of_the_file(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock, pace=VIRTUAL_TIME, max_size=2e6)
        for day in range(12):
            await put(store, walk(day, 1440, MINUTE, START + day * DAY))
            clock.advance(DAY_S)
            await rolled(store)
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as connection:
            count = dict(connection.execute("SELECT span, count(*) FROM rollup GROUP BY 1"))
            assert count == dict(connection.execute("SELECT id, rows FROM tier"))
        assert count[60] * 64 <= 1e6 / 4 + 1440 * 64 * 3
        assert count[3600] == 12 * 24 * 3
        assert store.stats.bytes < 2.2e6
        await store.close()

    asyncio.run(main())


def test_the_store_rolls_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 60 <= ROLL_S <= 600
    monkeypatch.setattr(upkeep, "ROLL_S", 0.0)

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, walk(3, 100, MINUTE))
            async with asyncio.timeout(20):
                while not await store._jobs.run(lambda db: db.tiers.through(100)):
                    pass

    asyncio.run(main())


def test_what_a_full_store_drops_before_any_pass_is_in(tmp_path: Path) -> None:
    """Each step adds what it drops; what it leaves, with times from before later commits, is added
    by the next."""

    async def main() -> None:
        async with opened(tmp_path, max_size=2_000_000) as store:
            for hour in range(16):
                await put(store, walk(hour, 3600, SECOND, START + hour * HOUR))
            assert store.stats.records < 20_000
            await rolled(store)
            found = await store.history("level", START, START + 16 * HOUR, 4)
            assert [bucket.count for bucket in found.buckets] == [4 * 3600] * 4

    asyncio.run(main())


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_store_is_taken_up(tmp_path: Path, version: int) -> None:
    readings = walk(4, 2000, MINUTE)
    alone = [moved(reading, n) for n, reading in enumerate(readings)]  # then none were together

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, alone)
            store.advance("plant", 70)
        with closing(sqlite3.connect(tmp_path / "wisgate.db", isolation_level=None)) as old:
            old.execute("DROP TABLE sampling")
            if version < 3:
                old.execute("DROP TABLE kept")
            if version == 1:
                for table in ("rollup", "tier", "rolled", "undated"):
                    old.execute(f"DROP TABLE {table}")
                old.execute("DROP INDEX point_by_name")
            old.execute(f"PRAGMA user_version = {version}")
        edges = grid(START, START + 32 * HOUR, 8, HOUR)
        with open_archive(tmp_path) as archive:
            assert sum(map(len, archive.records(Chosen()))) == len(readings)
        with open_past(tmp_path, POINTS) as past:
            found = at_once(past, "level", Span(START, START + 32 * HOUR), 8)
            assert list(found.buckets) == expected(alone, "level", edges)
        async with opened(tmp_path) as store:
            assert store.notices == []
            assert await store.cursor("plant") == 70
            assert store.stats.records == len(readings)
            await rolled(store)
            found = await store.history("level", START, START + 32 * HOUR, 8)
            assert list(found.buckets) == expected(alone, "level", edges)
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as new:
            assert new.execute("PRAGMA user_version").fetchone() == (4,)
            assert new.execute("SELECT count(*) FROM rollup").fetchone()[0] > 2000

    asyncio.run(main())


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, walk(4, 20, MINUTE))
        file = tmp_path / "wisgate.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as newer:
            newer.execute("CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT")
            newer.execute("PRAGMA user_version = 99")
        before = file.read_bytes()
        with pytest.raises(Unavailable, match=r"of a newer wisgate; run that one"):
            await open_store(tmp_path)
        with pytest.raises(StoreError, match=r"of a newer wisgate"), open_archive(tmp_path):
            pass
        assert file.read_bytes() == before
        with closing(sqlite3.connect(file, isolation_level=None)) as odd:
            odd.execute("DROP TABLE other")
        async with opened(tmp_path) as store:  # a number alone may be damage
            assert store.last_seq > 20

    asyncio.run(main())


def test_salvage_keeps_minutes_and_hours(tmp_path: Path) -> None:
    readings = walk(5, 3000, MINUTE)

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, readings)
            await rolled(store)
            before = await store.history("level", START, START + 50 * HOUR, 12)
        content = bytearray((tmp_path / "wisgate.db").read_bytes())
        content[3 * 4096 : 4 * 4096] = bytes(4096)  # the root of the records
        (tmp_path / "wisgate.db").write_bytes(content)
        async with opened(tmp_path) as store:
            assert f"{len(readings)} records salvaged" in store.notices[0]
            assert await store.history("level", START, START + 50 * HOUR, 12) == before
            await rolled(store)
            assert await store.history("level", START, START + 50 * HOUR, 12) == before

    asyncio.run(main())


MONTHS = 6


def test_a_chart_of_months_is_made_of_hours_and_minutes(tmp_path: Path) -> None:
    """From rows as the tiers hold them: a point each minute of half a year, and no reading."""

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, [Reading("level", 1.0, time_ns=START)])
        first, count = START // MINUTE, MONTHS * 30 * 1440
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as connection:
            for span, length, slots in ((60, 1, count), (3600, 60, count // 60)):
                connection.executemany(
                    "INSERT OR REPLACE INTO rollup VALUES (?1,1,?2,0.5,1.5,?1,?1,?1,0,1.0)",
                    ((span, first // length + n) for n in range(slots)),
                )
            connection.execute("INSERT OR REPLACE INTO tier VALUES (60, ?, 1)", (count,))
            connection.execute("INSERT OR REPLACE INTO tier VALUES (3600, ?, 1)", (count // 60,))
            connection.commit()
        async with opened(tmp_path) as store:
            for days in (MONTHS * 30, 30):
                found = await store.history("level", START, START + days * DAY, 300)
                assert len(found.buckets) == 300
                assert sum(b.count for b in found.buckets) == days * 1440 * 60

    asyncio.run(main())
    assert set(BUCKETS_PER_JOB) == {0, 60, 3600}
