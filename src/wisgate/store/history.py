"""What was: the readings of a point over a span of time, raw or in buckets for a chart."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter

from ..core.points import Status, Value
from .past import Past
from .records import Record
from .samplings import EVER, Samplings
from .schema import NEWEST, RECORDS, TIERS, PointRow, Row, record_of

RAW_LIMIT = 10_000
"""Records returned without buckets at most."""

MAX_BUCKETS = 10_000
SLOTS_PER_BUCKET = 4
"""A tier is used for buckets of so many of its slots at least."""
SECOND_NS = 1_000_000_000

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


def around(past: Past, name: str, span: Span) -> History:
    """The frame of a history: unit, span and the value at its begin."""
    found = past.points.current(name)
    unit = found[1].unit if found else ""
    return History(name, unit, span.start_ns, span.end_ns, before(past, name, span.start_ns))


def raw(past: Past, name: str, span: Span) -> History:
    """The records themselves, oldest first."""
    found = past.points.current(name)
    if found is None:
        return around(past, name, span)
    key, point = found
    most = RAW_LIMIT + 1
    alone = past.connection.execute(
        f"{RECORDS} WHERE point = ? AND time_ns >= ? AND time_ns < ? ORDER BY time_ns, seq LIMIT ?",
        (key, span.start_ns, span.end_ns, most),
    ).fetchall()
    sampled = past.samplings.rows(key, point.kind, span.start_ns, span.end_ns, limit=most)
    known = past.points.by_id
    found_records = (record_of(row, known) for row in (*alone, *sampled))
    records = sorted((r for r in found_records if r is not None), key=_moment)
    return replace(
        around(past, name, span),
        records=tuple(records[:RAW_LIMIT]),
        truncated=len(records) > RAW_LIMIT,
    )


def latest(past: Past, name: str) -> Record | None:
    """The newest record of a point: the one that was stored last, whatever its clock said."""
    found = past.points.current(name)
    if found is None:
        return None
    row = _newest_near(past, *found) or _newest(past, *found)
    return record_of(row, past.points.by_id) if row else None


def _newest_near(past: Past, key: int, point: PointRow) -> Row | None:
    """The row of a point with the greatest number, if that is among the last. By the numbers: the
    index would have all rows of the point sorted."""
    beyond = (past.connection.execute(NEWEST).fetchone()[0] or 0) - _NEAR
    alone = past.connection.execute(
        f"{RECORDS} WHERE seq > ? AND +point = ? ORDER BY seq DESC LIMIT 1", (beyond, key)
    ).fetchone()
    sampled = past.samplings.newest_near(key, point.kind, beyond)
    return max((row for row in (alone, sampled) if row), key=itemgetter(0), default=None)


def _newest(past: Past, key: int, point: PointRow) -> Row | None:
    """The row of a point with the greatest number, wherever it is."""
    alone = past.connection.execute(
        f"{RECORDS} WHERE seq = (SELECT max(seq) FROM record WHERE point = ?)", (key,)
    ).fetchone()
    sampled = past.samplings.newest(key, point.kind)
    return max((row for row in (alone, sampled) if row), key=itemgetter(0), default=None)


def before(past: Past, name: str, time_ns: int) -> Record | None:
    """The newest record of a point that is older than a time."""
    found = past.points.current(name)
    if found is None:
        return None
    return last_before(past.connection, past.samplings, found[0], time_ns, past.points.by_id)


def last_before(
    connection: sqlite3.Connection, samplings: Samplings, key: int, time_ns: int,
    points: Mapping[int, PointRow],
) -> Record | None:  # fmt: skip
    """The newest record of one of the points that is older than a time."""
    alone = connection.execute(
        f"{RECORDS} WHERE point = ? AND time_ns < ? ORDER BY time_ns DESC, seq DESC LIMIT 1",
        (key, time_ns),
    ).fetchone()
    sampled = samplings.last_row(key, points[key].kind, -EVER, time_ns)
    found = (record_of(row, points) for row in (alone, sampled) if row is not None)
    return max((record for record in found if record is not None), key=_moment, default=None)


def _moment(record: Record) -> tuple[int, int]:
    """Records are in the order of time, then of their numbers."""
    return record.time_ns, record.seq
