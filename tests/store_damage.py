"""Damages the files of a store, and knows which records the damage cannot have touched.

Where a record lies is worked out here from SQLite's description of its file
(https://www.sqlite.org/fileformat2.html), never by the code under test.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from stores import killed, levels, opened, put, rolled, sampled

from wisgate.core.points import Reading, Status
from wisgate.store.records import Gap, Record

PAGE = 4096
OLD, GROUPS, GROUP = 1500, 40, 15
"""Records: in the database alone, and in groups that only the log holds."""
CURSOR = 900
FULL, ROOM, EVERY = 12_000, 200_000, 30
"""Records that come to a full store, bytes that it may have, and which of them are important."""
DATABASE, LOG = "wisgate.db", "wisgate.db-wal"


@dataclass(frozen=True)
class Stored:
    """What a killed process left in `folder`, and what it had written."""

    folder: Path
    written: dict[int, Record]
    pages: dict[int, frozenset[int]]
    """Records by page of the database; the log has newer ones."""
    commits: tuple[tuple[int, int], ...]
    """The length of the log after each commit, and the last record of it."""
    names: tuple[int, ...]
    """The pages that hold the names of points, each all of them."""
    old: int
    """The last number that is in the database alone."""


@dataclass(frozen=True)
class Damage:
    """`database` and `log`: offsets of changed bytes, and where each file was cut."""

    database: frozenset[int]
    log: frozenset[int]
    database_end: int
    log_end: int

    def whole(self, pages: Iterable[int]) -> list[int]:
        """Those that are as they were written."""
        hurt = {at // PAGE + 1 for at in self.database}
        return [p for p in pages if p not in hurt and p * PAGE <= self.database_end]

    def safe(self, stored: Stored) -> set[int]:
        """The records on pages that are as they were written."""
        kept = {seq for page in self.whole(stored.pages) for seq in stored.pages[page]}
        whole_log = min([self.log_end, *self.log])
        logged = max(
            (last for size, last in stored.commits if size <= whole_log), default=stored.old
        )
        return kept | set(range(stored.old + 1, logged + 1))


async def store_to_damage(folder: Path, *, full: bool = False) -> Stored:
    """Some records in the database, some only in the log, of every kind, and one sink. `full`: most
    measurements have been dropped between those that matter."""
    async with opened(folder / "a", max_size=ROOM if full else 1e8) as store:
        await store.cursor("plant")
        for start in range(0, FULL if full else OLD, 500):
            await put(store, _plant(500, start) if full else levels(400, start))
            await put(store, sampled(100, start + 400))
        await rolled(store)
        store.advance("plant", CURSOR)
        await store.flush()
        old = store.last_seq
    pages = _pages(folder / "a" / DATABASE)
    names = _leaves(folder / "a" / DATABASE, "point")
    names += _leaves(folder / "a" / DATABASE, "point_by_name")
    commits = []
    async with opened(folder / "a") as store:
        for group in range(GROUPS):
            await put(store, _mixed(old + group * GROUP))
            commits.append(((folder / "a" / LOG).stat().st_size, store.last_seq))
        written = {e.seq: e for e in await store.after(0, 10**6) if isinstance(e, Record)}
        killed(folder / "a", folder / "killed")
    assert (sum(seq < old // 2 for seq in written) < FULL / EVERY) is full
    return Stored(folder / "killed", written, pages, tuple(commits), tuple(names), old)


def _plant(count: int, start: int) -> Iterable[Reading]:
    for reading in levels(count, start):
        n = int(reading.value)  # type: ignore[arg-type]
        switched = Reading("pump", n % 2 == 0, time_ns=reading.time_ns, cause="user anna")
        yield switched if n % EVERY == 0 else reading


def _mixed(start: int) -> list[Reading]:
    made = [*levels(GROUP - 9, start), *sampled(2, start + GROUP - 9)]
    time_ns = 1000 + start + GROUP
    made.append(Reading("pump", start % 2 == 0, time_ns=time_ns, cause="user anna"))
    made.append(Reading("card", f"04:{start:x}", time_ns=time_ns))
    made.append(Reading("level", None, Status.ABSENT, time_ns))
    return made


def hurt(stored: Stored, to: Path, seed: int) -> tuple[Path, Damage]:
    """A copy with damage that the seed decides: bytes changed or the end cut off, of the database,
    of the log, or of both."""
    chance = random.Random(seed)
    folder = Path(shutil.copytree(stored.folder, to))
    places = chance.choice(((DATABASE,), (LOG,), (DATABASE, LOG)))
    changed: dict[str, frozenset[int]] = {DATABASE: frozenset(), LOG: frozenset()}
    for name in places:
        content = bytearray((folder / name).read_bytes())
        if chance.random() < 0.35:
            del content[chance.randrange(len(content)) :]
        else:
            ats = [chance.randrange(len(content)) for _ in range(chance.choice((1, 2, 8, 40)))]
            for at in ats:
                content[at] ^= chance.randrange(1, 256)
            changed[name] = frozenset(ats)
        (folder / name).write_bytes(content)
    ends = [(folder / name).stat().st_size for name in (DATABASE, LOG)]
    return folder, Damage(changed[DATABASE], changed[LOG], ends[0], ends[1])


def judge(stored: Stored, damage: Damage, entries: list[Record | Gap]) -> None:
    """Nothing whole is lost, nothing is invented, and what is missing is told."""
    seqs = [e.seq for e in entries]
    assert seqs == sorted(set(seqs)), "a number twice, or out of order"
    records = {e.seq: e for e in entries if isinstance(e, Record)}
    safe = damage.safe(stored)
    assert not (lost := sorted(safe - records.keys())), f"whole and not kept: {lost[:20]}"
    nameless = not damage.whole(stored.names)
    wrong = [s for s in safe if not _same(records[s], stored.written[s], nameless=nameless)]
    assert not wrong, f"changed: {wrong[:5]}"
    told = {s for e in entries if isinstance(e, Gap) for s in range(e.first, e.last + 1)}
    missing = {s for s in stored.written.keys() - records.keys() - told if s > CURSOR}
    assert not missing, f"not told: {sorted(missing)[:20]}"


def _same(found: Record, written: Record, *, nameless: bool) -> bool:
    """Where no copy of the names is whole, a point is called unknown and never by another name."""
    if nameless and found.point.startswith("unknown-"):
        written = replace(written, point=found.point, unit="")
    return found == written


def _leaves(database: Path, name: str) -> list[int]:
    with closing(sqlite3.connect(database)) as connection:
        return [
            page
            for (page,) in connection.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (name,)
            )
        ]


def _pages(database: Path) -> dict[int, frozenset[int]]:
    """Records by leaf, also those of the samplings that are there."""
    content = database.read_bytes()
    with closing(sqlite3.connect(database)) as connection:
        lengths = dict(connection.execute("SELECT seq, last - first + 1 FROM sampling"))
    found: dict[int, frozenset[int]] = {}
    for name in ("record", "sampling"):
        for page in _leaves(database, name):
            rows = _numbers(content[(page - 1) * PAGE : page * PAGE])
            length = lengths if name == "sampling" else dict.fromkeys(rows, 1)
            found[page] = frozenset(
                s for row in rows for s in range(row - length[row] + 1, row + 1)
            )
    return found


def _numbers(page: bytes) -> list[int]:
    """The row numbers of a leaf: behind the length of each cell."""
    cells = int.from_bytes(page[3:5], "big")
    ats = [int.from_bytes(page[8 + 2 * i : 10 + 2 * i], "big") for i in range(cells)]
    return [_varint(page, _varint(page, at)[1])[0] for at in ats]


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | page[at] & 0x7F
        at += 1
        if not page[at - 1] & 0x80:
            return value, at
