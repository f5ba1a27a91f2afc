"""The file of the air-time ledger: records of one size, each with its checksum, behind one another.

What is synced before a frame is on the air is never lost. A last record that is too short was not
synced, and its frame not sent; anything else that cannot be read is doubt, and so is a file that is
gone while its mark is there: then nobody knows what was sent in the last hour.

Times are microseconds of the ledger's own time. It runs with the monotonic clock and stands still
while the computer is off, so that no clock that is set frees anything early.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from zlib import crc32

from ..store.files import sync_folder, write_synced

FILE = "air-time.journal"
MARK = "air-time.mark"
"""Says that there was a journal."""

COMPACT = 5000
"""So many records more than twice those that counted, and the file is written anew."""

_BODY = struct.Struct(">BQQQQI")
_SUM = struct.Struct(">I")
SIZE = _BODY.size + _SUM.size


class Kind(IntEnum):
    BOOT = 1
    """A process began: `number` tells the boots of the computer apart, `air` is the monotonic
    clock."""
    BOOKED = 2
    BACK = 3
    """The booking of that number was not sent."""
    DOUBT = 4
    """Nothing is known of what was before `ends`."""
    END = 5
    """A process ended."""


@dataclass(frozen=True)
class Row:
    """One record. `at`: when it was made; `ends`: when the emission is over, `air`: how long it
    takes, all in µs; `band`: the lowest frequency of the sub-band in Hz."""

    kind: Kind
    at: int
    number: int = 0
    ends: int = 0
    air: int = 0
    band: int = 0

    def packed(self) -> bytes:
        body = _BODY.pack(self.kind, self.at, self.number, self.ends, self.air, self.band)
        return body + _SUM.pack(crc32(body))


@dataclass
class Past:
    """What a journal says."""

    rows: list[Row] = field(default_factory=list)
    doubt: str = ""
    """Why it does not say all; empty when it does."""


def read(folder: Path) -> Past:
    """The journal of a folder; without one, and without a mark, there was nothing. Raises
    OSError."""
    try:
        content = (folder / FILE).read_bytes()
    except FileNotFoundError:
        gone = (folder / MARK).exists()
        return Past(doubt=f"{folder / FILE} is gone" if gone else "")
    past = Past()
    for at in range(0, len(content), SIZE):
        row = _row(content[at : at + SIZE])
        if row is None:
            if at + SIZE <= len(content) or not at:
                past.doubt = f"{folder / FILE} is damaged at byte {at}"
            break
        past.rows.append(row)
    if not past.doubt and (not past.rows or past.rows[0].kind is not Kind.BOOT):
        past.doubt = f"{folder / FILE} has lost its beginning"
    return past


def _row(record: bytes) -> Row | None:
    body, checksum = record[: _BODY.size], record[_BODY.size :]
    if len(record) != SIZE or _SUM.unpack(checksum)[0] != crc32(body):
        return None
    kind, *rest = _BODY.unpack(body)
    return Row(Kind(kind), *rest) if kind in list(Kind) else None


class Journal:
    """Writes the file. Threads: lane only, but for `wants_compacting` and `disowned`."""

    def __init__(self, folder: Path) -> None:
        self.disowned = False
        """Whether no file is left that a later process could believe."""
        self._folder = folder
        self._file = -1
        self._records, self._most = 0, 0
        self._begun = False

    @property
    def wants_compacting(self) -> bool:
        """Whether it has grown long, or could not be written and is gone."""
        return self._file < 0 or self._records >= self._most

    def write_anew(self, rows: Sequence[Row]) -> None:
        """Replace the file, synced. Raises OSError as `append` does; at the first time the old file
        stays, which says as much."""
        path, mark = self._folder / FILE, self._folder / MARK
        self.close()
        try:
            write_synced(path, b"".join(row.packed() for row in rows), 0o600)
            if not mark.exists():
                write_synced(mark, b"", 0o600)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError:
            if self._begun:
                self._disown()
            raise
        self._begun = True
        self._records, self._most = len(rows), 2 * len(rows) + COMPACT
        self.disowned = False

    def append(self, row: Row, *, sync: bool) -> None:
        """`sync`: return when it survives a power cut. Raises OSError; what is in the file is no
        longer all then, and it is removed: doubt for the next process."""
        try:
            record = row.packed()
            if os.write(self._file, record) != len(record):
                raise OSError(f"{self._folder / FILE}: no room for a record")
            if sync:
                os.fdatasync(self._file)
        except OSError:
            self._disown()
            raise
        self._records += 1

    def _disown(self) -> None:
        self.close()
        with suppress(OSError):
            (self._folder / FILE).unlink(missing_ok=True)
            sync_folder(self._folder)
            self.disowned = (self._folder / MARK).exists()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
