"""Takes what is whole out of a damaged store, numbers kept: row by row through SQLite, and page by
page what that does not reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from ..core.points import Point
from .connecting import lend_first_page
from .pages import Row, rising
from .retention import Kept, note, weight
from .schema import (
    BEGIN,
    KINDS,
    NAMES,
    NOT_OURS,
    TIERS,
    Layout,
    fresh_page,
    layout,
    lenient,
    version_of,
)
from .series import BLOCK, Series, keep, top
from .unreached import add_pages, put

MAX_LEAP = 1 << 24
"""Numbers skipped at most while looking for the next readable row."""

MAX_BREAKS = 10_000
"""Broken places passed at most; a file with more of them is given up from there."""

MOST_HOLES = 100
"""Told one by one. More of them are what retention left between what it kept, when it is lost how
far it came: they are told as one."""

DAMAGED = "the store was damaged"
UNREADABLE = (sqlite3.Error, OverflowError, UnicodeDecodeError)
"""What reading a damaged file raises; the last is about the text of an error itself."""
_INT64 = 2**63 - 1

_UNKNOWN_TAIL = 100 * BLOCK
"""How far the series jumps when both copies of the mark are lost."""

_CERTAINLY_KEPT = """
    SELECT coalesce(max(last), 0) FROM gap
    WHERE EXISTS (SELECT 1 FROM record WHERE record.seq BETWEEN gap.first AND gap.last)
"""
"""A gap record with records in its range is of retention, which came up to its end at least."""

_DROP_TWICE = f"""
    DELETE FROM record WHERE seq >= (
        SELECT {BEGIN} FROM sampling WHERE sampling.seq >= record.seq
        ORDER BY sampling.seq LIMIT 1)
"""
"""Records with the number of a reading in a sampling: the next that ends there or later has it."""
_ENTRIES = f"""
    SELECT seq, seq FROM record WHERE seq > ?1
    UNION ALL SELECT {BEGIN}, seq FROM sampling WHERE seq > ?1
    UNION ALL SELECT seq, seq FROM gap WHERE seq > ?1 ORDER BY 2
