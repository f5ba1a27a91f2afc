"""Whether readings share a row or not, nobody who asks the store can tell."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stores import DAY_S, POINTS, everything, opened, put, rolled, sampled

from wisgate.core.clock import VIRTUAL_START_NS, SteadyClock, VirtualClock
from wisgate.core.errors import StoreError
from wisgate.core.points import Kind, Reading, Status
from wisgate.store import samplings
from wisgate.store.archive import Chosen, open_archive
from wisgate.store.history import History
from wisgate.store.records import Gap
from wisgate.store.samplings import is_sampling, later, sealed, values_of
from wisgate.store.schema import Damage
from wisgate.store.store import Store

MINUTE, HOUR = 60 * 10**9, 3600 * 10**9
START, STEP = VIRTUAL_START_NS, 20 * 10**9
NUMBERS = POINTS[:3]


def plant(seed: int, count: int) -> Iterator[Reading]:
    """Samplings, parts of them, faults, writes, texts, and times that go back now and then."""
    chance = random.Random(seed)
    at = START
    for n in range(count):
        at += chance.choice((STEP, STEP, STEP, STEP, -2 * STEP))
        values = (chance.uniform(-5, 40), chance.random() < 0.5, chance.randrange(-9, 2**54))
        chosen = chance.choice(((0, 1, 2), (0, 1, 2), (0, 1), (1, 2), (0, 2), (1,)))
        for place in chosen:
            status = chance.choice((Status.GOOD,) * 9 + (Status.UNCERTAIN, Status.FAULT))
            value = None if status is Status.FAULT else values[place]
            cause = "user anna" if place == 1 and chance.random() < 0.1 else ""
            yield Reading(NUMBERS[place].name, value, status, at, cause)
        if n % 50 == 0:
            yield Reading("card", f"04:{n:x}", time_ns=at)


async def asked(store: Store, folder: Path, chance: random.Random) -> list[Any]:
    """Whatever the store can be asked."""
    answers: list[Any] = [await everything(store), store.stats.records, store.stats.oldest_ns]
    for point in POINTS:
        answers.append(await store.latest(point.name))
        for _ in range(4):
            begin = START + chance.randrange(12 * HOUR)
            end = begin + chance.choice((MINUTE, HOUR, 8 * HOUR))
            answers.append(await store.history(point.name, begin, end))
            answers.append(await store.history(point.name, begin, end, 7))
    with open_archive(folder) as archive:
        answers += [archive.first_seq, archive.last_seq, archive.newest_ns()]
        answers.append(archive.before({"level", "count"}, START + 6 * HOUR))
        for points in (None, {"count", "card"}):
            span = Chosen(START + HOUR, START + 9 * HOUR, points)
            answers.append([r for some in archive.records(span) for r in some])
    return answers


async def lived(folder: Path, seed: int) -> list[Any]:
    """What a store answers at the moments of its life."""
    chance, clock = random.Random(seed), SteadyClock(VirtualClock(), trusted=seed % 2 == 0)
    answers: list[Any] = []
    readings = list(plant(seed, 2500))
    async with opened(folder, clock=clock) as store:
        await store.cursor("plant")
        await put(store, readings[:3000])
        answers += await asked(store, folder, chance)
        if not clock.trusted:
            clock.know(clock.offset_ns + 7 * MINUTE)
            store.correct(7 * MINUTE)
            await asyncio.wait_for(store.wait(store.last_seq - 1), 10)
        await rolled(store)
        answers += await asked(store, folder, chance)
        store.advance("plant", 1234)
    async with opened(folder, clock=clock) as store:
        await put(store, readings[3000:])
        store.correct(-HOUR)
        await store.flush()
        await asyncio.wait_for(store.wait(store.last_seq - 1), 10)
        answers += await asked(store, folder, chance)
        await rolled(store)
        answers += await asked(store, folder, chance)
        answers.append(await everything(store, 2222, 100))
    return answers


def rounded(answer: Any) -> Any:
    """The order in which numbers are added up shows in the last digit of a mean."""
    if not isinstance(answer, History):
        return repr(answer)
    buckets = [(replace(b, avg=None), pytest.approx(b.avg)) for b in answer.buckets]
    return replace(answer, buckets=()), buckets


@pytest.mark.parametrize("seed", range(6))
def test_nobody_can_tell(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    together = asyncio.run(lived(tmp_path / "together", seed))
    with closing(sqlite3.connect(tmp_path / "together/wisgate.db")) as file:
        assert file.execute("SELECT count(*) FROM sampling").fetchone()[0] > 500
    monkeypatch.setattr(samplings, "STRETCHES", 0)
    alone = asyncio.run(lived(tmp_path / "alone", seed))
    with closing(sqlite3.connect(tmp_path / "alone/wisgate.db")) as file:
        assert file.execute("SELECT count(*) FROM sampling").fetchone()[0] == 0
    for one, other in zip(together, alone, strict=True):
        assert rounded(one) == rounded(other)


def test_room_is_made_by_whole_samplings_and_told(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path, max_size=400_000) as store:
            await store.cursor("plant")
            for start in range(0, 20_000, 500):
                await put(store, sampled(500, start))
            records, last = store.stats.records, store.last_seq
            found = await everything(store)
            await store.cursor("plant")
            gaps = [e for e in await store.after(0, 10**6) if isinstance(e, Gap)]
        assert 5_000 < records < 40_000
        kept = [entry for entry in found if not isinstance(entry, Gap)]
        numbers = [entry.seq for entry in kept]
        assert len(numbers) == records
        assert numbers[-1] >= last - 1
        assert {gap.first for gap in gaps} == {1}
        assert max(gap.last for gap in gaps) == min(numbers) - 1
        assert kept[0].point == "level", "no sampling was taken apart"

    asyncio.run(main())


def test_age_takes_samplings(tmp_path: Path) -> None:
    async def main() -> None:
        clock = VirtualClock()
        async with opened(tmp_path, clock=clock, max_age=2 * DAY_S) as store:
            for day in range(5):
                now = clock.utc_ns()
                await put(store, [r._replace(time_ns=now) for r in sampled(1, day)])
                clock.advance(DAY_S)
        async with opened(tmp_path, clock=clock, max_age=2 * DAY_S) as store:
            kept = [e.value for e in await everything(store) if not isinstance(e, Gap)]
        assert kept == [3.25, False, 3, 4.25, True, 4]

    asyncio.run(main())


def test_a_damaged_sampling_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await store.cursor("plant")
            await put(store, sampled(300))
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            (body,) = file.execute("SELECT body FROM sampling WHERE seq = 300").fetchone()
            changed = bytes([body[0] ^ 1]) + body[1:]
            file.execute("UPDATE sampling SET body = ? WHERE seq = 300", (changed,))
            file.commit()
        async with opened(tmp_path) as store:
            with suppress(StoreError):
                await store.after(0, 10_000)
            found = await everything(store)
        lost = {n for e in found if isinstance(e, Gap) for n in range(e.first, e.last + 1)}
        assert {n for n in lost if n <= 900} == {298, 299, 300}
        assert sum(not isinstance(e, Gap) for e in found) == 900 - 3

    asyncio.run(main())


@pytest.mark.parametrize("at", range(5))
def test_the_checksum_is_over_the_whole_row(at: int) -> None:
    row = sealed(70, 10**18, 12, [1.5, True, -3])
    assert values_of(row) == (1.5, 1.0, -3.0)
    changed: list[Any] = list(row)
    changed[at] = changed[at] + 1 if at < 4 else changed[at][:-1] + b"\x99"
    assert is_sampling(row)
    assert not is_sampling(tuple(changed))
    with pytest.raises(Damage):
        values_of(tuple(changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("row", [(), (1, 2, 3, 4), (1, 2, 3, 4, "text"), (None, 2, 3, 4, b"")])
def test_what_is_no_sampling(row: tuple[object, ...]) -> None:
    assert not is_sampling(row)


def test_later_is_whole() -> None:
    row = later(sealed(70, 500, 12, [1.5, 2.5]), 7)
    assert row[:4] == (70, 507, 12, 13)
    assert values_of(row) == (1.5, 2.5)


def test_points_are_numbered_as_these_tests_think() -> None:
    assert [p.kind for p in NUMBERS] == [Kind.FLOAT, Kind.BOOL, Kind.INT]
