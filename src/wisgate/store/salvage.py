"""Takes what is whole out of a damaged store, row by row, numbers kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from .schema import PAGE, Layout, fresh_page, layout, lenient
from .series import BLOCK, Series, keep, top

MAX_LEAP = 1 << 24
"""Numbers skipped at most while looking for the next readable row."""

MAX_BREAKS = 10_000
"""Broken places passed at most; a file with more of them is given up from there."""

DAMAGED = "the store was damaged"
_INT64 = 2**63 - 1

_UNKNOWN_TAIL = 100 * BLOCK
"""How far the series jumps when both copies of the mark are lost."""

_COLUMNS = {
    "record": "seq, time_ns, point, value, status, cause",
    "gap": "seq, time_ns, first, last, cause",
}


class NoSalvage(Exception):
    """Nothing can be read. The text says why."""


def salvage(damaged: Path, target: sqlite3.Connection, mark: int, now_ns: int) -> int:
    """Copy rows of the file `damaged` into the empty store `target`; returns how many records.

    `mark` is the mark of the side file, 0 when that is lost too. The series goes on beyond every
    number that can have been used. Raises NoSalvage.
    """
    _lend_first_page(damaged)
    with closing(sqlite3.connect(damaged, isolation_level=None)) as source:
        source.text_factory = lenient
        target.execute("BEGIN IMMEDIATE")
        saved = _copy(source, target, mark or _INT64)
        _finish(source, target, mark, now_ns)
        target.execute("COMMIT")
    return saved


def _lend_first_page(damaged: Path) -> None:
    """When the first page, which holds the names of the tables, is broken: write that of a new
    store over it, with the right number of pages and no free ones."""
    first, expected = fresh_page()
    found: Layout = []
    with suppress(sqlite3.Error), closing(sqlite3.connect(damaged)) as source:
        source.text_factory = lenient
        found = layout(source)
    if found == expected:
        return
    if found and not {row[1] for row in found} & set(_COLUMNS):
        raise NoSalvage("it is a database of something else")
    page = bytearray(first)
    page[18:20] = b"\x02\x02"
    page[28:32] = (damaged.stat().st_size // PAGE).to_bytes(4, "big")
    page[32:40] = bytes(8)
    page[92:96] = page[24:28]
    with damaged.open("r+b") as file:
        file.write(page)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, limit: int) -> int:
    for table, width in (("point", 4), ("cursor", 4), ("aside", 3)):
        with suppress(sqlite3.Error):
            for row in source.execute(f"SELECT * FROM {table} LIMIT 100000"):
                _put(target, table, row[:width])
    for table in _COLUMNS:
        for row in _rows(source, table, limit):
            _put(target, table, row)
    return int(target.execute("SELECT count(*) FROM record").fetchone()[0])


def _put(target: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    """Rows that the tables refuse (a type, a number twice) were not whole."""
    with suppress(sqlite3.IntegrityError):
        target.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def _rows(source: sqlite3.Connection, table: str, limit: int) -> Iterator[tuple[Any, ...]]:
    """Every row that can be read with a rising number below `limit`."""
    query = f"SELECT {_COLUMNS[table]} FROM {table} WHERE seq > ? AND seq < ? ORDER BY seq"
    seq = 0
    for _ in range(MAX_BREAKS):
        try:
            for row in source.execute(query, (seq, limit)):
                if row[0] <= seq:
                    break
                yield row
                seq = row[0]
            else:
                return
        except (sqlite3.Error, OverflowError):
            pass
        following = _next_readable(source, table, seq, limit)
        if following is None:
            return
        seq = following


def _next_readable(source: sqlite3.Connection, table: str, seq: int, limit: int) -> int | None:
    """The smallest number from `seq` + 1 on behind which reading works again."""
    leap = 1
    while not _reads(source, table, seq + leap):
        leap *= 2
        if leap > MAX_LEAP or seq + leap >= limit:
            return None
    broken, whole = seq + leap // 2, seq + leap
    while whole - broken > 1:
        middle = (broken + whole) // 2
        if _reads(source, table, middle):
            whole = middle
        else:
            broken = middle
    return whole


def _reads(source: sqlite3.Connection, table: str, seq: int) -> bool:
    try:
        source.execute(
            f"SELECT {_COLUMNS[table]} FROM {table} WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)
        ).fetchall()
    except (sqlite3.Error, OverflowError):
        return False
    return True


def _finish(source: sqlite3.Connection, target: sqlite3.Connection, mark: int, now_ns: int) -> None:
    """Go on beyond every number that can have been used, and say which ones are lost."""
    last = top(target)
    known = mark or _stored_mark(source) or last + 1 + _UNKNOWN_TAIL
    start = max(known, last + 1)
    holes = _holes(target)
    if start > last + 1:
        holes.append((last + 1, start - 1))
    for seq, (first, end) in enumerate(holes, start):
        target.execute("INSERT INTO gap VALUES (?,?,?,?,?)", (seq, now_ns, first, end, DAMAGED))
    following = start + len(holes)
    keep(target, Series(following, following), clean=True)


def _stored_mark(source: sqlite3.Connection) -> int:
    try:
        return int(source.execute("SELECT mark FROM series WHERE id = 1").fetchone()[0])
    except (sqlite3.Error, TypeError, ValueError):
        return 0


def _holes(target: sqlite3.Connection) -> list[tuple[int, int]]:
    """Numbers missing between two entries that no gap record names, beyond what every sink has."""
    return target.execute(
        """
        SELECT seq + 1, following - 1
        FROM (SELECT seq, lead(seq) OVER (ORDER BY seq) AS following
              FROM (SELECT seq FROM record UNION ALL SELECT seq FROM gap))
        WHERE following > seq + 1
          AND following - 1 > (SELECT coalesce(min(seq), 0) FROM cursor)
          AND NOT EXISTS (SELECT 1 FROM gap WHERE first <= seq + 1 AND last >= following - 1)
        ORDER BY seq
        """
    ).fetchall()
