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
from .records import Record
from .schema import KINDS, NOT_OURS, PointRow, layout, lenient, record_of, version_of

CHUNK = 2000
"""Records read in one go: whoever writes to the file never waits for a reader, and its log can be
emptied in between."""
_EVER = 2**63 - 1


@dataclass(frozen=True)
class Chosen:
    """Which records: their times in nanoseconds UTC, `end_ns` not included; `points` None: all."""

    start_ns: int = -_EVER
    end_ns: int = _EVER
    points: Collection[str] | None = None


class Archive:
    """The records of a store, as it is at this moment. Threads: one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        rows = connection.execute("SELECT id, name, unit, kind FROM point").fetchall()
        self._points = {
            key: PointRow(name, unit, KINDS[kind])
            for key, name, unit, kind in rows
            if 0 <= kind < len(KINDS)
        }
        first, last = connection.execute(
            "SELECT (SELECT min(seq) FROM record), (SELECT max(seq) FROM record)"
        ).fetchone()
        self.first_seq, self.last_seq = int(first or 0), int(last or 0)

    @property
    def points(self) -> dict[str, Kind]:
        """Every point of which there are records, and its kind."""
        return {row.name: row.kind for row in self._points.values()}

    def newest_ns(self) -> int | None:
        """The time of the record that was stored last."""
        row = self._db.execute("SELECT time_ns FROM record ORDER BY seq DESC LIMIT 1").fetchone()
        return int(row[0]) if row else None

    def before(self, names: Collection[str], time_ns: int) -> list[Record]:
        """Of each point the newest record that is older than a time, oldest first."""
        found: dict[str, Record] = {}
        for key, row in self._points.items():
            if row.name not in names:
                continue
            last = self._db.execute(
                "SELECT seq, time_ns, point, value, status, cause FROM record"
                " WHERE point = ? AND time_ns < ? ORDER BY time_ns DESC, seq DESC LIMIT 1",
                (key, time_ns),
            ).fetchone()
            record = record_of(last, self._points) if last else None
            if record and (row.name not in found or found[row.name].seq < record.seq):
                found[row.name] = record
        return sorted(found.values(), key=lambda record: record.seq)

    def records(self, chosen: Chosen) -> Iterator[list[Record]]:
        """The chosen records in the order in which they were stored, some at a time; a list may be
        empty. What is stored meanwhile is not among them. Raises StoreError."""
        wanted = "" if chosen.points is None else f"AND point IN ({self._keys(chosen.points)})"
        query = (
            "SELECT seq, time_ns, point, value, status, cause FROM record"
            f" WHERE seq > ? AND seq <= ? AND time_ns >= ? AND time_ns < ? {wanted} ORDER BY seq"
        )
        after = self.first_seq - 1
        while after < self.last_seq:
            try:
                upto = self._chunk(after)
                rows = self._db.execute(
                    query, (after, upto, chosen.start_ns, chosen.end_ns)
                ).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{FILE}: {error}; a gateway that runs repairs it") from error
            yield [r for row in rows if (r := record_of(row, self._points)) is not None]
            after = upto

    def _chunk(self, after: int) -> int:
        """The last of the next CHUNK records: among the oldest most numbers may be gone."""
        (upto,) = self._db.execute(
            "SELECT max(seq) FROM"
            " (SELECT seq FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?)",
            (after, self.last_seq, CHUNK),
        ).fetchone()
        return self.last_seq if upto is None else int(upto)

    def _keys(self, names: Collection[str]) -> str:
        return ",".join(str(key) for key, row in self._points.items() if row.name in names)


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
        try:
            if version_of(layout(connection)) == NOT_OURS:
                raise StoreError(f"{path} is damaged, or no store; a gateway that runs repairs it")
            archive = Archive(connection)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {error}; a gateway that runs repairs it") from error
        yield archive
    finally:
        connection.close()
