"""The tables of the store, and how readings become rows.

Nothing is ever altered and what is new comes last, so that the first page of every store says where
the first tables begin: `salvage` puts a fresh one in the place of a damaged one.
"""

from __future__ import annotations

import math
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from ..core.points import Kind, Status, Value
from .records import Gap, Record

PAGE = 4096
APPLICATION_ID = 0x77697367
"""Says `file` and us whose database it is ("wisg")."""

SCHEMA = """
CREATE TABLE series (id INTEGER PRIMARY KEY, next INTEGER NOT NULL, mark INTEGER NOT NULL,
                     clean INTEGER NOT NULL) STRICT;
CREATE TABLE point (id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL,
                    kind INTEGER NOT NULL) STRICT;
CREATE TABLE record (seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, point INTEGER NOT NULL,
                     value ANY, status INTEGER NOT NULL, cause TEXT) STRICT;
CREATE TABLE gap (seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, first INTEGER NOT NULL,
                  last INTEGER NOT NULL, cause TEXT NOT NULL) STRICT;
CREATE TABLE cursor (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL, gap INTEGER NOT NULL,
                     first INTEGER NOT NULL) STRICT;
CREATE TABLE aside (sink TEXT NOT NULL, seq INTEGER NOT NULL, why TEXT NOT NULL,
                    PRIMARY KEY (sink, seq)) STRICT;
CREATE INDEX record_by_point ON record (point, time_ns, value, status);
"""
"""`record_by_point` holds all that a chart needs, so that 30 days of a point are read in order
instead of from every page of the file."""

VERSION = 4
SAMPLED = 4
"""The first version with samplings."""
TIERS = (60, 3600)
"""Spans of the tiers in seconds, shortest first."""

ADDED = {
    2: """
CREATE TABLE rollup (span INTEGER NOT NULL, point INTEGER NOT NULL, slot INTEGER NOT NULL, low ANY,
                     high ANY, total REAL NOT NULL, valued INTEGER NOT NULL, count INTEGER NOT NULL,
                     worst INTEGER NOT NULL, last ANY, PRIMARY KEY (span, point, slot))
                     STRICT, WITHOUT ROWID;
CREATE TABLE tier (id INTEGER PRIMARY KEY, rows INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE TABLE rolled (point INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE undated (id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
                      boot TEXT NOT NULL, offset INTEGER NOT NULL, shift INTEGER) STRICT;
CREATE INDEX point_by_name ON point (name, unit, kind);
""",
    3: """
CREATE TABLE kept (id INTEGER PRIMARY KEY, upto INTEGER NOT NULL, records INTEGER NOT NULL,
                   bytes INTEGER NOT NULL) STRICT;
""",
    4: """
CREATE TABLE sampling (seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, first INTEGER NOT NULL,
                       last INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX sampling_by_points ON sampling (first, last, time_ns);
""",
}
"""By version. `point_by_name` is a second copy of what no other page could give back."""

RECORDS = "SELECT seq, time_ns, point, value, status, cause FROM record"

BEGIN = "(seq - (last - first))"
"""The number of the first reading of a sampling, whose own number is that of the last."""

NEWEST = """
    SELECT nullif(max(coalesce((SELECT max(seq) FROM record), 0),
                      coalesce((SELECT max(seq) FROM sampling), 0)), 0)
"""
"""The number of the reading that was stored last; NULL without any."""

STATUSES = (
    Status.GOOD, Status.UNCERTAIN, Status.STALE, Status.SATURATED, Status.ABSENT, Status.FAULT,
)  # fmt: skip
"""The number of a status in the file is its place here; the worse, the greater."""

KINDS = (Kind.FLOAT, Kind.INT, Kind.BOOL, Kind.TEXT)
"""The number of a kind in the file is its place here; new ones go to the end."""

_CODES = {status: code for code, status in enumerate(STATUSES)}
GOOD_CODE = _CODES[Status.GOOD]
_INT64 = 2**63
_HIGHEST = sys.float_info.max
EXACT = 2**53
"""What a float carries to the last digit."""

PLAIN: dict[Kind, tuple[type, float, float]] = {
    Kind.FLOAT: (float, -_HIGHEST, _HIGHEST),
    Kind.INT: (int, -EXACT, EXACT),
    Kind.BOOL: (bool, False, True),
    Kind.TEXT: (object, 0, 0),
}
"""Type, least and greatest of the values of a kind that `encode` leaves as they are, and a float
carries; no text, and no value is a bare object."""


class Damage(sqlite3.DatabaseError):
    """Our own judgement, where SQLite sees no fault."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@dataclass(frozen=True, slots=True)
class PointRow:
    """What all records of one point share. Another unit or kind makes another row."""

    name: str
    unit: str
    kind: Kind


def lenient(text: bytes) -> str:
    """A text column, of which damage may have left anything."""
    return text.decode(errors="replace")


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, in one transaction."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.executescript(
        f"BEGIN IMMEDIATE;{SCHEMA}INSERT INTO series VALUES (1,1,1,1);{_added(1)}COMMIT;"
    )


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Add what a store of an older version lacks, in one transaction. What it holds stays where it
    is; the tiers are filled from it later."""
    connection.executescript(f"BEGIN IMMEDIATE;{_added(version)}COMMIT;")


