"""Takes what is whole out of a damaged store, numbers kept: row by row through SQLite, and page by
page what that does not reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import UnionType

from .pages import Row, pages_of, pages_of_log, rising, rows_of
from .schema import PAGE, Layout, fresh_page, layout, lenient
from .series import BLOCK, Series, keep, top

MAX_LEAP = 1 << 24
"""Numbers skipped at most while looking for the next readable row."""

MAX_BREAKS = 10_000
"""Broken places passed at most; a file with more of them is given up from there."""

MAX_LATER = 10_000
"""Pages kept for the second round at most."""

DAMAGED = "the store was damaged"
UNREADABLE = (sqlite3.Error, OverflowError, UnicodeDecodeError)
"""What reading a damaged file raises; the last is about the text of an error itself."""
_INT64 = 2**63 - 1

_UNKNOWN_TAIL = 100 * BLOCK
"""How far the series jumps when both copies of the mark are lost."""

_COLUMNS = {
    "record": "seq, time_ns, point, value, status, cause",
    "gap": "seq, time_ns, first, last, cause",
}
_NONE, _ANY = type(None), object
_SHAPES: dict[tuple[type | UnionType, ...], str] = {
    (_NONE, int, int, _ANY, int, str | None): "record",
    (_NONE, int, int, int, str): "gap",
    (_NONE, str, str, int): "point",
}
"""The columns of a row in its page, behind the number, which stands for the first of them."""


class NoSalvage(Exception):
    """Nothing can be read. The text says why."""


def salvage(damaged: Path, log: Path, target: sqlite3.Connection, mark: int, now_ns: int) -> int:
    """Copy rows of the file `damaged` into the empty store `target`; returns how many records.

    `log`: a copy of its write-ahead log as it was, if there was one. `mark` is the mark of the side
    file, 0 when that is lost too. The series goes on beyond every number that can have been used.
    Raises NoSalvage.
    """
    limit = mark or _INT64
    _lend_first_page(damaged)
    target.execute("BEGIN IMMEDIATE")
    with closing(sqlite3.connect(damaged, isolation_level=None)) as source:
        source.text_factory = lenient
        _copy(source, target, limit)
        stored_mark, oldest = _stored_mark(source), _oldest(source)
    _add(target, pages_of(damaged), limit)
    if log.exists():
        _add(target, pages_of_log(log), limit)
    _finish(target, mark or stored_mark, oldest, now_ns)
    target.execute("COMMIT")
    return int(target.execute("SELECT count(*) FROM record").fetchone()[0])


def _lend_first_page(damaged: Path) -> None:
    """When the first page, which holds the names of the tables, is broken: write that of a new
    store over it, with the right number of pages and no free ones."""
    first, expected = fresh_page()
    found: Layout = []
    with suppress(*UNREADABLE), closing(sqlite3.connect(damaged)) as source:
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


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, limit: int) -> None:
    for table, width in (("point", 4), ("cursor", 4), ("aside", 3), ("undated", 6)):
        with suppress(*UNREADABLE):
            for row in source.execute(f"SELECT * FROM {table} LIMIT 100000"):
                _put(target, table, row[:width])
    for table in _COLUMNS:
        for row in rising(_rows(source, table, limit)):
            _put(target, table, row)


def _add(target: sqlite3.Connection, pages: Iterable[bytes], limit: int) -> None:
    """What these pages hold and the target does not, those without a hole first: a number that is
    not whole is more likely on another."""
    later: list[tuple[str, list[Row]]] = []
    for page in pages:
        rows = list(rising(rows_of(page)))
        table = _table(rows[0]) if rows else None
        if table is None or _there(target, table, rows):
            continue
        if rows[-1][0] - rows[0][0] >= len(rows) and len(later) < MAX_LATER:
            later.append((table, rows))
        else:
            _put_all(target, table, rows, limit)
    for table, rows in later:
        _put_all(target, table, rows, limit)


def _put_all(target: sqlite3.Connection, table: str, rows: list[Row], limit: int) -> None:
    for row in rows:
        if row[0] < limit and _table(row) == table:
            _put(target, table, (row[0], *row[2:]))


def _table(row: Row) -> str | None:
    """Whose row it is, by its columns."""
    for shape, table in _SHAPES.items():
        if len(row) == len(shape) + 1 and all(map(isinstance, row[1:], shape)):
            return table
    return None


def _there(target: sqlite3.Connection, table: str, rows: list[Row]) -> bool:
    key = "id" if table == "point" else "seq"
    found = target.execute(
        f"SELECT count(*) FROM {table} WHERE {key} BETWEEN ? AND ?", (rows[0][0], rows[-1][0])
    ).fetchone()[0]
    return int(found) >= len(rows)


def _put(target: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    """Rows that the tables refuse (a type, a number twice) were not whole."""
    with suppress(sqlite3.IntegrityError, OverflowError):
        target.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def _rows(source: sqlite3.Connection, table: str, limit: int) -> Iterator[Row]:
    """Every row that can be read, in the order of the file, with a number below `limit`."""
    query = f"SELECT {_COLUMNS[table]} FROM {table} WHERE seq > ? AND seq < ? ORDER BY seq"
    seq = 0
    for _ in range(MAX_BREAKS):
        try:
            for row in source.execute(query, (seq, limit)):
                yield row
                seq = max(seq, row[0])
            return
        except UNREADABLE:
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
    except UNREADABLE:
        return False
    return True


def _finish(target: sqlite3.Connection, mark: int, oldest: int, now_ns: int) -> None:
    """Go on beyond every number that can have been used, and say which ones are lost."""
    last = top(target)
    known = mark or last + 1 + _UNKNOWN_TAIL
    start = max(known, last + 1)
    holes = _holes(target, oldest)
    if start > last + 1:
        holes.append((last + 1, start - 1))
    for seq, (first, end) in enumerate(holes, start):
        target.execute("INSERT INTO gap VALUES (?,?,?,?,?)", (seq, now_ns, first, end, DAMAGED))
    following = start + len(holes)
    keep(target, Series(following, following), clean=True)


def _stored_mark(source: sqlite3.Connection) -> int:
    try:
        return int(source.execute("SELECT mark FROM series WHERE id = 1").fetchone()[0])
    except (*UNREADABLE, TypeError, ValueError):
        return 0


def _oldest(source: sqlite3.Connection) -> int:
    """The number of the oldest record, 1 when that cannot be read."""
    try:
        return int(source.execute("SELECT coalesce(min(seq), 1) FROM record").fetchone()[0])
    except UNREADABLE:
        return 1


def _holes(target: sqlite3.Connection, oldest: int) -> list[tuple[int, int]]:
    """Numbers missing from the oldest on that no gap record names, beyond what every sink has."""
    return target.execute(
        """
        SELECT seq + 1, following - 1
        FROM (SELECT seq, lead(seq) OVER (ORDER BY seq) AS following
              FROM (SELECT seq FROM record UNION SELECT seq FROM gap UNION SELECT ? - 1))
        WHERE following > seq + 1
          AND following - 1 > (SELECT coalesce(min(seq), 0) FROM cursor)
          AND NOT EXISTS (SELECT 1 FROM gap WHERE first <= seq + 1 AND last >= following - 1)
        ORDER BY seq
        """,
        (oldest,),
    ).fetchall()
