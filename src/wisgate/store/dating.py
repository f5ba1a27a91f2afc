"""Records made before anybody knew the time: which they are, and how they are dated later.

Their times are estimates, all with one offset to the monotonic clock. Once the right offset is
known, the difference is added, some records at a time, and survives any end in between: how far it
came stands in the same transaction as the new times. Blocking.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..core.clock import SteadyClock
from .samplings import FIELDS, Samplings, later
from .schema import NEWEST, transaction

STEP = 1000
"""Records dated in one transaction."""
OPEN = 0
"""The last number of a span that still grows."""
_OLDEST = """
    SELECT coalesce(min(seq), 0) FROM (
        SELECT min(seq) AS seq FROM record UNION ALL SELECT min(seq) FROM sampling)
"""
_NEWEST_TIME = f"""
    SELECT time_ns FROM record WHERE seq = ({NEWEST})
    UNION ALL SELECT time_ns FROM sampling WHERE seq = ({NEWEST})
"""


@dataclass(frozen=True)
class Undated:
    """The numbers from `first` to `last`, made in one boot with one estimate."""

    key: int
    first: int
    last: int
    boot: str
    offset: int
    """Of the estimate, in nanoseconds (`SteadyClock.offset_ns`)."""
    shift: int | None
    """What is to be added to their times; None while nobody knows, or when nobody ever will."""

    def meets(self, first: int, last: int) -> bool:
        """Whether one of these numbers is among them."""
        return self.first <= last and (self.last == OPEN or first <= self.last)


class Dating:
    """The undated spans of a store. Threads: lane only."""

    def __init__(self, connection: sqlite3.Connection, samplings: Samplings) -> None:
        self.dated = True
        """Whether new records are dated right."""
        self._db, self._samplings = connection, samplings
        self._spans: list[Undated] = []
        self._begin = 1
        self._released = False

    def start(self, following: int, boot: str, clock: SteadyClock) -> None:
        """Take up what earlier processes left, with `following` as the next number. An untrusted
        clock gets the estimate of this boot, or one that is not older than the newest record. The
        caller commits."""
        self._begin, self.dated = following, clock.trusted
        self._spans = [Undated(*row) for row in self._db.execute("SELECT * FROM undated")]
        for span in list(self._spans):
            if span.last == OPEN:
                self._take_up(span, following, boot, clock)
        (oldest,) = self._db.execute(_OLDEST).fetchone()
        for span in list(self._spans):
            if span.last != OPEN and span.last < max(span.first, oldest):
                self._forget(span)
        if not clock.trusted and not any(span.last == OPEN for span in self._spans):
            clock.estimate(max(clock.offset_ns, self._newest() - clock.elapsed_ns()))
            self._add(following, OPEN, boot, clock.offset_ns, None)

    def _take_up(self, span: Undated, following: int, boot: str, clock: SteadyClock) -> None:
        if span.boot != boot:  # the monotonic clock of that time is gone, and nobody can tell
            self._put(replace(span, last=following - 1))
        elif clock.trusted:
            shift = clock.offset_ns - span.offset
            self._put(replace(span, last=following - 1, shift=shift))
        else:
            clock.estimate(span.offset)

    def correct(self, shift: int, following: int) -> None:
        """The records of the open span are `shift` nanoseconds later than estimated; without one,
        those of the whole process are."""
        span = next((span for span in self._spans if span.last == OPEN), None)
        with self._change():
            if span is None:
                self._add(self._begin, following - 1, "", 0, shift)
            else:
                self._put(replace(span, last=following - 1, shift=shift))
        self.dated = True

    def step(self) -> bool:
        """Date the next few records; whether there are more."""
        span = next((span for span in self._spans if span.shift is not None), None)
        if span is not None:
            with self._change():
                self._date_some(span, span.shift or 0)
        return self.pending

    def _date_some(self, span: Undated, shift: int) -> None:
        upto = self._samplings.end_of(min(span.first + STEP - 1, span.last))
        for table in ("record", "gap"):
            self._db.execute(
                f"UPDATE {table} SET time_ns = time_ns + ? WHERE seq BETWEEN ? AND ?",
                (shift, span.first, upto),
            )
        rows = self._db.execute(f"{FIELDS} WHERE seq BETWEEN ? AND ?", (span.first, upto))
        for seq, time_ns, _, _, body in [later(row, shift) for row in rows]:
            self._db.execute(
                "UPDATE sampling SET time_ns = ?, body = ? WHERE seq = ?", (time_ns, body, seq)
            )
        if upto >= span.last:
            self._forget(span)
        else:
            self._put(replace(span, first=upto + 1))

    def release(self) -> None:
        """Hold records back no longer: nobody knows when the time will be known."""
        self._released = True

    @property
    def pending(self) -> bool:
        """Whether there is something to date."""
        return any(span.shift is not None for span in self._spans)

    def final(self, following: int) -> int:
        """The last number, before a following one, whose time will not change any more."""
        changing = [s.first for s in self._spans if s.shift is not None or s.last == OPEN]
        return min([following, *changing]) - 1

    @property
    def first_to_correct(self) -> int:
        """The first number that `correct` is about."""
        return next((span.first for span in self._spans if span.last == OPEN), self._begin)

    @property
    def held(self) -> int | None:
        """The first number that is not to be offered yet; None when all are."""
        waiting = [
            span.first
            for span in self._spans
            if span.shift is not None or (span.last == OPEN and not self._released)
        ]
        return min(waiting, default=None)

    def is_guess(self, first: int, last: int) -> bool:
        """Whether one of these numbers has a time that is an estimate."""
        return any(span.shift is None and span.meets(first, last) for span in self._spans)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """A transaction; when it fails, the spans are those of the file again."""
        spans = self._spans
        try:
            with transaction(self._db):
                yield
        except BaseException:
            self._spans = spans
            raise

    def _newest(self) -> int:
        row = self._db.execute(_NEWEST_TIME).fetchone()
        return int(row[0]) + 1 if row else 0

    def _add(self, first: int, last: int, boot: str, offset: int, shift: int | None) -> None:
        key = 1 + max((span.key for span in self._spans), default=0)
        self._put(Undated(key, first, last, boot, offset, shift))

    def _put(self, span: Undated) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO undated VALUES (?,?,?,?,?,?)",
            (span.key, span.first, span.last, span.boot, span.offset, span.shift),
        )
        self._spans = [*(other for other in self._spans if other.key != span.key), span]

    def _forget(self, span: Undated) -> None:
        self._db.execute("DELETE FROM undated WHERE id = ?", (span.key,))
        self._spans = [other for other in self._spans if other.key != span.key]