"""
_OLDEST = (
    "SELECT min(seq) FROM record",
    f"SELECT {BEGIN} FROM sampling ORDER BY seq LIMIT 1",
)
_COLUMNS = {
    "sampling": "seq, time_ns, first, last, body",
    "record": "seq, time_ns, point, value, status, cause",
    "gap": "seq, time_ns, first, last, cause",
}
_SMALL = {"cursor": 4, "aside": 3, "undated": 6, "tier": 3, "rolled": 2}


class NoSalvage(Exception):
    """Nothing can be read. The text says why."""


def salvage(
    damaged: Path, log: Path, target: sqlite3.Connection, mark: int, now_ns: int,
    points: Sequence[Point],
) -> int:  # fmt: skip
    """Copy rows of the file `damaged` into the empty store `target`; returns how many records.

    `log`: a copy of its write-ahead log as it was, if there was one. `mark` is the mark of the side
    file, 0 when that is lost too. `points`: as they are declared. The series
    goes on beyond every number that can have been used. Raises NoSalvage.
    """
    limit = mark or _INT64
    _lend_first_page(damaged)
    target.execute("BEGIN IMMEDIATE")
    with closing(sqlite3.connect(damaged, isolation_level=None)) as source:
        source.text_factory = lenient
        _copy(source, target, limit, points)
        stored_mark = _number(source, "SELECT mark FROM series WHERE id = 1", 0)
        oldest = min(_number(source, query, _INT64) for query in _OLDEST)
        kept_upto = _number(source, "SELECT upto FROM kept WHERE id = 1", 0)
    add_pages(target, damaged, log, limit)
    _drop_overlaps(target)
    if oldest == _INT64:
        oldest = 1
    _finish(target, mark or stored_mark, oldest, kept_upto, now_ns)
    target.execute("COMMIT")
    return weight(target, 0, _INT64)[0]


def _lend_first_page(damaged: Path) -> None:
    """When the first page, which holds the names of the tables, is broken: write that of a new
    store over it, with the right number of pages and no free ones."""
    first, _ = fresh_page()
    found: Layout = []
    with suppress(*UNREADABLE), closing(sqlite3.connect(damaged)) as source:
        source.text_factory = lenient
        found = layout(source)
    if version_of(found) != NOT_OURS:
        return
    if found and not {row[1] for row in found} & set(_COLUMNS):
        raise NoSalvage("it is a database of something else")
    lend_first_page(damaged, first)


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    limit: int,
    declared: Sequence[Point],
) -> None:
    for table, width in _SMALL.items():
        with suppress(*UNREADABLE):
            for row in source.execute(f"SELECT * FROM {table} LIMIT 100000"):
                put(target, table, row[:width])
    _copy_points(source, target, declared)
    for table in _COLUMNS:
        for row in rising(_rows(source, table, limit)):
            put(target, table, row)


def _copy_points(
    source: sqlite3.Connection, target: sqlite3.Connection, declared: Sequence[Point]
) -> None:
    """From the table and from its index; where these differ, the one that is declared."""
    found: dict[int, list[tuple[object, ...]]] = {}
    for place in NAMES:
        with suppress(*UNREADABLE):
            query = f"SELECT id, name, unit, kind FROM point {place} LIMIT 100000"
            for key, *row in source.execute(query):
                found.setdefault(key, []).append(tuple(row))
    rows = {(p.name, p.unit, KINDS.index(p.kind)) for p in declared}
    for key, copies in found.items():
        put(target, "point", (key, *next((c for c in copies if c in rows), copies[0])))


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


def _finish(
    target: sqlite3.Connection, mark: int, oldest: int, kept_upto: int, now_ns: int
) -> None:
    """Go on beyond every number that can have been used, and say which ones are lost. Of those up
    to `kept_upto` most went for want of room, and who still waits for them is told anyway."""
    last = top(target)
    known = mark or last + 1 + _UNKNOWN_TAIL
    start = max(known, last + 1)
    kept_upto = min(last, max(kept_upto, _number(target, _CERTAINLY_KEPT, 0)))
    holes = _holes(target, max(oldest - 1, kept_upto))
    if len(holes) > MOST_HOLES:
        kept_upto = holes[-1][1]
        holes = [(holes[0][0], kept_upto)]
    note(target, Kept(kept_upto, *weight(target, 0, kept_upto)))
    if start > last + 1:
        holes.append((last + 1, start - 1))
    for seq, (first, end) in enumerate(holes, start):
        target.execute("INSERT INTO gap VALUES (?,?,?,?,?)", (seq, now_ns, first, end, DAMAGED))
    _finish_tiers(target, last)
    _name_lost_points(target)
    following = start + len(holes)
    keep(target, Series(following, following), clean=True)


def _drop_overlaps(target: sqlite3.Connection) -> None:
    """No number stands twice: samplings have a checksum, and what contradicts them is not whole."""
    end, wrong = 0, []
    for seq, begin in target.execute(f"SELECT seq, {BEGIN} FROM sampling ORDER BY seq"):
        if begin > end:
            end = seq
        else:
            wrong.append((seq,))
    target.executemany("DELETE FROM sampling WHERE seq = ?", wrong)
    target.execute(_DROP_TWICE)


def _finish_tiers(target: sqlite3.Connection, last: int) -> None:
    """Count their rows; where it is not known up to where readings are in, take them all for in: a
    chart may miss some minutes and counts nothing twice."""
    row = target.execute("SELECT min(seq) FROM tier WHERE seq BETWEEN 0 AND ?", (last,)).fetchone()
    target.execute("DELETE FROM tier")
    for span in TIERS:
        target.execute(
            "INSERT INTO tier VALUES (?1, (SELECT count(*) FROM rollup WHERE span = ?1), ?2)",
            (span, last if row[0] is None else row[0]),
        )
    target.execute("DELETE FROM rolled WHERE seq > ?", (last,))


def _name_lost_points(target: sqlite3.Connection) -> None:
    """Records whose point is not known any more keep a number that no other point gets."""
    found = {key for (key,) in target.execute("SELECT DISTINCT point FROM record")}
    for first, last in target.execute("SELECT DISTINCT first, last FROM sampling"):
        found.update(range(first, last + 1))
    target.executemany(
        "INSERT OR IGNORE INTO point VALUES (?1, 'unknown-' || ?1, '', 0)",
        [(key,) for key in sorted(found)],
    )


def _number(source: sqlite3.Connection, query: str, otherwise: int) -> int:
    """What a query says, or something else when that cannot be read."""
    try:
        return int(source.execute(query).fetchone()[0])
    except (*UNREADABLE, TypeError, ValueError):
        return otherwise


def _holes(target: sqlite3.Connection, after: int) -> list[tuple[int, int]]:
    """Numbers missing beyond one that no gap record names, beyond what every sink has."""
    delivered = _number(target, "SELECT min(seq) FROM cursor", 0)
    found, end = [], after
    for begin, seq in target.execute(_ENTRIES, (after,)):
        if begin > end + 1 and begin - 1 > delivered:
            found.append((end + 1, begin - 1))
        end = max(end, seq)
    told = "SELECT 1 FROM gap WHERE first <= ? AND last >= ? LIMIT 1"
    return [hole for hole in found if target.execute(told, hole).fetchone() is None]
