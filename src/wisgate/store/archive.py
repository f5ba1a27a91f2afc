"""Reads a store without touching it, while its gateway runs or after it has ended: for the history
of a point, for exports, and for trying rules on the past. Blocking."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ..core.errors import StoreError, Unavailable
from ..core.points import Kind, Point
from .database import FILE
from .history import last_before
from .past import Past
from .records import Record
from .retention import UNBOUNDED
from .samplings import EVER, FIELDS, Samplings, records_of
from .schema import (
    BEGIN,
    KINDS,
    NEWEST,
    NOT_OURS,
    RECORDS,
    PointRow,
    is_newer,
    layout,
    lenient,
    record_of,
    tables_since,
    version_of,
)

CHUNK = 2000
"""Records read in one go: whoever writes to the file never waits for a reader, and its log can be
emptied in between."""
_NO_ROOM = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What SQLite says when it cannot make the index of the log beside the file."""
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
    with _opened(folder / FILE) as connection:
        with _told():
            archive = Archive(connection)
        yield archive


@contextmanager
def open_past(folder: Path, points: Sequence[Point]) -> Iterator[Past]:
    """The same for a question about one of the `points` that are declared now. All answers are of
    one moment, and the log cannot be emptied meanwhile. Raises Unavailable, StoreError."""
    with _opened(folder / FILE) as connection, _told():
        connection.execute("BEGIN")
        past = Past(connection, points, UNBOUNDED)
        past.tiers.start()  # else every bucket looks through the readings, too
        yield past


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A store of ours. Raises Unavailable, StoreError."""
    try:
        there = path.exists()
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}; the file must be readable for you") from error
    if not there:
        raise Unavailable(f"{path.parent} holds no store; say with --data where it is")
    with _told():
        connection = _connected(path)
    with closing(connection):
        with _told():
            _complete(connection, path)
        yield connection


def _complete(connection: sqlite3.Connection, path: Path) -> None:
    """What an older store lacks is there then, and empty. Raises StoreError for what is no store,
    sqlite3.Error."""
    version = version_of(layout(connection))
    if version == NOT_OURS:
        if is_newer(connection):
            raise StoreError(f"{path} is of a newer wisgate, which can read it")
        raise StoreError(f"{path} is damaged, or no store; a gateway that runs repairs it")
    for table in tables_since(version):
        connection.execute(table.replace("TABLE", "TEMP TABLE", 1))


def _connected(path: Path) -> sqlite3.Connection:
    """Where no file can be made, as on a copy that is only to be read, a store without a log is
    read as what nobody changes. Raises Unavailable, sqlite3.Error."""
    try:
        return _reading(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_ROOM:
            raise
    log = Path(f"{path}-wal")
    try:
        if log.exists() and log.stat().st_size:
            raise Unavailable(
                f"{path} has a log, which is read where a file can be made beside it;"
                " copy both into a folder of your own"
            )
        return _reading(path, "mode=ro&immutable=1")
    except (sqlite3.OperationalError, OSError) as error:
        raise Unavailable(f"{path}: {error}; the file must be readable for you") from error


def _reading(path: Path, how: str) -> sqlite3.Connection:
    """Raises sqlite3.Error."""
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True)
    try:
        connection.text_factory = lenient
        layout(connection)
    except BaseException:
        connection.close()
        raise
    return connection
