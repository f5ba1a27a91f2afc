"""What follows a number: sinks that are behind read on in the file. Blocking; `store` calls it in
its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

import msgspec

from ..core.columns import amount
from .dating import Dating
from .entries import Entries, Part, Records, room
from .point_rows import PointRows
from .records import Gap, Record
from .samplings import EVER, FIELDS, SamplingRow, as_kind, records_of, values_of
from .schema import RECORDS, Damage, gap_of, record_of

_GAPS = "SELECT seq, time_ns, first, last, cause FROM gap"


@dataclass(frozen=True)
class _Wanted:
    """The numbers beyond one, up to another."""

    beyond: int
    upto: int

    def has(self, number: int) -> bool:
        return self.beyond < number <= self.upto


class Following:
    """Threads: lane only. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, points: PointRows, dating: Dating) -> None:
        self._db, self._points, self._dating = connection, points, dating

    def after(self, seq: int, limit: int, density: int) -> Entries:
        """The next entries beyond `seq`, at most `limit`, of those in columns `density` as one, in
        order, and none that waits for its time. In columns comes what the file has in a row."""
        held = self._dating.held
        wanted = _Wanted(seq, EVER if held is None else held - 1)
        found: list[Part] = []
        following, left = seq + 1, limit
        rows = self._gaps(wanted), self._records(wanted), self._sampled(wanted)
        for part in merge(*rows, key=_number):
            if part.seq < following:
                raise Damage("a number comes twice")
            left -= room(part, density)
            if left < 0:
                if not found and isinstance(part, Records):
                    found += part[:limit]
                break
            found.append(part)
            following = part.seq + amount(part)
        return Entries(found)

    def _gaps(self, wanted: _Wanted) -> Iterator[Gap]:
        return map(gap_of, self._rows(_GAPS, wanted, wanted.upto))

    def _records(self, wanted: _Wanted) -> Iterator[Record]:
        for row in self._rows(RECORDS, wanted, wanted.upto):
            if (record := record_of(row, self._points.by_id)) is not None:
                yield self._marked(record)

    def _sampled(self, wanted: _Wanted) -> Iterator[Record | Records]:
        """Record by record only what is not wanted as a whole, has an estimated time, or lost a
        point."""
        for row in self._rows(FIELDS, wanted, EVER):
            values = values_of(row)
            number, time_ns, first, last, _ = row
            begin, stretch = number - (last - first), self._points.stretch(first, last)
            whole = wanted.has(begin) and wanted.has(number)
            if whole and stretch is not None and not self._dating.is_guess(begin, number):
                yield Records(begin, time_ns, stretch.heads, [*map(as_kind, values, stretch.kinds)])
            else:
                yield from self._one_by_one(row, wanted)

    def _one_by_one(self, row: SamplingRow, wanted: _Wanted) -> Iterator[Record]:
        records = records_of(row, self._points.by_id)
        return (self._marked(record) for record in records if wanted.has(record.seq))

    def _marked(self, record: Record) -> Record:
        if self._dating.is_guess(record.seq, record.seq):
            return msgspec.structs.replace(record, estimated=True)
        return record

    def _rows(self, query: str, wanted: _Wanted, upto: int) -> sqlite3.Cursor:
        return self._db.execute(
            f"{query} WHERE seq > ? AND seq <= ? ORDER BY seq", (wanted.beyond, upto)
        )


def _number(part: Part) -> int:
    return part.seq
