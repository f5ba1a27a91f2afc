"""What was: the readings of a point over a span of time, raw or in buckets for a chart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from ..core.points import Status, Value
from .database import Database
from .records import Record
from .schema import TIERS, record_of

RAW_LIMIT = 10_000
"""Records returned without buckets at most."""

MAX_BUCKETS = 10_000
SLOTS_PER_BUCKET = 4
"""A tier is used for buckets of so many of its slots at least."""
SECOND_NS = 1_000_000_000

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

    def split(self, count: int) -> tuple[int, list[Span]]:
        """`count` buckets, of equal length to the nanosecond where they are short: then 0 comes
        with them. Otherwise the span in seconds of the tier that suits them, and their edges lie on
        its grid, the outer ones widened to it."""
        length = self.end_ns - self.start_ns
        edges = [self.start_ns + length * i // count for i in range(count + 1)]
        suits = [t for t in TIERS if length // count >= SLOTS_PER_BUCKET * t * SECOND_NS]
        tier = max(suits, default=0)
        if tier:
            grid = tier * SECOND_NS
            edges = [edge // grid * grid for edge in edges[:-1]] + [-(-edges[-1] // grid) * grid]
        return tier, [Span(a, b) for a, b in pairwise(edges)]


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
    known = database.points.by_id
    records = [r for row in rows[:RAW_LIMIT] if (r := record_of(row, known)) is not None]
    return replace(
        around(database, name, span), records=tuple(records), truncated=len(rows) > RAW_LIMIT
    )


def latest(database: Database, name: str) -> Record | None:
    """The newest record of a point: the one that was stored last, whatever its clock said."""
    found = database.points.current(name)
    if found is None:
        return None
    row = (
        database.connection.execute(
            f"{_FIELDS} WHERE seq > (SELECT max(seq) FROM record) - ? AND point = ?"
            " ORDER BY seq DESC LIMIT 1",
            (_NEAR, found[0]),
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
