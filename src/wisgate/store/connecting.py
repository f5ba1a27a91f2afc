"""Connections to SQLite with the settings that our promises rest on, and what becomes of a file
that is damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..core.clock import Clock
from .retention import WAL_BYTES
from .schema import APPLICATION_ID, PAGE, Damage, lenient

CHECK_SECONDS = 2.0
"""The longest that looking for damage may take. What it does not reach is noticed when it is read,
and salvaged then."""

_CHECK_STEPS = 10_000
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
KEPT_DAMAGED = 3
"""Files set aside that stay; older ones go, for they would fill the disk."""


def damaged(error: Exception) -> bool:
    """Whether the file is broken, rather than full, busy or out of reach."""
    return (
        isinstance(error, UnicodeDecodeError)
        or getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
    )


def connect(
    path: Path, checkpoint_pages: int = 1000, application_id: int = APPLICATION_ID
) -> sqlite3.Connection:
    """`application_id`: what the file must have if it is not empty. Raises Damage, and
    sqlite3.Error."""
    connection = sqlite3.connect(
        path, timeout=1.0, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.text_factory = lenient
    try:
        _recognize(connection, application_id)
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


def _recognize(connection: sqlite3.Connection, application_id: int) -> None:
    """Raises Damage for a database of something else, before a byte of it is changed."""
    empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if not empty and connection.execute("PRAGMA application_id").fetchone()[0] != application_id:
        raise Damage("not a file of wisgate")


def quick_check(connection: sqlite3.Connection, clock: Clock, table: str = "") -> None:
    """Raises Damage for what shows within CHECK_SECONDS in the file, or in one table."""
    end = clock.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: int(clock.monotonic() > end), _CHECK_STEPS)
    try:
        verdict = connection.execute(f"PRAGMA quick_check({table or 1})").fetchone()[0]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return
        raise
    finally:
        connection.set_progress_handler(None, 0)
    if verdict != "ok":
        raise Damage(verdict)


def lend_first_page(damaged: Path, first: bytes) -> None:
    """Write the first page of a new file over a broken one, which holds the names of the tables:
    with the right number of pages, and no free ones. Raises OSError."""
    page = bytearray(first)
    page[18:20] = b"\x02\x02"
    page[28:32] = (damaged.stat().st_size // PAGE).to_bytes(4, "big")
    page[32:40] = bytes(8)
    page[92:96] = page[24:28]
    with damaged.open("r+b") as file:
        file.write(page)


def put_in_place(fresh: Path, path: Path, aside: Path) -> None:
    """A whole file for a damaged one, which goes `aside`. Its log goes for good."""
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    fresh.rename(path)


def free_name(path: Path) -> Path:
    """What a damaged file is called from now on."""
    taken = [number for number, _ in _set_aside(path)]
    return path.with_name(f"{path.name}.damaged-{max(taken, default=0) + 1}")


def _set_aside(path: Path) -> list[tuple[int, Path]]:
    files = path.parent.glob(f"{path.name}.damaged-*")
    return sorted((int(f.name.rpartition("-")[2]), f) for f in files if f.name[-1].isdigit())


def forget_old(path: Path) -> None:
    for _, file in _set_aside(path)[:-KEPT_DAMAGED]:
        remove(file)


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
