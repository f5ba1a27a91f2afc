"""Opens the file of the outage queue in whatever state it is: new, whole, cut off, damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from ..core.clock import Clock
from ..core.errors import Unavailable
from ..store.connecting import (
    connect,
    damaged,
    forget_old,
    free_name,
    lend_first_page,
    put_in_place,
    quick_check,
    remove,
)
from ..store.retention import Bounds
from ..store.schema import Damage, Layout, fresh_page, layout, lenient, transaction
from .queue_file import APPLICATION_ID, FILE, QueueFile, create, heard_of

SALVAGED = f"{FILE}.salvaged"
"""The new file while it is being made; complete once the damaged one is out of its place."""
MAX_LEAP = 1 << 24
"""Numbers skipped at most while looking for the next readable frame."""
_UNREADABLE = (sqlite3.Error, OverflowError, UnicodeDecodeError)


def open_queue(
    folder: Path, upstreams: Sequence[str], bounds: Bounds, clock: Clock, notices: list[str],
    *, suspect: bool = False,
) -> QueueFile:  # fmt: skip
    """Open or make `folder/uplinks.db`. What had to be repaired is told in `notices`.

    `suspect`: salvage at once, damage was seen. Raises Unavailable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if suspect:
            _replace(folder, upstreams, notices)
        try:
            return _open(folder, upstreams, bounds, clock)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not damaged(error):
                raise
            _replace(folder, upstreams, notices)
        return _open(folder, upstreams, bounds, clock)
    except (sqlite3.Error, OSError) as error:
        cure = "the folder of the queue must be writable and have room"
        raise Unavailable(f"{folder / FILE}: {error}; {cure}") from error


def _open(folder: Path, upstreams: Sequence[str], bounds: Bounds, clock: Clock) -> QueueFile:
    path = folder / FILE
    if not path.exists() and (folder / SALVAGED).exists():
        (folder / SALVAGED).rename(path)
    connection = connect(path, bounds.checkpoint_pages, APPLICATION_ID)
    file = QueueFile(connection, folder, upstreams, bounds)
    try:
        _check(connection, clock)
        file.start()
    except BaseException:
        file.abandon()
        raise
    return file


def _check(connection: sqlite3.Connection, clock: Clock) -> None:
    """Make the tables of a new file; look for damage in one that was not closed."""
    found = layout(connection)
    if not found:
        create(connection)
        return
    if _names(found) != _names(fresh_page(create)[1]):
        raise Damage("the names of the tables are damaged")
    clean = connection.execute("SELECT clean FROM series WHERE id = 1").fetchone()
    if clean is None:
        raise Damage("the table of the series is empty")
    if clean[0] != 1:
        quick_check(connection, clock)


def _names(found: Layout) -> Layout:
    return [row[:4] for row in found]


def _replace(folder: Path, upstreams: Sequence[str], notices: list[str]) -> None:
    """Set the damaged file aside and put what is whole of it in its place. It stays where it is
    until the new one is complete, so that a full disk or a kill costs nothing."""
    path, fresh = folder / FILE, folder / SALVAGED
    aside = free_name(path)
    remove(fresh)
    with closing(connect(fresh, application_id=APPLICATION_ID)) as target:
        create(target)
        with transaction(target):
            saved = _salvage(path, target, upstreams)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    put_in_place(fresh, path, aside)
    found = f"{saved} frames salvaged" if saved else "nothing of it could be used"
    notices.append(f"{path}: damaged; {found}; the damaged file is kept as {aside.name}")
    forget_old(path)


def _salvage(path: Path, target: sqlite3.Connection, upstreams: Sequence[str]) -> int:
    """Copy what can be read into the empty `target`; returns how many frames."""
    _mend_first_page(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as source:
        if not _copy(source, target, "cursor", 2):
            # Nobody knows how far they were: they get all of it, some of it twice.
            target.executemany(
                "INSERT OR REPLACE INTO cursor VALUES (?, 0)", [(u,) for u in upstreams]
            )
        _copy(source, target, "ahead", 2)
        _copy(source, target, "series", 4)
        target.execute("UPDATE series SET clean = 0")  # numbers go on beyond the mark
        return _copy_frames(source, target)


def _mend_first_page(path: Path) -> None:
    """When it is broken, and the file is not somebody else's."""
    first, expected = fresh_page(create)
    found: Layout = []
    with suppress(*_UNREADABLE), closing(sqlite3.connect(path)) as source:
        source.text_factory = lenient
        found = layout(source)
    known = {row[1] for row in expected}
    if _names(found) != _names(expected) and (not found or known & {row[1] for row in found}):
        lend_first_page(path, first)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str, count: int) -> bool:
    """A small table, all of it or nothing."""
    try:
        rows = source.execute(f"SELECT * FROM {table}").fetchall()
        values = ",".join("?" * count)
        target.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({values})", rows)
    except _UNREADABLE:
        return False
    return bool(rows)


def _copy_frames(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    last, leap, saved = 0, 1, 0
    while leap <= MAX_LEAP:
        try:
            for row in source.execute(
                "SELECT number, at, mote, body FROM frame WHERE number > ? ORDER BY number",
                (last,),
            ):
                last, leap = row[0], 1
                if isinstance(row[3], bytes) and heard_of(row[3]) is not None:
                    target.execute("INSERT OR IGNORE INTO frame VALUES (?,?,?,?)", row)
                    saved += 1
            break
        except _UNREADABLE:
            last += leap
            leap *= 2
    return saved
