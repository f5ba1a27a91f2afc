"""The sequence numbers: one series per gateway, never used twice whatever ends the process.

Numbers are reserved in synced blocks. After a clean end the next number is known; after a killed
process nothing committed is lost and the series goes on; after a power loss the numbers up to the
mark may have reached somebody, so the series goes on at the mark and a gap record says so.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from .files import write_synced

BLOCK, COMMITS = 10_000, 20
"""Numbers that are reserved ahead at least, and for how many commits like this one: each time
syncs the database and the file beside it."""
POWER_LOST = "the power went before the last records were on the disk"

ALL_LOST = "the file of the store was lost"


@dataclass(frozen=True)
class Series:
    """`next` is the number of the next record, `mark` the first that is not reserved."""

    next: int
    mark: int

    def reserved(self, count: int) -> Series:
        """The series with room for `count` numbers, and more once it has to reserve."""
        if self.next + count <= self.mark:
            return self
        return replace(self, mark=self.next + count + max(BLOCK, COMMITS * count))


@dataclass(frozen=True)
class Side:
    """The file beside the database that knows the boot and, should the database be lost, the mark.
    Not in the database, which is the same for one seed on every boot."""

    boot_id: str = ""
    mark: int = 0


def read_side(path: Path) -> Side:
    """What the last process wrote; the defaults when there is nothing whole."""
    try:
        boot_id, mark = path.read_text().split()
        return Side(boot_id, int(mark))
    except (OSError, ValueError):
        return Side()


def write_side(path: Path, side: Side) -> None:
    """Raises OSError."""
    write_synced(path, f"{side.boot_id}\n{side.mark}\n".encode())


def top(connection: sqlite3.Connection) -> int:
    """The greatest number in the file, 0 when it is empty."""
    row = connection.execute(
        "SELECT max(coalesce((SELECT max(seq) FROM record), 0),"
        " coalesce((SELECT max(seq) FROM sampling), 0), coalesce((SELECT max(seq) FROM gap), 0))"
    ).fetchone()
    return int(row[0])


def resume(
    connection: sqlite3.Connection, same_boot: bool
) -> tuple[Series, tuple[int, int] | None]:
    """The series after the last end, and the first and last number that were lost with the power.

    `same_boot`: the operating system has not gone down since.
    """
    row = connection.execute("SELECT next, mark, clean FROM series WHERE id = 1").fetchone()
    stored_next, mark, clean = row or (1, 1, 0)
    delivered = connection.execute("SELECT coalesce(max(seq), 0) FROM cursor").fetchone()[0]
    following = max(stored_next, top(connection) + 1, delivered + 1)
    if clean or same_boot or mark <= following:
        return Series(following, max(mark, following)), None
    return Series(mark, mark), (following, mark - 1)


def keep(connection: sqlite3.Connection, series: Series, *, clean: bool) -> None:
    """Write the series; the caller commits."""
    connection.execute(
        "INSERT OR REPLACE INTO series VALUES (1, ?, ?, ?)", (series.next, series.mark, int(clean))
    )


def begin_beyond(connection: sqlite3.Connection, mark: int, now_ns: int) -> None:
    """Everything in the file is lost: go on beyond the mark, and say so; the caller commits."""
    if mark > 1:
        connection.execute("INSERT INTO gap VALUES (?,?,1,?,?)", (mark, now_ns, mark - 1, ALL_LOST))
        keep(connection, Series(mark + 1, mark + 1), clean=True)