def _added(version: int) -> str:
    """What came after a version."""
    new = "".join(text for number, text in ADDED.items() if number > version)
    return f"{new}PRAGMA user_version = {VERSION};"


def tables_since(version: int) -> Iterator[str]:
    """How the tables that came after a version are made, for whoever only reads."""
    return (made for made in _added(version).split(";") if "CREATE TABLE" in made)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what happens within, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


Layout = list[tuple[object, ...]]


NOT_OURS = 0
"""The version of a file that is no store."""


def version_of(found: Layout) -> int:
    """What the names of the tables say of a file. A migrated store has its new tables where there
    was room."""
    _, expected = fresh_page()
    counts = {version: text.count("CREATE") for version, text in ADDED.items()}
    old = len(expected) - sum(counts.values())
    if found[:old] != expected[:old]:
        return NOT_OURS
    length = old
    for version in range(1, VERSION + 1):
        length += counts.get(version, 0)
        if _names(found) == _names(expected[:length]):
            return version
    return NOT_OURS


def is_newer(connection: sqlite3.Connection) -> bool:
    """Whether it is the store of a later version: all our tables, others behind them, and a number
    that says so."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    found, (_, expected) = layout(connection), fresh_page()
    ours, others = found[: len(expected)], found[len(expected) :]
    return version > VERSION and bool(others) and _names(ours) == _names(expected)


def _names(found: Layout) -> Layout:
    """Without the places."""
    return [(kind, name, of, sql) for kind, name, of, _, sql in found]


def layout(connection: sqlite3.Connection) -> Layout:
    """Names, places and texts of all tables and indexes, as page 1 holds them."""
    return connection.execute(
        "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid"
    ).fetchall()


NAMES = ("NOT INDEXED", "INDEXED BY point_by_name")
"""The two places in which the points stand."""


def names_agree(connection: sqlite3.Connection) -> bool:
    """Whether the two copies of the points are the same: quick_check does not compare them."""
    one, other = (f"SELECT id, name, unit, kind FROM point {place}" for place in NAMES)
    differences = (f"{one} EXCEPT {other}", f"{other} EXCEPT {one}")
    return not any(connection.execute(f"{d} LIMIT 1").fetchone() for d in differences)


def fresh_page(create: Callable[[sqlite3.Connection], None] = create) -> tuple[bytes, Layout]:
    """Page 1 of a new store, or of another file that `create` makes, and what it says."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        fresh.execute(f"PRAGMA page_size = {PAGE}")
        create(fresh)
        return fresh.serialize()[:PAGE], layout(fresh)


def kind_of(value: Value) -> Kind:
    """The kind of a value whose point nobody declared."""
    match value:
        case bool():
            return Kind.BOOL
        case int():
            return Kind.INT
        case str():
            return Kind.TEXT
        case _:
            return Kind.FLOAT


def encode(value: Value, status: Status, kind: Kind) -> tuple[float | int | str | None, int]:
    """The two columns of a reading. A number that no file and no JSON can carry (not finite, or
    beyond 64 bits) is a fault without a value."""
    if value is None or not status.carries_value:
        return None, _CODES[status]
    if isinstance(value, str):
        return value.encode(errors="replace").decode(), _CODES[status]
    try:
        number = float(value) if kind is Kind.FLOAT else value
    except OverflowError:
        return None, _CODES[Status.FAULT]
    whole = isinstance(number, int) and -_INT64 <= number < _INT64
    if whole or (isinstance(number, float) and math.isfinite(number)):
        return number, _CODES[status]
    return None, _CODES[Status.FAULT]


def status_of(code: int) -> Status:
    """The status with that number; FAULT for one that damage made."""
    return STATUSES[code] if 0 <= code < len(STATUSES) else Status.FAULT


def value_of(stored: object, kind: Kind) -> Value:
    """The value of a column; None for what damage made."""
    if isinstance(stored, int | float):
        if kind is Kind.BOOL:
            return bool(stored)
        return float(stored) if kind is Kind.FLOAT else stored
    return stored if isinstance(stored, str) else None


Row = tuple[int, int, int, object, int, str | None]


def record_of(row: Row, points: Mapping[int, PointRow]) -> Record | None:
    """The record of a row; None for one whose point damage took. Raises Damage."""
    seq, time_ns, point, value, status, cause = row
    if not (isinstance(time_ns, int) and isinstance(status, int)):
        raise Damage("a record has a time or a status that is no number")
    known = points.get(point)
    if known is None:
        return None
    return Record(
        seq, time_ns, known.name, known.unit, value_of(value, known.kind), status_of(status),
        cause or "",
    )  # fmt: skip


def gap_of(row: tuple[int, int, int, int, str]) -> Gap:
    return Gap(*row)
