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
from pathlib import Path


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


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, text: str) -> None:
    """Replace a small file so that any end leaves the old or the new one. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
