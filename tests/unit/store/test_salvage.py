"""Damage of every kind: the store always opens, keeps what is whole and uses no number twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from stores import everything, killed, levels, opened, put, run, sampled

from wisgate.core.errors import StoreError
from wisgate.store.records import Gap, Record
from wisgate.store.salvage import DAMAGED
from wisgate.store.samplings import sealed

COUNT = 4000


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a killed process left, with the log already in the database."""
    folder = tmp_path_factory.mktemp("stored")

    async def main() -> None:
        async with opened(folder / "a") as store:
            await put(store, levels(COUNT))
            store.advance("plant", 10)
        # again open, so that the file is not marked as cleanly closed
        async with opened(folder / "a"):
            killed(folder / "a", folder / "b")

    run(main())
    return folder / "b"


def checkpointed(stored: Path, to: Path) -> Path:
    folder = killed(stored, to)
    with closing(sqlite3.connect(folder / "wisgate.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def reopened(folder: Path) -> tuple[list[Record | Gap], list[str]]:
    """Open, append ten, read all; the store must open and work a second time too."""

    async def main() -> tuple[list[Record | Gap], list[str]]:
        async with opened(folder) as store:
            for _ in range(10):  # damage that opening did not see may cost a try
                try:
                    await put(store, levels(10, 10**6))
                    await everything(store)
                    break
                except StoreError:
                    continue
            notices = list(store.notices)
        async with opened(folder) as store:
            return await everything(store), notices

    return asyncio.run(main())


def break_leaves(path: Path, first: int, end: int) -> None:
    """Wipe the head of some pages that hold records."""
    content = bytearray(path.read_bytes())
    leaves = [at for at in range(0, len(content), 4096) if content[at] == 0x0D]
    for at in leaves[first:end]:
        content[at : at + 64] = bytes(64)
    path.write_bytes(content)


def judge(entries: list[Record | Gap], at_least: int) -> None:
    seqs = [entry.seq for entry in entries]
    assert seqs == sorted(set(seqs))
    fresh = [e for e in entries if isinstance(e, Record) and e.value in range(10**6, 10**6 + 10)]
    assert len(fresh) >= 10
    assert min(e.seq for e in fresh) > COUNT
    assert sum(isinstance(e, Record) and e.seq <= COUNT for e in entries) >= at_least


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes(stored: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = checkpointed(stored, tmp_path / "store")
    path = folder / "wisgate.db"
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 20))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    judge(reopened(folder)[0], 0)


@pytest.mark.parametrize("page", range(12))
def test_a_page_of_noise_costs_at_most_its_own_records(
    stored: Path, tmp_path: Path, page: int
) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    path = folder / "wisgate.db"
    content = bytearray(path.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = random.Random(page).randbytes(4096)
    path.write_bytes(content)
    entries, notices = reopened(folder)
    root_of_records, points = 4, 3
    judge(entries, 0 if page + 1 in (root_of_records, points) else COUNT - 400)
    assert len(notices) == 1
    assert "damaged-1" in notices[0]
    assert (folder / "wisgate.db.damaged-1").exists()


def test_a_letter_of_a_name_that_changed_changes_no_record(stored: Path, tmp_path: Path) -> None:
    """SQLite sees no fault in it: the name in the table and the one in its index are compared."""
    folder = checkpointed(stored, tmp_path / "a")
    file = folder / "wisgate.db"
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'point'"
        page = connection.execute(query).fetchone()[0]
    content = bytearray(file.read_bytes())
    at = content.index(b"level", (page - 1) * 4096)
    assert at < page * 4096
    content[at] ^= 0x7D
    file.write_bytes(content)
    entries, notices = reopened(folder)
    records = [e for e in entries if isinstance(e, Record)]
    assert {r.point for r in records} == {"level"}
    assert len(records) == COUNT + 10
    assert len(notices) == 1


def test_holes_are_told(stored: Path, tmp_path: Path) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    path = folder / "wisgate.db"
    break_leaves(path, 8, 10)
    entries, _ = reopened(folder)
    seen = {e.seq for e in entries}
    gaps = [e for e in entries if isinstance(e, Gap)]
    assert gaps
    assert all(g.cause == DAMAGED for g in gaps)
    for gap in gaps:
        seen |= set(range(gap.first, gap.last + 1))
    assert seen == set(range(1, max(seen) + 1))


def test_no_database_at_all(stored: Path, tmp_path: Path) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    for content in (random.Random(1).randbytes(20_000), b"hello", b"\0" * 8192):
        (folder / "wisgate.db").write_bytes(content)
        entries, notices = reopened(folder)
        judge(entries, 0)
        assert "0 records salvaged" in notices[0]


def test_somebody_elses_database_is_left_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "wisgate.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = theirs.read_bytes()
    entries, notices = reopened(tmp_path)
    assert len(entries) == 10
    assert "something else" in notices[0]
    assert (tmp_path / "wisgate.db.damaged-1").read_bytes() == before


def test_a_file_that_is_gone_uses_no_number_again(stored: Path, tmp_path: Path) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    (folder / "wisgate.db").unlink()
    judge(reopened(folder)[0], 0)


def test_only_the_newest_damaged_files_stay(stored: Path, tmp_path: Path) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    for _ in range(5):
        (folder / "wisgate.db").write_bytes(b"noise" * 999)
        reopened(folder)
    kept = sorted(p.name for p in folder.iterdir())
    assert kept == ["boot", "wisgate.db", *(f"wisgate.db.damaged-{n}" for n in (3, 4, 5))]


def test_damage_that_shows_only_when_read_is_salvaged_without_a_restart(
    stored: Path, tmp_path: Path
) -> None:
    folder = checkpointed(stored, tmp_path / "store")
    reopened(folder)  # and closed cleanly, so that opening looks for nothing
    path = folder / "wisgate.db"
    break_leaves(path, 16, 18)

    async def main() -> None:
        async with opened(folder) as store:
            assert store.notices == []
            with pytest.raises(StoreError):
                await everything(store)
            judge(await everything(store), 100)
            assert len(store.notices) == 1

    run(main())


def test_a_log_whose_end_is_gone_uses_no_number_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "a") as store:
            await put(store, levels(50))
            length = (tmp_path / "a" / "wisgate.db-wal").stat().st_size
            await put(store, levels(50))  # seen by somebody
            folder = killed(tmp_path / "a", tmp_path / "b")
        with (folder / "wisgate.db-wal").open("r+b") as log:
            log.truncate(length)
        async with opened(folder) as store:
            assert "50 records salvaged" in store.notices[0]
            await put(store, levels(1))
            gap, last = (await everything(store))[-2:]
            assert isinstance(gap, Gap)
            assert (gap.first, gap.cause) == (51, DAMAGED)
            assert last.seq == gap.seq + 1 > 100
        assert (folder / "wisgate.db.damaged-1-wal").stat().st_size == length

    run(main())


def test_no_number_stands_twice(tmp_path: Path) -> None:
    """What a sampling says counts, and of two that contradict each other one."""

    async def main() -> None:
        async with opened(tmp_path) as store:
            await store.cursor("plant")
            await put(store, [*sampled(4), *levels(2, 90)])
        with closing(sqlite3.connect(tmp_path / "wisgate.db")) as file:
            file.execute("INSERT INTO record VALUES (2, 5, 1, 99.0, 0, NULL)")
            file.execute("INSERT INTO sampling VALUES (?,?,?,?,?)", sealed(8, 5, 1, [7.5, 1]))
            file.execute("DELETE FROM series")  # which begins a salvage
            file.commit()
        async with opened(tmp_path) as store:
            assert len(store.notices) == 1
            entries = await everything(store)
        records = [e for e in entries if isinstance(e, Record)]
        assert [r.seq for r in records] == [*range(1, 9), *range(10, 15)]
        assert records[1].point == "pump", "as the sampling says"
        assert [r.value for r in records[-2:]] == [90.0, 91.0]
        assert (9, 9) in [(e.first, e.last) for e in entries if isinstance(e, Gap)]

    run(main())
