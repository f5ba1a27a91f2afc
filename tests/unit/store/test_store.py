"""The promises of the store, one by one."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stores import DAY_S, POINTS, everything, killed, levels, open_store, opened, put, run

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import StoreError, Unavailable
from wisgate.core.points import Reading, Status
from wisgate.store import database
from wisgate.store.database import Database
from wisgate.store.pace import VIRTUAL_TIME, Pace
from wisgate.store.records import Gap, Record
from wisgate.store.series import BLOCK, COMMITS, POWER_LOST, Series


def test_what_is_appended_comes_back_in_order_and_kind(tmp_path: Path) -> None:
    readings = [
        Reading("level", 1.5, time_ns=1),
        Reading("pump", True, time_ns=2, cause="user anna"),
        Reading("count", -7, time_ns=3),
        Reading("card", "04:a2", time_ns=4),
        Reading("level", None, Status.ABSENT, 5),
        Reading("level", 2, Status.UNCERTAIN, 6),
        Reading("unknown", 3.5, time_ns=7),
        Reading("level", math.nan, time_ns=8),
        Reading("level", 9.0, Status.FAULT, 9),
        Reading("count", 2**70, time_ns=10),
        Reading("card", "\ud800", time_ns=11),
    ]

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, readings)
            got = await everything(store)
        assert [e.seq for e in got] == list(range(1, 12))
        assert got[0] == Record(1, 1, "level", "m", 1.5, Status.GOOD)
        assert got[1] == Record(2, 2, "pump", "", True, Status.GOOD, "user anna")
        values = [(type(e.value), e.value, e.status) for e in got[2:] if isinstance(e, Record)]
        none = type(None)
        assert values == [
            (int, -7, Status.GOOD),
            (str, "04:a2", Status.GOOD),
            (none, None, Status.ABSENT),
            (float, 2.0, Status.UNCERTAIN),
            (float, 3.5, Status.GOOD),
            (none, None, Status.FAULT),
            (none, None, Status.FAULT),
            (none, None, Status.FAULT),
            (str, "?", Status.GOOD),
        ]

    run(main())


def test_commits_by_itself_and_wakes_who_waits(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            waiting = asyncio.create_task(store.wait(1))
            store.extend([])
            store.extend(list(levels(2)))
            assert store.last_seq == 0
            assert store.stats.pending == 2
            await asyncio.wait_for(waiting, 5)
            assert (store.last_seq, store.stats.pending, store.stats.records) == (2, 0, 2)

    run(main())


def test_killed_at_any_moment_nothing_committed_is_lost_and_no_number_is_used_twice(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with opened(tmp_path / "a") as store:
            await put(store, levels(50))
            folder = killed(tmp_path / "a", tmp_path / "b")
        async with opened(folder) as store:
            await put(store, levels(5))
            entries = await everything(store)
            assert [e.seq for e in entries] == list(range(1, 56))
            assert store.notices == []

    run(main())


@pytest.mark.parametrize("before", [0, 3], ids=["the first start", "a later one"])
def test_killed_at_any_moment_of_a_start_nothing_counts_as_lost_with_the_power(
    tmp_path: Path, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, states = tmp_path / "a", list[Path]()

    def keeping(does: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            states.append(killed(folder, tmp_path / f"killed-{len(states)}"))
            return does(*given, **named)

        return noted

    async def main() -> None:
        async with opened(folder, boot="boot-1") as store:
            await put(store, levels(before))
        for module, name in ((database, "keep"), (database, "write_side"), (Database, "sync")):
            monkeypatch.setattr(module, name, keeping(getattr(module, name)))
        if not before:
            for file in folder.iterdir():
                file.unlink()
        async with opened(folder, boot="boot-2") as store:
            await put(store, levels(1))
        monkeypatch.undo()
        assert len(states) > 4
        for state in states:
            async with opened(state, boot="boot-2") as store:
                await put(store, levels(1))
                found = await everything(store)
                assert store.notices == []
            assert all(isinstance(entry, Record) for entry in found), state

    asyncio.run(main())


def test_after_a_power_loss_the_series_goes_on_at_the_mark(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "a") as store:
            await put(store, levels(50))
            folder = killed(tmp_path / "a", tmp_path / "b")
            await put(store, levels(50))  # seen by somebody, lost with the power
        async with opened(folder, boot="boot-2") as store:
            await put(store, levels(1))
            entries = await everything(store)
            gap, last = entries[-2:]
            assert isinstance(gap, Gap)
            assert (gap.first, gap.last, gap.cause) == (51, gap.seq - 1, POWER_LOST)
            assert BLOCK <= gap.seq <= 2 * BLOCK
            assert last.seq == gap.seq + 1
            assert store.stats.records == 51

    run(main())


def test_the_next_boot_after_a_clean_end_has_no_gap(tmp_path: Path) -> None:
    async def main() -> None:
        for boot in ("one", "two", "three"):
            async with opened(tmp_path, boot=boot) as store:
                await put(store, levels(10))
        async with opened(tmp_path) as store:
            assert [e.seq for e in await everything(store)] == list(range(1, 31))

    run(main())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["boot", "wisgate.db"]


def test_numbers_beyond_the_mark_are_reserved_before_they_are_seen(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "a") as store:
            await put(store, levels(2 * BLOCK + 500))
            seen = store.last_seq
            folder = killed(tmp_path / "a", tmp_path / "b")
        async with opened(folder, boot="other") as store:
            assert store.last_seq > seen
            assert sum(isinstance(e, Record) for e in await everything(store)) == 2 * BLOCK + 500

    run(main())


@pytest.mark.parametrize("count", [1, 100, 5000])
def test_numbers_are_reserved_for_many_commits(count: int) -> None:
    series, times = Series(1, 1), 0
    for _ in range(10 * COMMITS):
        reserved = series.reserved(count)
        times += reserved != series
        assert reserved.mark - series.next >= count
        series = Series(series.next + count, reserved.mark)
    assert times <= 10
    assert series.mark - series.next <= max(BLOCK, COMMITS * count)


def test_a_sink_goes_on_where_it_was(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, levels(10))
            await put(store, [Reading("pump", True, time_ns=1)])
            assert await store.cursor("plant") == 0
            store.advance("plant", 7)
            await store.set_aside("plant", [3, 4], "too large")
            assert store.stats.set_aside == 2
        async with opened(tmp_path) as store:
            assert await store.cursor("plant") == 7
            assert [e.seq for e in await store.after(7, 2)] == [8, 9]
            assert store.stats.set_aside == 2

    run(main())


def test_age_takes_the_oldest_and_tells_sinks_that_had_not_got_them(tmp_path: Path) -> None:
    async def main() -> None:
        clock = VirtualClock()
        async with opened(tmp_path, clock=clock, max_age=DAY_S) as store:
            await store.cursor("plant")
            store.advance("plant", 100)
            old = [Reading("level", 1.0, time_ns=clock.utc_ns()) for _ in range(2500)]
            await put(store, old)
            clock.advance(2 * DAY_S)
            await put(store, [Reading("level", 2.0, time_ns=clock.utc_ns()) for _ in range(600)])
            entries = await store.after(100, 10_000)
            gaps = [e for e in entries if isinstance(e, Gap)]
            assert [(g.first, g.last, g.seq) for g in gaps] == [(101, 2500, 3101)]
            assert "not delivered to plant" in gaps[0].cause
            assert [e.seq for e in entries] == list(range(2501, 3102))
            assert store.stats.oldest_ns == clock.utc_ns()

    run(main())


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def test_the_file_stays_within_its_bound(tmp_path: Path) -> None:
    bound = 2_000_000

    async def main() -> None:
        largest = 0
        async with opened(tmp_path, max_size=bound) as store:
            for start in range(0, 120_000, 2000):
                await put(store, levels(2000, start))
                largest = max(largest, size(tmp_path))
            assert store.stats.records > 5000
            assert (await everything(store))[-1].seq == 120_000
        assert largest <= bound * 1.1

    run(main())


def test_history_raw_and_in_buckets(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, levels(100))
            await put(store, [Reading("level", None, Status.ABSENT, 1055)])
            await put(store, [Reading("pump", n % 2 == 0, time_ns=1000 + n) for n in range(5)])
            raw = await store.history("level", 1010, 1020)
            assert [r.value for r in raw.records] == [float(n) for n in range(10, 20)]
            assert raw.unit == "m"
            assert raw.before is not None
            assert raw.before.value == 9.0
            chart = await store.history("level", 1000, 1200, 20)
            assert [b.start_ns for b in chart.buckets] == list(range(1000, 1100, 10))
            bucket = chart.buckets[5]
            assert (bucket.min, bucket.avg, bucket.max, bucket.count) == (50, 54.5, 59, 11)
            assert (bucket.last, bucket.status) == (59.0, Status.ABSENT)
            assert chart.buckets[4].status is Status.GOOD
            switch = (await store.history("pump", 1000, 1010, 1)).buckets[0]
            assert (switch.min, switch.avg, switch.last, switch.count) == (None, None, True, 5)
            assert (await store.history("nobody", 0, 10, 5)).buckets == ()
            latest = await store.latest("level")
            assert latest is not None
            assert latest.status is Status.ABSENT  # stored last
            assert await store.latest("nobody") is None

    run(main())


def test_the_latest_is_the_last_that_was_stored_though_the_clock_went_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, [Reading("level", 1.0, time_ns=5000), Reading("pump", True)])
            await put(store, [Reading("level", 2.0, time_ns=3000)])
            latest = await store.latest("level")
            assert latest is not None
            assert latest.value == 2.0
            await put(store, (Reading("count", n, time_ns=6000) for n in range(10_001)))
            latest = await store.latest("level")
            assert latest is not None
            assert latest.value == 2.0

    run(main())


def test_raw_history_is_bounded(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, levels(10_050))
            history = await store.history("level", 0, 10**9)
            assert (len(history.records), history.truncated) == (10_000, True)

    run(main())


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from stores import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
async def main():
    folder = Path(sys.argv[1])
    async with opened(folder, pace=Pace(group=0.01)) as store:
        await put(store, levels(1000))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
        start = 1000
        while not store.stats.error:
            for reading in levels(500, start):
                store.append(reading)
            start += 500
            await asyncio.sleep(0.05)
        for reading in levels(25_000, start):
            store.append(reading)
        start += 25_000
        try:
            await store.flush()
        except StoreError as error:
            print("refused", error)
        print("dropped", store.stats.dropped > 0, bool(store.stats.error), store.last_seq)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        async with asyncio.timeout(20):
            while store.stats.error or store.stats.pending:
                await asyncio.sleep(0.01)
        entries = await everything(store)
        gaps = [e for e in entries if isinstance(e, Gap)]
        missing = sum(g.last - g.first + 1 for g in gaps)
        print("back", len(gaps) > 0, missing == store.stats.dropped,
              len(entries) - len(gaps) + missing == start, entries[-1].value == start - 1.0)
asyncio.run(main())
"""


