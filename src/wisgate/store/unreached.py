"""Adds to a salvaged store what SQLite does not reach in a damaged file, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import UnionType

from .pages import Row, keys_of, pages_of, pages_of_log, rising, rows_of
from .samplings import is_sampling
from .schema import STATUSES, TIERS

MAX_LATER = 10_000
"""Pages kept for the second round at most: 40 MB."""

_NONE, _ANY = type(None), object
_ROLLUP = (int, int, int, _ANY, _ANY, float, int, int, int, _ANY)
_SHAPES: dict[tuple[type | UnionType, ...], str] = {
    (_NONE, int, int, _ANY, int, str | None): "record",
    (_NONE, int, int, int, bytes): "sampling",
    (_NONE, int, int, int, str): "gap",
    (_NONE, str, str, int): "point",
}
"""The columns of a row in its page, behind the number, which stands for the first of them."""
_NEWEST_ROLLUP = """
    INSERT INTO rollup VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET low = excluded.low,
    high = excluded.high, total = excluded.total, valued = excluded.valued, count = excluded.count,
    worst = excluded.worst, last = excluded.last WHERE excluded.count > count
"""


def add_pages(target: sqlite3.Connection, damaged: Path, log: Path, limit: int) -> None:
    """From every page of the file and of the log, if there was one. Raises OSError."""
    _add(target, pages_of(damaged), limit)
    _add_rollups(target, pages_of(damaged))
    if log.exists():
        _add(target, pages_of_log(log), limit)
        _add_rollups(target, pages_of_log(log))


def put(target: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    """Rows that the tables refuse (a type, a number twice) were not whole, nor samplings with
    another checksum."""
    if table == "sampling" and not is_sampling(row):
        return
    with suppress(sqlite3.IntegrityError, OverflowError):
        target.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def _add(target: sqlite3.Connection, pages: Iterable[bytes], limit: int) -> None:
    """What these pages hold and the target does not, those without a hole first: a number that is
    not whole is more likely on another. Samplings know by themselves whether they are whole."""
    later: list[bytes] = []
    for page in pages:
        table, rows = _read(page)
        if table is None or _there(target, table, rows):
            continue
        hole = table != "sampling" and rows[-1][0] - rows[0][0] >= len(rows)
        if hole and len(later) < MAX_LATER:
            later.append(page)
        else:
            _put_all(target, table, rows, limit)
    for page in later:
        table, rows = _read(page)
        if table is not None:
            _put_all(target, table, rows, limit)


def _read(page: bytes) -> tuple[str | None, list[Row]]:
    """The rows of a page, and whose they are."""
    rows = list(rising(rows_of(page)))
    return _table(rows[0]) if rows else None, rows


def _add_rollups(target: sqlite3.Connection, pages: Iterable[bytes]) -> None:
    """The rows of the tiers, of which there may be older versions: the one of most readings."""
    for page in pages:
        for row in keys_of(page):
            whole = len(row) == len(_ROLLUP) and all(map(isinstance, row, _ROLLUP))
            if whole and row[0] in TIERS:
                target.execute(_NEWEST_ROLLUP, row)


def _put_all(target: sqlite3.Connection, table: str, rows: list[Row], limit: int) -> None:
    for row in rows:
        if row[0] < limit and _table(row) == table:
            put(target, table, (row[0], *row[2:]))


def _table(row: Row) -> str | None:
    """Whose row it is, by its columns."""
    for shape, table in _SHAPES.items():
        if len(row) == len(shape) + 1 and all(map(isinstance, row[1:], shape)):
            other = table == "record" and row[5] not in range(len(STATUSES))  # a span to be dated
            return None if other else table
    return None


def _there(target: sqlite3.Connection, table: str, rows: list[Row]) -> bool:
    key = "id" if table == "point" else "seq"
    found = target.execute(
        f"SELECT count(*) FROM {table} WHERE {key} BETWEEN ? AND ?", (rows[0][0], rows[-1][0])
    ).fetchone()[0]
    return int(found) >= len(rows)
