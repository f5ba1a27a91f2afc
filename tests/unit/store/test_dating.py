"""Records made before anybody knew the time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from stores import DAY_S, everything, killed, open_store, opened, put, rolled, run

from wisgate.bus.lane import InlineLane
from wisgate.core.clock import SteadyClock, VirtualClock
from wisgate.core.errors import StoreError
from wisgate.core.points import Reading
from wisgate.store.dating import STEP
from wisgate.store.records import Record
from wisgate.store.store import Store

T = TypeVar("T")

SECOND = 1_000_000_000
RIGHT = 1_800_000_000 * SECOND
"""UTC less the monotonic clock."""


def lost() -> tuple[VirtualClock, SteadyClock]:
    """A clock that nobody has set: it begins in 1970."""
    raw = VirtualClock(0)
    return raw, SteadyClock(raw)


def made(clock: SteadyClock, raw: VirtualClock, count: int) -> list[Reading]:
    readings = []
    for n in range(count):
        raw.advance(1)
        readings.append(Reading("level", float(n), time_ns=clock.utc_ns()))
    return readings


async def dated(store: Store, seq: int) -> list[Record]:
    """Everything, once it may be offered up to `seq`."""
    await asyncio.wait_for(store.wait(seq - 1), 10)
    return [entry for entry in await everything(store) if isinstance(entry, Record)]


def seconds(records: list[Record]) -> list[float]:
    return [(record.time_ns - RIGHT) / SECOND for record in records]


def test_they_wait_and_are_dated_once_the_time_is_known(tmp_path: Path) -> None:
    async def main() -> None:
        raw, clock = lost()
        async with opened(tmp_path, clock=clock) as store:
            await put(store, made(clock, raw, 3))
            assert (store.last_seq, store.offered) == (3, 0)
            assert await everything(store) == []
            store.append(made(clock, raw, 1)[0])  # not committed when the time comes
            shift = RIGHT - clock.offset_ns
            clock.know(RIGHT)
            store.correct(shift)
            await put(store, made(clock, raw, 1))
            records = await dated(store, 5)
        assert seconds(records) == [1, 2, 3, 4, 5]
        assert not any(record.estimated for record in records)

    run(main())


@pytest.mark.parametrize("seconds_late", [1, -9])
def test_charts_have_what_was_dated_after_a_pass_over_the_tiers(
    tmp_path: Path, seconds_late: int
) -> None:
    """The pass leaves out what has no time yet, and remembers that it is there."""

    async def main() -> None:
        raw, clock = lost()
        async with opened(tmp_path) as store:
            await put(store, [Reading("level", 1.0, time_ns=5)])
        raw.advance(100)
        async with opened(tmp_path, clock=clock) as store:
            await put(store, made(clock, raw, 3))
            await rolled(store)
            await put(store, made(clock, raw, 2))
            clock.know(clock.offset_ns + seconds_late * SECOND)
            store.correct(seconds_late * SECOND)
            await put(store, made(clock, raw, 1))
            await dated(store, 7)
            await rolled(store)
            day = await store.history("level", 0, 86_400 * SECOND, 1)
        assert [bucket.count for bucket in day.buckets] == [7]

    run(main())


def test_many_are_dated_in_steps_and_an_end_in_between_costs_nothing(tmp_path: Path) -> None:
    count = 2 * STEP + 500

    async def begin() -> None:
        raw, clock = lost()
        async with opened(tmp_path / "a", clock=clock) as store:
            await put(store, made(clock, raw, count))
            clock.know(RIGHT)
            store.correct(RIGHT)
            while store.offered < STEP:
                await store.wait(store.offered)
            assert store.offered < count
            killed(tmp_path / "a", tmp_path / "b")

    async def go_on() -> None:
        raw = VirtualClock(RIGHT)
        raw.advance(count)
        async with opened(tmp_path / "b", clock=SteadyClock(raw, trusted=True)) as store:
            assert seconds(await dated(store, count)) == list(range(1, count + 1))

    run(begin())
    run(go_on())


def test_a_process_killed_before_the_time_was_known_is_dated_by_the_next(tmp_path: Path) -> None:
    raw, clock = lost()

    async def begin() -> None:
        async with opened(tmp_path / "a", clock=clock) as store:
            await put(store, made(clock, raw, 2))
            killed(tmp_path / "a", tmp_path / "b")

    async def next_one() -> None:
        """Of the same boot; the computer's clock has jumped meanwhile, still wrong."""
        jumped = VirtualClock(777 * SECOND)
        jumped.advance(raw.monotonic())
        again = SteadyClock(jumped)
        async with opened(tmp_path / "b", clock=again) as store:
            await put(store, made(again, jumped, 2))
            clock.know(RIGHT)
            store.correct(RIGHT - again.offset_ns)
            assert seconds(await dated(store, 4)) == [1, 2, 3, 4]

    async def trusted_one() -> None:
        """Of the same boot; the time is known when it starts."""
        async with opened(
            tmp_path / "a", clock=SteadyClock(VirtualClock(RIGHT), trusted=True)
        ) as s:
            assert seconds(await dated(s, 2)) == [1, 2]

    run(begin())
    run(next_one())
    run(trusted_one())


