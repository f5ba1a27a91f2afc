"""Opens the store's file in whatever state it is: new, whole, cut off, damaged, no database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ..core.clock import SteadyClock
from ..core.errors import Unavailable
from ..core.points import Point
from .database import FILE, SIDE, Database
from .retention import WAL_BYTES, Bounds
from .salvage import NoSalvage, salvage
from .schema import APPLICATION_ID, PAGE, Known, create, layout, lenient, migrate, version_of
from .series import begin_beyond, read_side
from .wal import Left

CHECK_SECONDS = 2.0
"""The longest that looking for damage may take. What it does not reach is noticed when it is read,
and salvaged then."""

SALVAGED = f"{FILE}.salvaged"
"""The new file while it is being made; complete once the damaged one is out of its place."""

_CHECK_STEPS = 10_000
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
KEPT_DAMAGED = 3
"""Files set aside that stay; older ones go, for they would fill the disk."""


class Damage(sqlite3.DatabaseError):
    """Our own judgement, where SQLite sees no fault."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def damaged(error: Exception) -> bool:
    """Whether the file is broken, rather than full, busy or out of reach."""
    return (
        isinstance(error, UnicodeDecodeError)
        or getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
    )


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


def connect(path: Path, checkpoint_pages: int = 1000) -> sqlite3.Connection:
    """A connection with the settings that the promises of the store rest on."""
    connection = sqlite3.connect(
        path, timeout=1.0, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.text_factory = lenient
    try:
        _recognize(connection)
        for pragma in (
            f"page_size = {PAGE}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"wal_autocheckpoint = {checkpoint_pages}",
            f"journal_size_limit = {WAL_BYTES}",
            "cell_size_check = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _recognize(connection: sqlite3.Connection) -> None:
    """Raises Damage for a database of something else, before a byte of it is changed."""
    empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if not empty and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Damage("not a store of wisgate")


def _check(connection: sqlite3.Connection, clock: SteadyClock) -> None:
    """Make the tables of a new file; look for damage in one that was not closed."""
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        create(connection)
        return
    match version_of(layout(connection)):
        case Known.OLD:
            migrate(connection)
        case Known.NOT_OURS:
            raise Damage("the names of the tables are damaged")
    clean = connection.execute("SELECT clean FROM series WHERE id = 1").fetchone()
    if clean is None:
        raise Damage("the table of the series is empty")
    if clean[0] != 1:
        _quick_check(connection, clock)


def _check_log(connection: sqlite3.Connection, left: Left) -> None:
    """Raises Damage when SQLite found less in the log than the last process had committed. Only
    within one boot: a power loss may take the end of it, and the series has room for that."""
    _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if frames < left.frames:
        raise Damage("the end of the log is lost")


def _quick_check(connection: sqlite3.Connection, clock: SteadyClock) -> None:
    end = clock.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: int(clock.monotonic() > end), _CHECK_STEPS)
    try:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return
        raise
    finally:
        connection.set_progress_handler(None, 0)
    if verdict != "ok":
        raise Damage(verdict)


def _replace(
    folder: Path, left: Left, points: Sequence[Point], clock: SteadyClock, notices: list[str]
) -> None:
    """Set the damaged file aside and put what is whole of it in its place. It stays where it is
    until the new one is complete, so that a full disk or a kill costs nothing."""
    path, fresh = folder / FILE, folder / SALVAGED
    aside = _free_name(folder)
    _remove(fresh)
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
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    fresh.rename(path)
    notices.append(f"{path}: damaged; {found}; the damaged file is kept as {aside.name}")
    _forget_old(folder)


def _free_name(folder: Path) -> Path:
    taken = [number for number, _ in _set_aside(folder)]
    return folder / f"{FILE}.damaged-{max(taken, default=0) + 1}"


def _set_aside(folder: Path) -> list[tuple[int, Path]]:
    files = folder.glob(f"{FILE}.damaged-*")
    return sorted((int(f.name.rpartition("-")[2]), f) for f in files if f.name[-1].isdigit())


def _forget_old(folder: Path) -> None:
    for _, file in _set_aside(folder)[:-KEPT_DAMAGED]:
        _remove(file)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
