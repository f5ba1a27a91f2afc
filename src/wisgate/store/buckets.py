"""The buckets of a chart, from readings where they are kept and needed, from a tier elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..core.points import Value
from . import retention
from .database import Database
from .figures import columns, figures_of, first_slot, last_of, numeric, together
from .history import MAX_BUCKETS, SECOND_NS, Bucket, History, Span, around
from .jobs import Jobs
from .past import Past
from .samplings import EVER
from .schema import TIERS, PointRow, status_of, value_of

BUCKETS_PER_JOB = {0: 2, 60: 20, 3600: 50}
"""By the tier they come from, so that commits are not held up: a chart of 30 days is read in many
short jobs."""

_WHERE = "FROM record WHERE point = ? AND time_ns >= ? AND time_ns < ? AND seq > ?"
_SLOTS = (
    "SELECT min(low), max(high), total(total), sum(valued), sum(count), max(worst) FROM rollup"
    " WHERE span = ? AND point = ? AND slot >= ? AND slot < ?"
)


@dataclass(frozen=True)
class _Part:
    """What one source says of a bucket."""

    low: float | None
    high: float | None
    total: float
    valued: int
    count: int
    worst: int
    last: object


@dataclass(frozen=True)
class _Source:
    """Readings (`tier` 0) or a tier, from `begin_ns` up to `end_ns`."""

    tier: int
    begin_ns: int
    end_ns: int


async def in_buckets(jobs: Jobs[Database], name: str, span: Span, count: int) -> History:
    """A span in `count` buckets, as far as it has so many nanoseconds. Raises StoreError."""
    tier, spans = _split(span, count)
    made: list[Bucket] = []
    for at in range(0, len(spans), BUCKETS_PER_JOB[tier]):
        made += await jobs.run(_job(name, tier, spans[at : at + BUCKETS_PER_JOB[tier]]))
    frame = await jobs.run(lambda past: around(past, name, span))
    return replace(frame, buckets=tuple(made))


def at_once(past: Past, name: str, span: Span, count: int) -> History:
    """The same where no commit waits. Raises sqlite3.Error."""
    buckets = _job(name, *_split(span, count))(past)
    return replace(around(past, name, span), buckets=tuple(buckets))


def _split(span: Span, count: int) -> tuple[int, list[Span]]:
    return span.split(max(1, min(count, MAX_BUCKETS, span.end_ns - span.start_ns)))


def _job(name: str, tier: int, spans: Sequence[Span]) -> Callable[[Past], list[Bucket]]:
    """A job that makes the buckets of some spans; `tier` is the finest that they need."""

    def job(past: Past) -> list[Bucket]:
        found = past.points.current(name)
        if found is None:
            return []
        reader = _Reader(past, *found, tier)
        made = (reader.bucket(span) for span in spans)
        return [bucket for bucket in made if bucket is not None]

    return job


class _Reader:
    """Of one point, for one job. Threads: lane only."""

    def __init__(self, past: Past, key: int, row: PointRow, tier: int) -> None:
        self._db, self._key, self._row = past.connection, key, row
        self._tiers, self._samplings = past.tiers, past.samplings
        self._figures = columns(row.kind)
        self._sources = list(_sources(past, key, tier))

    def bucket(self, span: Span) -> Bucket | None:
        parts = [part for part in self._parts(span) if part is not None]
        if not parts:
            return None
        lows = [p.low for p in parts if p.low is not None]
        highs = [p.high for p in parts if p.high is not None]
        valued, count = sum(p.valued for p in parts), sum(p.count for p in parts)
        mean = sum(p.total for p in parts) / valued if valued else None
        last: Value = value_of(parts[-1].last, self._row.kind)
        worst = status_of(max(p.worst for p in parts))
        return Bucket(
            span.start_ns, min(lows, default=None), mean, max(highs, default=None), last, count,
            worst,
        )  # fmt: skip

    def _parts(self, span: Span) -> Iterator[_Part | None]:
        """Oldest first."""
        for source in reversed(self._sources):
            begin, end = max(span.start_ns, source.begin_ns), min(span.end_ns, source.end_ns)
            if begin >= end:
                continue
            if not source.tier:
                yield self._records(begin, end)
            else:
                yield self._slots(source.tier, begin, end)
                yield self._not_rolled(begin, end)

    def _records(self, begin: int, end: int, beyond: int = 0) -> _Part | None:
        """Of the readings themselves, those with a number `beyond` one."""
        place = (self._key, begin, end, beyond)
        row = self._db.execute(
            f"SELECT {self._figures}, count(*), max(status) {_WHERE}", place
        ).fetchone()
        row = numeric(row)
        sampled = self._samplings.rows(self._key, self._row.kind, begin, end, beyond)
        if not row[4] and not sampled:
            return None
        last = self._db.execute(
            f"SELECT time_ns, seq, value {_WHERE} ORDER BY time_ns DESC, seq DESC LIMIT 1", place
        ).fetchall()
        last += [(time_ns, seq, value) for seq, time_ns, _, value, *_ in sampled[-1:]]
        figures = figures_of([row[3] for row in sampled], self._row.kind)
        both = figures if not row[4] else together(row, figures) if sampled else row
        low, high, total, valued, count, worst = both
        return _Part(low, high, total, valued, count, worst, last_of(last))

    def _not_rolled(self, begin: int, end: int) -> _Part | None:
        """Of readings that the tiers do not have yet: those of the last minutes."""
        since = self._tiers.since_ns
        if since is None or since >= end:
            return None
        return self._records(max(begin, since), end, self._tiers.rolled(self._key))

    def _slots(self, tier: int, begin: int, end: int) -> _Part | None:
        """Of the slots of a tier that begin within."""
        length = tier * SECOND_NS
        place = (tier, self._key, -(-begin // length), -(-end // length))
        row = self._db.execute(_SLOTS, place).fetchone()
        if not row[4]:
            return None
        last = self._db.execute(
            "SELECT last FROM rollup WHERE span = ? AND point = ? AND slot >= ? AND slot < ?"
            " ORDER BY slot DESC LIMIT 1",
            place,
        ).fetchone()
        return _Part(*numeric(row), *last)


def _sources(past: Past, key: int, tier: int) -> Iterator[_Source]:
    """From the finest that is needed to the coarsest, each up to where the one before it begins:
    what is too old for one is in the next."""
    wanted = [t for t in (0, *TIERS) if t >= tier]
    end = EVER
    for one, following in pairwise(wanted):
        begin = min(end, _first_ns(past, key, one, following))
        yield _Source(one, begin, end)
        end = begin
    yield _Source(wanted[-1], -EVER, end)


def _first_ns(past: Past, key: int, tier: int, coarser: int) -> int:
    """From where on a source holds all that a coarser one does, on the grid of that."""
    first = _first_slot_ns(past, key, tier) if tier else _first_reading_ns(past, key)
    if first is None:
        return EVER
    length = coarser * SECOND_NS
    begin = first // length * length
    whole = _count(past, key, tier, begin, length) >= _count(past, key, coarser, begin, length)
    return begin if whole else begin + length


def _first_slot_ns(past: Past, key: int, tier: int) -> int | None:
    slot = first_slot(past.connection, tier, key)
    return None if slot is None else slot * tier * SECOND_NS


def _first_reading_ns(past: Past, key: int) -> int | None:
    """Beyond those that some of are gone."""
    kept_upto = past.retention.kept.upto
    oldest = retention.oldest(past.connection, kept_upto) if kept_upto else None
    since = oldest[1] if oldest is not None else -EVER
    (alone,) = past.connection.execute(
        "SELECT min(time_ns) FROM record WHERE point = ? AND time_ns >= ?", (key, since)
    ).fetchone()
    found = (alone, past.samplings.first_ns(key, since))
    return min((time_ns for time_ns in found if time_ns is not None), default=None)


def _count(past: Past, key: int, tier: int, begin: int, length: int) -> int:
    """Readings that a source knows of from `begin` on for a `length`."""
    if not tier:
        query = "SELECT count(*) FROM record WHERE point = ? AND time_ns >= ? AND time_ns < ?"
        place: tuple[int, ...] = (key, begin, begin + length)
        sampled = past.samplings.count(*place)
    else:
        span = tier * SECOND_NS
        query = (
            "SELECT coalesce(sum(count), 0) FROM rollup"
            " WHERE span = ? AND point = ? AND slot >= ? AND slot < ?"
        )
        place = (tier, key, begin // span, (begin + length) // span)
        sampled = 0
    return int(past.connection.execute(query, place).fetchone()[0]) + sampled
