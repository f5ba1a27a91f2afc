"""The file of the outage queue: frames that not every upstream has yet, and how far each is.
Blocking; `queue` calls it in its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import msgspec

from ..store.retention import Bounds, used
from ..store.schema import transaction
from ..store.series import Series, Side, keep, read_side, write_side
from ..store.wal import Logged
from . import frames
from .radio import Heard

FILE = "uplinks.db"
SIDE = "uplinks.mark"
APPLICATION_ID = 0x77697175
""""wiqu"."""
BLOCK = 10_000_000
"""Numbers that are reserved at once: at 200 frames a second enough for a disk that fails for half a
day."""
STEP = 1000
"""Frames dropped in one transaction."""
NO_ORDER = -1
"""The mote of a frame that has none: its order matters to nobody."""

SCHEMA = """
CREATE TABLE series (id INTEGER PRIMARY KEY, next INTEGER NOT NULL, mark INTEGER NOT NULL,
                     clean INTEGER NOT NULL) STRICT;
CREATE TABLE frame (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, mote INTEGER NOT NULL,
                    body BLOB NOT NULL) STRICT;
CREATE TABLE cursor (upstream TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
CREATE TABLE ahead (upstream TEXT NOT NULL, number INTEGER NOT NULL,
                    PRIMARY KEY (upstream, number)) STRICT, WITHOUT ROWID;
"""

Row = tuple[int, int, int, bytes]
"""As `frame` has it. `at`: in seconds, during which a gateway has run since the file was begun: a
clock that is set makes nothing old. `body`: a checksum, and the frame in MessagePack."""


@dataclass
class Progress:
    """How far an upstream is: done with everything up to `cursor`, and with those of `ahead`."""

    cursor: int
    ahead: set[int]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Heard).decode


def mote(phy: bytes) -> int:
    """Whose frame it is, for its order: the DevAddr."""
    return frames.address(phy) if frames.kind(phy) in frames.MESSAGES_UP else NO_ORDER


def row_of(heard: Heard, at: int) -> Row:
    body = _encode(heard)
    return heard.number, at, mote(heard.uplinks[0].phy), crc32(body).to_bytes(4) + body


def heard_of(body: bytes) -> Heard | None:
    """None for what damage has touched."""
    if int.from_bytes(body[:4]) != crc32(body[4:]):
        return None
    try:
        return _decode(body[4:])
    except msgspec.DecodeError:
        return None


def create(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}INSERT INTO series VALUES (1,1,1,1);COMMIT;")


class QueueFile(Logged):
    """Threads: lane only. Every method raises sqlite3.Error and OSError."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Path, upstreams: Sequence[str], bounds: Bounds
    ) -> None:
        super().__init__(connection, folder / FILE)
        self._folder = folder
        self._upstreams, self._bounds = tuple(upstreams), bounds
        self._mark = 1
        self.first = 1
        """The number of the next frame when the file was opened."""
        self.count = 0
        """Frames in the file."""
        self.newest_at = 0
        """When the newest frame came, when the file was opened."""

    def start(self) -> None:
        """Take the numbers up where none was used, and reserve the next."""
        row = self._db.execute("SELECT next, mark, clean FROM series WHERE id = 1").fetchone()
        following, self._mark, clean = row
        side = read_side(self._folder / SIDE).mark
        if not side <= self._mark <= side + 2 * BLOCK:  # the file was lost, or its mark is damaged
            self._mark, clean = max(side, 1), False
        self._forget_nonsense()
        top = self._db.execute(
            "SELECT max(coalesce((SELECT max(number) FROM frame), 0), "
            "coalesce((SELECT max(number) FROM cursor), 0))"
        ).fetchone()[0]
        self.first = max(following if clean else self._mark, top + 1)
        with transaction(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO cursor VALUES (?, ?)",
                [(name, self.first - 1) for name in self._upstreams],
            )
            known = ",".join("?" * len(self._upstreams))
            for table in ("cursor", "ahead"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE upstream NOT IN ({known})", self._upstreams
                )
        self.count, self.newest_at = self._db.execute(
            "SELECT count(*), coalesce(max(at), 0) FROM frame"
        ).fetchone()
        self.hold_log()
        self.reserve(self.first)

    def _forget_nonsense(self) -> None:
        """Numbers beyond the mark, which only damage can have made."""
        with transaction(self._db):
            self._db.execute("DELETE FROM frame WHERE number > ?", (self._mark,))
            self._db.execute("UPDATE cursor SET number = 0 WHERE number > ?", (self._mark,))

    def reserve(self, following: int) -> int:
        """Have numbers from `following` on for the next BLOCK frames; returns where they end."""
        self._mark = following + BLOCK
        keep(self._db, Series(following, self._mark), clean=False)
        self.sync()
        write_side(self._folder / SIDE, Side("-", self._mark))
        return self._mark

    def close(self, following: int) -> None:
        """`following`: the number of the next frame."""
        try:
            keep(self._db, Series(following, self._mark), clean=True)
            self.empty_log()
        finally:
            self.abandon()

    # Writing

    def take(self, heard: Sequence[Heard], at: int, progress: Mapping[str, Progress]) -> int:
        """Store frames that came at `at`, note how far upstreams are, drop what all of them have:
        all or nothing. Returns how many frames there are. After a failure the log has room again
        for the next try."""
        rows = [row_of(frame, at) for frame in heard]
        try:
            with transaction(self._db):
                self._db.executemany("INSERT INTO frame VALUES (?,?,?,?)", rows)
                for name, reached in progress.items():
                    self._note(name, reached)
                gone = self._delete("number <= (SELECT min(number) FROM cursor)")
        except sqlite3.Error:
            self.relieve()
            raise
        self.count += len(rows) - gone
        return self.count

    def _note(self, name: str, reached: Progress) -> None:
        self._db.execute("UPDATE cursor SET number = ? WHERE upstream = ?", (reached.cursor, name))
        self._db.execute(
            "DELETE FROM ahead WHERE upstream = ? AND number <= ?", (name, reached.cursor)
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO ahead VALUES (?, ?)",
            [(name, number) for number in reached.ahead if number > reached.cursor],
        )

    def trim(self, before: int) -> tuple[int, int]:
        """Drop the oldest frames beyond the bounds, and those from before a time; returns how many
        these were, and how many there are."""
        lost = 0
        while used(self._db) > self._bounds.pages and self.count:
            lost += self._drop("number IN (SELECT number FROM frame ORDER BY number LIMIT ?)", STEP)
        lost += self._drop("at < ?", before)
        return lost, self.count

    def _drop(self, which: str, value: int) -> int:
        with transaction(self._db):
            gone = self._delete(which, value)
        self.count -= gone
        return gone

    def _delete(self, which: str, *values: int) -> int:
        return self._db.execute(f"DELETE FROM frame WHERE {which}", values).rowcount

    # Reading

    def progress(self) -> dict[str, Progress]:
        """Of every upstream."""
        found = {
            name: Progress(number, set())
            for name, number in self._db.execute("SELECT upstream, number FROM cursor")
        }
        for name, number in self._db.execute("SELECT upstream, number FROM ahead"):
            found[name].ahead.add(number)
        return found

    def after(self, number: int, limit: int) -> tuple[list[Heard], int | None]:
        """The next frames beyond `number`, at most `limit`, in order, and the number up to which
        that is all; None when it is all there is."""
        while True:
            rows = self._db.execute(
                "SELECT number, body FROM frame WHERE number > ? ORDER BY number LIMIT ?",
                (number, limit),
            ).fetchall()
            found = [heard for _, body in rows if (heard := heard_of(body)) is not None]
            if len(rows) < limit:
                return found, None
            number = rows[-1][0]
            if found:
                return found, number

    def motes(self, number: int, limit: int) -> list[tuple[int, int]]:
        """Numbers and motes of the next frames beyond `number`, in order."""
        return self._db.execute(
            "SELECT number, mote FROM frame WHERE number > ? ORDER BY number LIMIT ?",
            (number, limit),
        ).fetchall()
