"""Opens the store's file in whatever state it is: new, whole, cut off, damaged, no database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ..core.clock import SteadyClock
from ..core.errors import Unavailable
from ..core.points import Point
from .connecting import (
    connect,
    damaged,
    forget_old,
    free_name,
    put_in_place,
    quick_check,
    remove,
)
from .database import FILE, SIDE, Database
from .retention import Bounds
from .salvage import NoSalvage, salvage
from .schema import (
    NOT_OURS,
    VERSION,
    Damage,
    create,
    is_newer,
    layout,
    migrate,
    names_agree,
    version_of,
)
from .series import begin_beyond, read_side
from .wal import Left

SMALL = ("series", "point", "cursor", "aside", "undated", "tier", "rolled", "kept")
"""Tables that are looked through at every start: all else builds on them, and a column may have
become one of another type."""
SALVAGED = f"{FILE}.salvaged"
"""The new file while it is being made; complete once the damaged one is out of its place."""


def open_database(
    folder: Path, points: Sequence[Point], bounds: Bounds, clock: SteadyClock, boot_id: str,
    notices: list[str], *, suspect: bool = False,
) -> Database:  # fmt: skip
    """Open or make `folder/wisgate.db`. What had to be repaired is told in `notices`.

    `suspect`: salvage at once, damage was seen. Raises Unavailable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(Left(folder / FILE)) as left:
            if suspect:
                _replace(folder, left, points, clock, notices)
            try:
                return _open(folder, left, points, bounds, clock, boot_id)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not damaged(error):
                    raise
                _replace(folder, left, points, clock, notices)
        return _open(folder, None, points, bounds, clock, boot_id)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(
            f"{folder / FILE}: {error}; the folder of the store must be writable and have room"
        ) from error


def _open(
    folder: Path, left: Left | None, points: Sequence[Point], bounds: Bounds, clock: SteadyClock,
    boot_id: str,
) -> Database:  # fmt: skip
    path = folder / FILE
    if not path.exists() and (folder / SALVAGED).exists():
        (folder / SALVAGED).rename(path)
    if not path.exists() and read_side(folder / SIDE).mark:
        _recreate(folder, clock)
    connection = connect(path, bounds.checkpoint_pages)
    try:
        _check(connection, clock)
        if left is not None and read_side(folder / SIDE).boot_id == boot_id:
            _check_log(connection, left)
        database = Database(connection, folder, points, bounds, clock)
    except BaseException:
        connection.close()
        raise
    try:
        database.start(boot_id)
    except BaseException:
        database.abandon()
        raise
    return database


def _recreate(folder: Path, clock: SteadyClock) -> None:
    """The file is gone and the mark is not: numbers that somebody has seen must not come again."""
    with closing(connect(folder / FILE)) as connection:
        create(connection)
        begin_beyond(connection, read_side(folder / SIDE).mark, clock.utc_ns())


def _check(connection: sqlite3.Connection, clock: SteadyClock) -> None:
    """Make the tables of a new file; look for damage, in all of one that was not closed."""
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        create(connection)
        return
    version = version_of(layout(connection))
    if version == NOT_OURS:
        if is_newer(connection):
            raise Unavailable(f"{FILE} is of a newer wisgate; run that one, or move the file away")
        raise Damage("the names of the tables are damaged")
    if version != VERSION:
        migrate(connection, version)
    clean = connection.execute("SELECT clean FROM series WHERE id = 1").fetchone()
    if clean is None:
        raise Damage("the table of the series is empty")
    for table in SMALL if clean[0] == 1 else ("",):
        quick_check(connection, clock, table)
    if not names_agree(connection):
        raise Damage("the names of the points are damaged")


def _check_log(connection: sqlite3.Connection, left: Left) -> None:
    """Raises Damage when SQLite found less in the log than the last process had committed. Only
    within one boot: a power loss may take the end of it, and the series has room for that."""
    _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if frames < left.frames:
        raise Damage("the end of the log is lost")


def _replace(
    folder: Path, left: Left, points: Sequence[Point], clock: SteadyClock, notices: list[str]
) -> None:
    """Set the damaged file aside and put what is whole of it in its place. It stays where it is
    until the new one is complete, so that a full disk or a kill costs nothing."""
    path, fresh = folder / FILE, folder / SALVAGED
    aside = free_name(path)
    remove(fresh)
    mark = read_side(folder / SIDE).mark
    log = Path(f"{aside}-wal")
    left.copy(log)
    with closing(connect(fresh)) as target:
        create(target)
        try:
            saved = salvage(path, log, target, mark, clock.utc_ns(), points)
            found = f"{saved} records salvaged"
        except NoSalvage as error:
            begin_beyond(target, mark, clock.utc_ns())
            found = f"nothing of it could be used ({error})"
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    put_in_place(fresh, path, aside)
    notices.append(f"{path}: damaged; {found}; the damaged file is kept as {aside.name}")
    forget_old(path)
