"""What follows a number: sinks that are behind read on in the file. Blocking; `store` calls it in
its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from heapq import merge
from itertools import islice

from ..core.columns import amount
from .dating import Dating
from .entries import Entries, Part, Records, room
from .point_rows import PointRows
from .records import Entry, Gap, Record
from .samplings import FIELDS, SamplingRow, as_kind, records_of, values_of
from .schema import RECORDS, gap_of, record_of

_GAPS = "SELECT seq, time_ns, first, last, cause FROM gap"
_ON = "WHERE seq > ? ORDER BY seq LIMIT ?"


class Following:
    """Threads: lane only. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, points: PointRows, dating: Dating) -> None:
        self._db, self._points, self._dating = connection, points, dating

    def after(self, seq: int, limit: int, density: int) -> Entries:
        """The next entries beyond `seq`, at most `limit`, in order: those of a sampling in columns,
        as they were offered first, `density` as one, unless their time is an estimate."""
        together = None if self._dating.guesses else self._together(seq, limit, density)
        return Entries(self._each(seq, limit) if together is None else together)

    def _together(self, seq: int, limit: int, density: int) -> list[Part] | None:
        """None where numbers come twice, which damage may bring about."""
        found: list[Part] = []
        following, left = seq + 1, limit
        rows: list[Iterator[Part]] = [
            self._gaps(seq, limit), self._records(seq, limit), self._columns(seq, limit)
        ]  # fmt: skip
        for part in merge(*rows, key=lambda part: part.seq):
            if part.seq < following:
                return None
            left -= room(part, density)
            if left < 0:
                return found or None
            found.append(part)
            following = part.seq + amount(part)
        return found

    def _each(self, seq: int, limit: int) -> list[Entry]:
        """The same one by one, those with an estimated time marked."""
        rows: list[Iterator[Entry]] = [
            self._gaps(seq, limit), self._records(seq, limit), self._sampled(seq, limit)
        ]  # fmt: skip
        return self._dating.marked(islice(merge(*rows, key=lambda entry: entry.seq), limit))

    def _gaps(self, seq: int, limit: int) -> Iterator[Gap]:
        return map(gap_of, self._db.execute(f"{_GAPS} {_ON}", (seq, limit)))

    def _records(self, seq: int, limit: int) -> Iterator[Record]:
        for row in self._db.execute(f"{RECORDS} {_ON}", (seq, limit)):
            if (record := record_of(row, self._points.by_id)) is not None:
                yield record

    def _sampled(self, seq: int, limit: int) -> Iterator[Record]:
        for row in self._samplings(seq, limit):
            yield from self._beyond(seq, row)

    def _columns(self, seq: int, limit: int) -> Iterator[Record | Records]:
        """Record by record only what is left of a sampling, or lost a point."""
        for row in self._samplings(seq, limit):
            values, (last_seq, time_ns, first, last, _) = values_of(row), row
            begin, stretch = last_seq - (last - first), self._points.stretch(first, last)
            if begin <= seq or stretch is None:
                yield from self._beyond(seq, row)
            else:
                heads, kinds = stretch
                yield Records(begin, time_ns, heads, [*map(as_kind, values, kinds)])

    def _samplings(self, seq: int, limit: int) -> Iterator[SamplingRow]:
        return self._db.execute(f"{FIELDS} {_ON}", (seq, limit))

    def _beyond(self, seq: int, row: SamplingRow) -> Iterator[Record]:
        return (record for record in records_of(row, self._points.by_id) if record.seq > seq)