def test_a_full_disk_keeps_readings_in_memory_and_recovers_by_itself(tmp_path: Path) -> None:
    prelude = "from wisgate.core.errors import StoreError\nfrom wisgate.store.pace import Pace\n"
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", prelude + FULL, str(tmp_path / "store")],
        capture_output=True, text=True, timeout=50, cwd=tests, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stdout + done.stderr
    assert lines[0].startswith("refused wisgate.db: ")
    assert lines[1].startswith("dropped True True ")
    assert lines[2] == "back True True True True"


def test_the_same_readings_leave_the_same_bytes(tmp_path: Path) -> None:
    async def main(folder: Path, boot: str, last: float) -> None:
        clock = VirtualClock()
        store = await open_store(folder, boot=boot, clock=clock, pace=Pace(0, 1000, sync=None))
        await store.cursor("plant")
        for n in range(30):
            clock.advance(60)
            await put(store, (Reading(p.name, n, time_ns=clock.utc_ns()) for p in POINTS))
        await put(store, [Reading("level", last, time_ns=clock.utc_ns())])
        await store.close()

    for name, boot, last in (("a", "one", 1.0), ("b", "two", 1.0), ("c", "one", 1.1)):
        run(main(tmp_path / name, boot, last))
    one, two, three = ((tmp_path / n / "wisgate.db").read_bytes() for n in "abc")
    assert one == two
    assert one != three


def test_a_closed_store_takes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        store = await open_store(tmp_path, pace=VIRTUAL_TIME)
        await store.close()
        await store.close()
        with pytest.raises(StoreError, match="closed"):
            store.append(Reading("level", 1.0))

    run(main())


def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def main() -> None:
        with pytest.raises(Unavailable, match="must be writable"):
            await open_store(tmp_path / "file" / "store")

    run(main())


def test_a_mistake_of_ours_is_told_and_stops_nobody_from_ending(tmp_path: Path) -> None:
    async def main() -> None:
        store = await open_store(tmp_path)
        store.append(Reading("level", object()))  # type: ignore[arg-type]
        for what in (store.flush, store.close):
            with pytest.raises(StoreError, match="unexpected: TypeError"):
                await asyncio.wait_for(what(), 5)
        assert "unexpected: TypeError" in store.stats.error

    run(main())
