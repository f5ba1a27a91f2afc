"""Makes what is committed survive a power loss: fdatasync of the write-ahead log.

With `synchronous = NORMAL` a commit only writes to the log; SQLite itself syncs the log before a
checkpoint copies it into the database, the database before the log is used again from its start,
and the log's header whenever it starts again. What is missing is the log between two checkpoints,
and that is synced here. A lost tail of the log is no damage: every frame carries a running
checksum, and reading stops at the first that is not whole.

Opening a second descriptor is safe on this file only: SQLite keeps its POSIX locks, which any
close by the same process would drop, on the database and on its -shm, never on the -wal. The file
stays the same one as long as our connection is open: only the last connection to close removes it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

from .files import sync_folder


class Wal:
    """The log beside an open database. Threads: lane only."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-wal", os.O_RDWR | os.O_CLOEXEC)
        sync_folder(database.parent)

    @property
    def size(self) -> int:
        """Bytes."""
        return os.fstat(self._file).st_size

    def sync(self) -> None:
        """Return when everything committed so far is on the disk. Raises OSError."""
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


class Logged:
    """A database that commits to a log which is held open. Threads: lane only. Every method raises
    sqlite3.Error and OSError unless it says otherwise."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = connection, path
        self._wal: Wal | None = None

    def hold_log(self) -> None:
        """Once something is written: then the log is there."""
        self._wal = Wal(self._path)

    @property
    def log_size(self) -> int:
        """Bytes."""
        return self._wal.size if self._wal is not None else 0

    def sync(self) -> None:
        """Return when everything committed survives a power loss."""
        if self._wal is not None:
            self._wal.sync()

    def relieve(self) -> None:
        """After a failed write: empty the log, whose room is then used again. Never raises."""
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def empty_log(self) -> None:
        """Into the database, and cut it off."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def abandon(self) -> None:
        """Let go without a word, as a killed process does. Never raises."""
        wal, self._wal = self._wal, None
        if wal is not None:
            wal.close()
        with suppress(sqlite3.Error):
            self._db.close()


class Left:
    """The log that the last process left, held open before SQLite sees it: what SQLite finds broken
    it cuts off without a word, and removes."""

    def __init__(self, database: Path) -> None:
        self.frames = _unsettled(Path(f"{database}-shm"))
        """Pages that are committed and not in the database yet, as the last process knew."""
        try:
            self._file = os.open(f"{database}-wal", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._file = -1

    def copy(self, to: Path) -> None:
        """Write it out as it was; nothing when there was none. Raises OSError."""
        if self._file >= 0 and os.fstat(self._file).st_size:
            with open(self._file, "rb", closefd=False) as log, to.open("wb") as copy:
                shutil.copyfileobj(log, copy)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _unsettled(index: Path) -> int:
    """From the index beside the log, https://www.sqlite.org/walformat.html section 2.1; 0 when it
    says nothing."""
    try:
        head = index.read_bytes()[:136]
    except OSError:
        return 0
    if len(head) < 136 or head[:48] != head[48:96]:
        return 0
    frames = int.from_bytes(head[16:20], sys.byteorder)
    in_database = int.from_bytes(head[96:100], sys.byteorder)
    return frames if in_database < frames else 0
