"""The outage queue: numbers, memory, disk, bounds, ends without warning, damage."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from random import Random

import pytest
from radio_bench import ROOF, uplink

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane, ThreadLane
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import StoreError, Unavailable
from wisgate.lorawan.queue import ROOM, TAIL, Queue
from wisgate.lorawan.queue_file import FILE, SIDE, Progress, QueueFile
from wisgate.lorawan.radio import Fsk, Heard, Lora
from wisgate.store.pace import REAL_TIME
from wisgate.store.retention import Bounds

DAY = 86_400.0
MB = 1024 * 1024
UPSTREAMS = ("plant", "cloud")


async def open_queue(
    folder: Path,
    upstreams: Sequence[str] = UPSTREAMS,
    *,
    size: float = 64 * MB,
    age: float = DAY,
    clock: VirtualClock | None = None,
) -> Queue:
    return await Queue.open(
        folder, lane=InlineLane("queue"), clock=clock or VirtualClock(), upstreams=upstreams,
        bounds=Bounds(size, age),
    )  # fmt: skip


@asynccontextmanager
async def opened(folder: Path, *upstreams: str, **options: float) -> AsyncIterator[Queue]:
    queue = await open_queue(folder, upstreams or UPSTREAMS, **options)  # type: ignore[arg-type]
    yield queue
    await queue.close()


async def kill(queue: Queue) -> None:
    """What is committed stays; the file is let go without a word."""
    for task in queue._tasks:
        task.cancel()
    await asyncio.gather(*queue._tasks, return_exceptions=True)
    await queue._jobs.run(QueueFile.abandon)


def phy(number: int) -> bytes:
    return b"\x40" + (number % 7).to_bytes(4, "little") + b"\0" + bytes(2) + bytes(12)


def put(queue: Queue, count: int) -> list[Heard]:
    return queue.append([(ROOF, "EU868", (uplink(phy=phy(n), at_ns=n),)) for n in range(count)])


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob(f"{FILE}*"))


async def everything(queue: Queue, after: int = 0, limit: int = 300) -> list[Heard]:
    found: list[Heard] = []
    while batch := await queue.after(found[-1].number if found else after, limit):
        found += batch
    return found


def test_frames_come_back_as_they_were_from_memory_and_from_disk(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            every = uplink(
                modulation=Fsk(50_000, 25_000), snr=None, gps_ms=1_400_000_000_123, fine_ns=5,
                rf_chain=1, channel=8, antenna=1,
            )  # fmt: skip
            both = every, uplink(modulation=Lora(12, 125_000))
            first = queue.append([(ROOF, "EU868", both)])
            assert await queue.after(0, 10) == first
        async with opened(tmp_path) as queue:
            assert await queue.after(0, 10) == first

    asyncio.run(main())


def test_numbers_rise_by_one_and_go_on_after_a_clean_end(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            assert [h.number for h in put(queue, 5)] == [1, 2, 3, 4, 5]
        async with opened(tmp_path) as queue:
            assert put(queue, 1)[0].number == 6

    asyncio.run(main())


def test_no_number_comes_twice_after_a_kill(tmp_path: Path) -> None:
    async def main() -> None:
        queue = await open_queue(tmp_path)
        put(queue, 10)
        await queue.flush()
        lost = put(queue, 5)  # seen by upstreams, and not yet on the disk
        await kill(queue)
        async with opened(tmp_path) as queue:
            assert [h.number for h in await everything(queue)] == list(range(1, 11))
            assert put(queue, 1)[0].number > lost[-1].number
        (tmp_path / FILE).unlink()
        async with opened(tmp_path) as queue:
            assert put(queue, 1)[0].number > 2 * lost[-1].number

    asyncio.run(main())


def test_what_is_taken_is_committed_by_itself(tmp_path: Path) -> None:
    async def main() -> None:
        queue = await open_queue(tmp_path)
        frames = put(queue, 3)
        await asyncio.sleep(0.1)
        shutil.copytree(tmp_path, tmp_path / "copy")
        async with opened(tmp_path / "copy") as copy:
            assert await everything(copy) == frames
        await queue.close()

    asyncio.run(main())


def test_what_every_upstream_has_is_never_written(tmp_path: Path) -> None:
    async def main() -> None:
        queue = await open_queue(tmp_path)
        size = (tmp_path / f"{FILE}-wal").stat().st_size
        for _ in range(5):
            frames = put(queue, 100)
            for name in UPSTREAMS:
                queue.advance(name, frames[-1].number)
            await asyncio.sleep(0.06)
        assert queue.stored == 0
        assert (tmp_path / f"{FILE}-wal").stat().st_size == size
        await queue.close()

    asyncio.run(main())


@pytest.mark.parametrize(("late", "written"), [(0.015, False), (0.2, True)])
def test_a_young_frame_waits_for_its_upstream(tmp_path: Path, late: float, written: bool) -> None:
    """A frame every millisecond, which each upstream has a little later."""

    async def main() -> set[bool]:
        queue = await open_queue(tmp_path, clock=clock)
        seen = set()
        for number in range(1, 1000):
            put(queue, 1)
            for name in UPSTREAMS:
                queue.advance(name, max(0, number - round(late * 1000)))
            await asyncio.sleep(0.001)
            seen.add(queue.stored > 0)
        await queue.close()
        return seen

    clock = VirtualClock()
    assert (True in virtual_time.run(main(), clock)) is written


def test_a_frame_is_on_the_disk_within_a_turn(tmp_path: Path) -> None:
    """Whenever in the turn of the frames before it came."""

    async def main() -> None:
        queue = await open_queue(tmp_path, clock=clock)
        for pause in range(1, 60):
            number = put(queue, 1)[0].number
            for _ in range(round(REAL_TIME.group * 1000) + 1):
                await asyncio.sleep(0.001)
            kept = await queue._jobs.run(partial(QueueFile.motes, number=number - 1, limit=1))
            assert [found for found, _ in kept] == [number]
            put(queue, 1)
            await asyncio.sleep(pause / 1000)
        await queue.close()

    clock = VirtualClock()
    virtual_time.run(main(), clock)


def test_a_frame_stays_until_the_last_upstream_has_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            put(queue, 10)
            queue.advance("plant", 8)
            queue.advance("cloud", 3, ahead=[5, 9])
            await queue.flush()
            assert queue.stored == 7
        async with opened(tmp_path) as queue:
            assert [h.number for h in await everything(queue)] == [4, 5, 6, 7, 8, 9, 10]
            assert queue.progress("plant").cursor == 8
            assert queue.progress("cloud").cursor == 3
            assert queue.progress("cloud").ahead == {5, 9}
            queue.advance("cloud", 9)
            queue.advance("plant", 10)
            await queue.flush()
            assert queue.progress("cloud").ahead == set()
            assert queue.stored == 1

    asyncio.run(main())


def test_a_new_upstream_begins_now_and_one_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path, "gone") as queue:
            put(queue, 10)
        async with opened(tmp_path, "fresh") as queue:
            assert queue.progress("fresh").cursor == 10
            put(queue, 1)
            await queue.flush()
            assert queue.stored == 1

    asyncio.run(main())


def test_what_is_in_memory_is_told_with_its_time(tmp_path: Path) -> None:
    async def main() -> None:
        clock = VirtualClock()
        queue = await open_queue(tmp_path, clock=clock)
        first = put(queue, 1)[0]
        clock.advance(2.0)
        second = put(queue, 1)[0]
        assert queue.recent(0) == [(first, 0.0), (second, 2.0)]
        assert queue.recent(1) == [(second, 2.0)]
        assert queue.recent(2) == queue.recent(7) == []
        put(queue, 2 * TAIL)
        await queue.flush()
        put(queue, 1)
        assert queue.recent(1) is None
        assert len(queue.recent(queue.last - TAIL) or ()) == TAIL
        assert [h.number for h in await everything(queue)] == list(range(1, queue.last + 1))
        await queue.close()

    asyncio.run(main())


def test_motes_are_told_without_their_frames(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            put(queue, 9)
            queue.append([(ROOF, "EU868", (uplink(phy=bytes(23)),))])
            await queue.flush()
            assert await queue.motes(6, 9, 100) == [(7, 6), (8, 0), (9, 1)]
            assert await queue.motes(9, 99, 100) == [(10, -1)]

    asyncio.run(main())


def test_the_oldest_frames_beyond_the_size_are_dropped_and_counted(tmp_path: Path) -> None:
    async def main() -> None:
        clock = VirtualClock()
        queue = await open_queue(tmp_path, size=MB, clock=clock)
        for _ in range(10):
            put(queue, 1000)
            await queue.flush()
        kept = await everything(queue)
        assert size_of(tmp_path) < 1.5 * MB
        assert kept[-1].number == 10_000
        assert [h.number for h in kept] == list(range(10_001 - len(kept), 10_001))
        assert queue.dropped == 10_000 - len(kept) > 5000
        assert queue.stored == len(kept)
        await queue.close()

    asyncio.run(main())


def test_frames_beyond_the_age_are_dropped_and_counted(tmp_path: Path) -> None:
    """The age of a frame is how long gateways have run since: no clock that is set makes it old."""

    async def main() -> None:
        clock = VirtualClock()
        queue = await open_queue(tmp_path, age=3600.0, clock=clock)
        put(queue, 10)
        await queue.flush()
        clock.advance(3000.0)
        put(queue, 10)
        await queue.close()
        clock = VirtualClock(0)  # the next boot, by another date
        queue = await open_queue(tmp_path, age=3600.0, clock=clock)
        clock.advance(700.0)
        await queue.flush()
        assert (queue.dropped, queue.stored) == (10, 10)
        assert [h.number for h in await everything(queue)] == list(range(11, 21))
        await queue.close()

    asyncio.run(main())


def test_while_the_disk_takes_nothing_frames_wait_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    async def main() -> None:
        queue = await open_queue(tmp_path)
        with monkeypatch.context() as disk:
            disk.setattr(QueueFile, "take", full)
            for count in (ROOM, 499, 1):
                put(queue, count)
            queue.advance("plant", 50, ahead=[60])
            queue.advance("cloud", 100)
            with pytest.raises(StoreError, match="No space left"):
                await queue.flush()
            assert "No space left" in queue.error
            assert queue.dropped == 500
            queue.advance("cloud", 600)
        await queue.flush()
        assert queue.error == ""
        assert [h.number for h in await everything(queue)] == list(range(501, ROOM + 501))
        await queue.close()
        async with opened(tmp_path) as queue:
            assert queue.progress("cloud").cursor == 600
            assert queue.progress("plant") == Progress(50, {60})
            assert len(await everything(queue)) == ROOM

    asyncio.run(main())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="must be writable"):
        asyncio.run(open_queue(tmp_path / "file" / "queue"))


def test_somebody_elses_database_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"SQLite format 3\0" + bytes(4080))

    async def main() -> None:
        async with opened(tmp_path) as queue:
            assert "nothing of it could be used" in queue.notices[0]
            put(queue, 1)
        assert (tmp_path / f"{FILE}.damaged-1").exists()

    asyncio.run(main())


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, Heard]]:
    """What a killed process left."""
    folder = tmp_path_factory.mktemp("queue")

    async def main() -> dict[int, Heard]:
        queue = await open_queue(folder)
        frames = put(queue, 1500)
        queue.advance("cloud", 300, ahead=[305])
        await queue.flush()
        await queue._jobs.run(lambda file: file._db.execute("PRAGMA wal_checkpoint(PASSIVE)"))
        frames += put(queue, 200)
        await queue.flush()
        shutil.copytree(folder, folder / "left")
        await queue.close()
        return {heard.number: heard for heard in frames}

    frames = asyncio.run(main())
    return folder / "left", frames


@pytest.mark.parametrize("seed", range(60), ids=lambda seed: f"seed_{seed}")
def test_damage_takes_only_what_it_touches(
    stored: tuple[Path, dict[int, Heard]], tmp_path: Path, seed: int
) -> None:
    left, frames = stored
    folder = tmp_path / "q"
    shutil.copytree(left, folder)
    random = Random(seed)
    file = folder / random.choice([FILE, FILE, f"{FILE}-wal"])
    content = bytearray(file.read_bytes())
    if random.random() < 0.2:
        content = content[: random.randrange(len(content))]
    else:
        for _ in range(random.choice([1, 1, 5])):
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    file.write_bytes(content)

    async def main() -> None:
        lane = ThreadLane("queue")
        queue = await Queue.open(
            folder, lane=lane, clock=VirtualClock(), upstreams=UPSTREAMS, bounds=Bounds(MB, DAY)
        )
        for _ in range(2):  # damage that opening did not see costs one try
            try:
                found = await everything(queue)
                break
            except StoreError:
                continue
        assert [h.number for h in found] == sorted({h.number for h in found})
        assert all(frames[heard.number] == heard for heard in found)
        fresh = put(queue, 3)
        assert fresh[0].number > 1700
        await queue.flush()
        assert (await everything(queue, fresh[0].number - 1)) == fresh
        assert (folder / f"{FILE}.damaged-1").exists() is bool(queue.notices)
        if file.name == FILE and len(content) > 4096 and "damaged" not in str(queue.notices):
            assert len(found) >= 1700 - 5 * 20  # five pages of frames at most
        await queue.close()
        await lane.close()

    asyncio.run(main())


@pytest.mark.parametrize("at", [0, 17, 100, 108, 2000, 4000])
def test_a_broken_first_page_costs_nothing(
    stored: tuple[Path, dict[int, Heard]], tmp_path: Path, at: int
) -> None:
    """It holds the names of the tables, and nothing that is not known."""
    left, frames = stored
    folder = tmp_path / "q"
    shutil.copytree(left, folder)
    with (folder / FILE).open("r+b") as file:
        file.seek(at)
        file.write(b"\xee" * 90)

    async def main() -> None:
        async with opened(folder) as queue:
            found = await everything(queue)
            assert [h.number for h in found if h.number <= 1500] == list(range(1, 1501))
            assert all(frames[heard.number] == heard for heard in found)
            assert queue.progress("cloud").cursor == 300

    asyncio.run(main())


@pytest.mark.parametrize("page", [40, 80, 120])
def test_a_lost_page_costs_the_frames_on_it(
    stored: tuple[Path, dict[int, Heard]], tmp_path: Path, page: int
) -> None:
    left, frames = stored
    folder = tmp_path / "q"
    shutil.copytree(left, folder)
    with (folder / FILE).open("r+b") as file:
        file.seek(page * 4096)
        file.write(b"\xee" * 4096)

    async def main() -> None:
        async with opened(folder) as queue:
            found = await everything(queue)
            assert "frames salvaged" in queue.notices[0]
            assert all(frames[heard.number] == heard for heard in found)
            on_it = 1500 - sum(heard.number <= 1500 for heard in found)
            assert 0 < on_it < 20
            assert queue.progress("cloud") == Progress(300, {305})

    asyncio.run(main())


def test_a_cursor_beyond_everything_is_damage_and_costs_no_frame(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            put(queue, 10)
        with closing(sqlite3.connect(tmp_path / FILE)) as file:
            file.execute("UPDATE cursor SET number = 1 << 60")
            file.commit()
        async with opened(tmp_path) as queue:
            assert len(await everything(queue)) == 10
            assert queue.progress("cloud").cursor == 0
            assert put(queue, 1)[0].number == 11

    asyncio.run(main())


def test_without_mark_and_file_everything_begins(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as queue:
            put(queue, 3)
        for name in (FILE, SIDE):
            (tmp_path / name).unlink()
        async with opened(tmp_path) as queue:
            assert put(queue, 1)[0].number == 1

    asyncio.run(main())