def test_after_another_boot_they_are_offered_with_the_estimate(tmp_path: Path) -> None:
    async def main() -> None:
        raw, clock = lost()
        async with opened(tmp_path, clock=clock) as store:
            await put(store, made(clock, raw, 2))
        again = SteadyClock(VirtualClock(RIGHT), trusted=True)
        async with opened(tmp_path, clock=again, boot="boot-2") as store:
            await put(store, [Reading("level", 9.0, time_ns=again.utc_ns())])
            records = await dated(store, 3)
        assert [record.estimated for record in records] == [True, True, False]
        assert [record.time_ns for record in records[:2]] == [SECOND, 2 * SECOND]

    run(main())


def test_an_estimate_never_goes_back_behind_what_is_stored(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, [Reading("level", 1.0, time_ns=RIGHT)])
        raw, clock = lost()
        async with opened(tmp_path, clock=clock, boot="boot-2") as store:
            (reading,) = made(clock, raw, 1)
            assert RIGHT < reading.time_ns <= RIGHT + 2 * SECOND
            await put(store, [reading])
            await store.release()
            assert [e.estimated for e in await dated(store, 2)] == [False, True]

    run(main())


def test_released_they_go_out_marked_and_are_still_dated(tmp_path: Path) -> None:
    async def main() -> None:
        raw, clock = lost()
        async with opened(tmp_path, clock=clock) as store:
            await put(store, made(clock, raw, 2))
            waiting = asyncio.create_task(store.wait(0))
            await store.release()
            await asyncio.wait_for(waiting, 10)
            assert [r.estimated for r in await dated(store, 2)] == [True, True]
            clock.know(RIGHT)
            store.correct(RIGHT)
            await put(store, made(clock, raw, 1))
            records = await dated(store, 3)
        assert seconds(records) == [1, 2, 3]
        assert not any(record.estimated for record in records)

    run(main())


def test_a_whole_process_is_dated_anew_and_nothing_before_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, [Reading("level", 1.0, time_ns=RIGHT)])
        raw = VirtualClock(RIGHT - 7200 * SECOND)
        clock = SteadyClock(raw, trusted=True)
        async with opened(tmp_path, clock=clock) as store:
            await put(store, made(clock, raw, 2))
            clock.know(RIGHT)
            store.correct(7200 * SECOND)
            await put(store, made(clock, raw, 1))
            assert seconds(await dated(store, 4)) == [0, 1, 2, 3]

    run(main())


class Interrupted(InlineLane):
    """Something happens on the loop between the begin of a commit and its job."""

    interrupt: Callable[[], None] | None = None

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        interrupt, self.interrupt = self.interrupt, None
        if interrupt is not None:
            interrupt()
        return await super().run(job, urgent=urgent)


def test_a_commit_that_fails_just_then_is_dated_too(tmp_path: Path) -> None:
    async def main() -> None:
        raw, clock = lost()
        lane = Interrupted("store")
        store = await open_store(tmp_path, clock=clock, lane=lane)
        await put(store, made(clock, raw, 1))
        other = sqlite3.connect(tmp_path / "wisgate.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # our commit cannot begin now

        def know() -> None:
            clock.know(RIGHT)
            store.correct(RIGHT)

        lane.interrupt = know
        with pytest.raises(StoreError):
            await put(store, made(clock, raw, 1))
        other.close()
        assert seconds(await dated(store, 2)) == [1, 2]
        await store.close()

    run(main())


def test_by_a_time_that_nobody_trusts_nothing_is_too_old(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path, max_age=DAY_S) as store:
            await put(store, [Reading("level", 1.0, time_ns=RIGHT)] * 3)
        far = VirtualClock(RIGHT + 10 * 365 * round(DAY_S) * SECOND)
        for trusted, kept in ((False, 3), (True, 1)):
            clock = SteadyClock(far, trusted=trusted)
            async with opened(tmp_path, clock=clock, max_age=DAY_S) as store:
                assert store.stats.records == kept

    run(main())
