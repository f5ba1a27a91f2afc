"""What was: the readings of a point over a span of time, raw or in buckets for a chart."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ..core.points import Kind, Status, Value
from .database import Database
from .records import Record
from .schema import PointRow, record_of, status_of, value_of

RAW_LIMIT = 10_000
"""Records returned without buckets at most."""

MAX_BUCKETS = 10_000
BUCKETS_PER_JOB = 2
"""So that commits are not held up: a chart of 30 days is read in many short jobs."""

_FIELDS = "SELECT seq, time_ns, point, value, status, cause FROM record "
_NEAR = 10_000
"""Numbers from the newest back in which a point that is sampled has a record."""


@dataclass(frozen=True)
class Bucket:
    """The readings from `start_ns` up to the next bucket. `min`, `avg` and `max` of a number's good
    and uncertain readings, None when there are none; `status` is the worst."""

    start_ns: int
    min: float | None
    avg: float | None
    max: float | None
    last: Value
    count: int
    status: Status


@dataclass(frozen=True)
class History:
    """Of one point from `start_ns` up to, not including, `end_ns`. Either `records` or `buckets` is
    filled; buckets without readings are left out."""

    point: str
    unit: str
    start_ns: int
    end_ns: int
    before: Record | None
    """The last record older than the span: the value at its begin."""
    records: tuple[Record, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    truncated: bool = False
    """There are more than RAW_LIMIT records; these are the first."""


@dataclass(frozen=True)
class Span:
    start_ns: int
    end_ns: int

    def split(self, count: int) -> Iterator[Span]:
        """`count` spans of equal length, to the nanosecond."""
        length = self.end_ns - self.start_ns
        edges = [self.start_ns + length * i // count for i in range(count + 1)]
        return (Span(a, b) for a, b in pairwise(edges))


def around(database: Database, name: str, span: Span) -> History:
    """The frame of a history: unit, span and the value at its begin."""
    found = database.points.current(name)
    unit = found[1].unit if found else ""
    return History(name, unit, span.start_ns, span.end_ns, before(database, name, span.start_ns))


def raw(database: Database, name: str, span: Span) -> History:
    """The records themselves, oldest first."""
    found = database.points.current(name)
    if found is None:
        return around(database, name, span)
    rows = database.connection.execute(
        f"{_FIELDS} WHERE point = ? AND time_ns >= ? AND time_ns < ? ORDER BY time_ns, seq LIMIT ?",
        (found[0], span.start_ns, span.end_ns, RAW_LIMIT + 1),
    ).fetchall()
    records = [
        r for row in rows[:RAW_LIMIT] if (r := record_of(row, database.points.by_id)) is not None
    ]
    return replace(
        around(database, name, span), records=tuple(records), truncated=len(rows) > RAW_LIMIT
    )


def latest(database: Database, name: str) -> Record | None:
    """The newest record of a point: the one that was stored last, whatever its clock said."""
    found = database.points.current(name)
    if found is None:
        return None
    top = database.extent().last_seq
    row = (
        database.connection.execute(
            f"{_FIELDS} WHERE seq > ? AND point = ? ORDER BY seq DESC LIMIT 1",
            (top - _NEAR, found[0]),
        ).fetchone()
        or database.connection.execute(
            f"{_FIELDS} WHERE seq = (SELECT max(seq) FROM record WHERE point = ?)", (found[0],)
        ).fetchone()
    )
    return record_of(row, database.points.by_id) if row else None


def before(database: Database, name: str, time_ns: int) -> Record | None:
    """The newest record of a point that is older than a time."""
    found = database.points.current(name)
    if found is None:
        return None
    row = database.connection.execute(
        f"{_FIELDS} WHERE point = ? AND time_ns < ? ORDER BY time_ns DESC, seq DESC LIMIT 1",
        (found[0], time_ns),
    ).fetchone()
    return record_of(row, database.points.by_id) if row else None


def bucket_job(name: str, spans: list[Span]) -> Callable[[Database], list[Bucket]]:
    """A job that makes the buckets of some spans."""

    def job(database: Database) -> list[Bucket]:
        found = database.points.current(name)
        if found is None:
            return []
        made = (_bucket(database.connection, *found, span) for span in spans)
        return [bucket for bucket in made if bucket is not None]

    return job


def _bucket(connection: sqlite3.Connection, key: int, row: PointRow, span: Span) -> Bucket | None:
    where = "FROM record WHERE point = ? AND time_ns >= ? AND time_ns < ?"
    place = (key, span.start_ns, span.end_ns)
    numeric = row.kind in (Kind.FLOAT, Kind.INT)
    figures = "min(value), avg(value), max(value)" if numeric else "NULL, NULL, NULL"
    low, mean, high, count, worst = connection.execute(
        f"SELECT {figures}, count(*), max(status) {where}", place
    ).fetchone()
    if not count:
        return None
    last = connection.execute(f"SELECT value {where} ORDER BY time_ns DESC LIMIT 1", place)
    value = value_of(last.fetchone()[0], row.kind)
    return Bucket(span.start_ns, low, mean, high, value, count, status_of(worst))
