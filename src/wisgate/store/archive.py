"""Reads a store without touching it, while its gateway runs or after it has ended: for exports, and
for trying rules on the past. Blocking."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ..core.errors import StoreError, Unavailable
from ..core.points import Kind
from .database import FILE
from .history import last_before
from .records import Record
from .samplings import EVER, FIELDS, Samplings, records_of
from .schema import (
    ADDED,
    BEGIN,
    KINDS,
    NEWEST,
    NOT_OURS,
    RECORDS,
    SAMPLED,
    PointRow,
    is_newer,
    layout,
    lenient,
    record_of,
    version_of,
)

CHUNK = 2000
"""Records read in one go: whoever writes to the file never waits for a reader, and its log can be
emptied in between."""
_ENDS = f"""
    SELECT min(coalesce((SELECT min(seq) FROM record), {EVER}),
        coalesce((SELECT {BEGIN} FROM sampling ORDER BY seq LIMIT 1), {EVER})), ({NEWEST})
"""
_NEXT = """
    SELECT seq, 1 FROM record WHERE seq > ?1 AND seq <= ?2
    UNION ALL SELECT seq, last - first + 1 FROM sampling WHERE seq > ?1 AND seq <= ?2
    ORDER BY seq LIMIT ?3
"""


@dataclass(frozen=True)
class Chosen:
    """Which records: their times in nanoseconds UTC, `end_ns` not included; `points` None: all."""

    start_ns: int = -EVER
    end_ns: int = EVER
    points: Collection[str] | None = None


class Archive:
    """The records of a store, as it is at this moment. Threads: one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        first, last = connection.execute(_ENDS).fetchone()  # before what leads there, which grows
        self.first_seq, self.last_seq = int(first or 0), int(last or 0)
        rows = connection.execute("SELECT id, name, unit, kind FROM point").fetchall()
        self._points = {
            key: PointRow(name, unit, KINDS[kind])
            for key, name, unit, kind in rows
            if 0 <= kind < len(KINDS)
        }
        self._samplings = Samplings(connection)

    @property
    def points(self) -> dict[str, Kind]:
        """Every point of which there are records, and its kind."""
        return {row.name: row.kind for row in self._points.values()}

    def newest_ns(self) -> int | None:
        """The time of the record that was stored last. Raises StoreError."""
        with _told():
            row = self._db.execute(
                "SELECT time_ns FROM record WHERE seq = ?1"
                " UNION ALL SELECT time_ns FROM sampling WHERE seq = ?1",
                (self.last_seq,),
            ).fetchone()
        return int(row[0]) if row else None

    def before(self, names: Collection[str], time_ns: int) -> list[Record]:
        """Of each point the newest record that is older than a time, oldest first. Raises
        StoreError."""
        found: dict[str, Record] = {}
        for key, row in self._points.items():
            if row.name not in names:
                continue
            with _told():
                record = last_before(self._db, self._samplings, key, time_ns, self._points)
            if record and (row.name not in found or found[row.name].seq < record.seq):
                found[row.name] = record
        return sorted(found.values(), key=lambda record: record.seq)

    def records(self, chosen: Chosen) -> Iterator[list[Record]]:
        """The chosen records in the order in which they were stored, some at a time; a list may be
        empty. What is stored meanwhile is not among them. Raises StoreError."""
        after = self.first_seq - 1
        while after < self.last_seq:
            with _told():
                upto = self._chunk(after)
                found = self._between(after, upto, chosen)
            yield found
            after = upto

    def _between(self, after: int, upto: int, chosen: Chosen) -> list[Record]:
        """Those beyond a number up to another that are chosen, in their order."""
        wanted = ""
        if chosen.points is not None:  # by the numbers: the index has each point's whole past
            wanted = f"AND +point IN ({self._keys(chosen.points)})"
        place = (after, upto, chosen.start_ns, chosen.end_ns)
        within = "seq > ? AND seq <= ? AND time_ns >= ? AND time_ns < ?"
        rows = self._db.execute(f"{RECORDS} WHERE {within} {wanted}", place).fetchall()
        found = [r for row in rows if (r := record_of(row, self._points)) is not None]
        for row in self._db.execute(f"{FIELDS} WHERE {within}", place).fetchall():
            records = records_of(row, self._points)
            found += (r for r in records if chosen.points is None or r.point in chosen.points)
        return sorted(found, key=lambda record: record.seq)

    def _chunk(self, after: int) -> int:
        """The last of the next CHUNK records or some more: among the oldest most numbers may be
        gone."""
        count = 0
        for seq, readings in self._db.execute(_NEXT, (after, self.last_seq, CHUNK)):
            count += readings
            if count >= CHUNK:
                return int(seq)
        return self.last_seq

    def _keys(self, names: Collection[str]) -> str:
        return ",".join(str(key) for key, row in self._points.items() if row.name in names)


@contextmanager
def _told() -> Iterator[None]:
    """What SQLite says, as a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{FILE}: {error}; a gateway that runs repairs it") from error


@contextmanager
def open_archive(folder: Path) -> Iterator[Archive]:
    """The store in a folder. Raises Unavailable, StoreError."""
    path = folder / FILE
    if not path.exists():
        raise Unavailable(f"{folder} holds no store; say with --data where it is")
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise Unavailable(f"{path}: {error}; the file must be readable for you") from error
    connection.text_factory = lenient
    try:
        with _told():
            version = version_of(layout(connection))
            if version == NOT_OURS:
                if is_newer(connection):
                    raise StoreError(f"{path} is of a newer wisgate, which can read it")
                raise StoreError(f"{path} is damaged, or no store; a gateway that runs repairs it")
            if version < SAMPLED:
                connection.executescript(ADDED[SAMPLED].replace("TABLE", "TEMP TABLE", 1))
            archive = Archive(connection)
        yield archive
    finally:
        connection.close()
