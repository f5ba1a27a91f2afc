"""Readings get their numbers, and become rows of the file and records for sinks.

The most of them are good and carry a plain value of their kind: for those nothing is called. Where
such follow each other, of one time and of points numbered in a row, they become one sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.columns import Batch, Readings, are_finite
from ..core.points import Reading, Status
from .entries import Records
from .point_rows import PointRows
from .records import Record
from .samplings import LEAST, MOST, SamplingRow, Samplings, sealed
from .schema import EXACT, GOOD_CODE, Row, encode, record_of


class Numbering:
    """Readings as they are numbered from `first` on. The caller commits the points."""

    def __init__(self, first: int, points: PointRows, samplings: Samplings) -> None:
        self.rows: list[Row] = []
        self.samplings: list[SamplingRow] = []
        self.records: list[Record | Records] = []
        """Those that `record_of` makes of the rows, if anybody is told."""
        self.following, self._points, self._places = first, points, samplings

    def take(self, batch: Batch, *, told: bool) -> None:
        """Number some more."""
        alone: list[Reading] = []
        for item in batch:
            if not isinstance(item, Readings):
                alone.append(item)
                continue
            self._take_each(alone, told)
            alone = []
            if not self._take_together(item, told):
                self._take_each(item, told)
        self._take_each(alone, told)

    def _take_together(self, readings: Readings, told: bool) -> bool:
        """Whether they have their numbers: if their points are numbered in a row, and their values
        plain."""
        row, values = self._points.row_of(readings), readings.values
        if row is None or tuple(map(type, values)) != row.types or not _are_plain(values):
            return False
        self.following += len(values)
        self._close(self.following, readings.time_ns, row.first, values)
        if told:
            first = self.following - len(values)
            self.records.append(Records(first, readings.time_ns, row.heads, values))
        return True

    def _take_each(self, readings: Sequence[Reading], told: bool) -> None:
        records, points = self.records, self._points
        places, good = points.places, Status.GOOD  # global names and attributes cost, too
        values: list[Any] = []  # at `moment`, of the points from `start` to before `following`
        start = following = moment = 0
        for seq, reading in enumerate(readings, self.following):
            name, value, status, time_ns, cause = reading
            key, point, plain, least, most = places.get(name) or points.place_of(reading)
            number: Any = value  # as soon as it is of that type
            whole = value.__class__ is plain and least <= number <= most
            if cause or status is not good or not whole:
                self._close(seq, moment, start, values)
                self._alone(seq, reading, key, told)
                values, following = [], 0
                continue
            if key != following or time_ns != moment:
                self._close(seq, moment, start, values)
                values, start, moment = [], key, time_ns
            values.append(value)
            following = key + 1
            if told:
                records.append(Record(seq, time_ns, name, point.unit, value, status))
        self.following += len(readings)
        self._close(self.following, moment, start, values)

    def _alone(self, seq: int, reading: Reading, key: int, told: bool) -> None:
        """A reading that is a row of its own, whatever stands beside it."""
        _, value, status, time_ns, cause = reading
        by_id = self._points.by_id
        row = (seq, time_ns, key, *encode(value, status, by_id[key].kind), cause or None)
        self.rows.append(row)
        if told and (record := record_of(row, by_id)) is not None:
            self.records.append(record)

    def _close(self, following: int, time_ns: int, first: int, values: Sequence[Any]) -> None:
        """Values of points from `first` on, of numbers up to before `following`: as samplings, or
        as rows where a sampling is not worth it."""
        at = following - len(values)
        for begin in range(0, len(values), MOST):
            some = values[begin : begin + MOST]
            key = first + begin
            if len(some) >= LEAST and self._places.takes((key, key + len(some) - 1)):
                self.samplings.append(sealed(at + begin + len(some) - 1, time_ns, key, some))
            else:
                self.rows += (
                    (at + begin + n, time_ns, key + n, value, GOOD_CODE, None)
                    for n, value in enumerate(some)
                )


def _are_plain(numbers: Sequence[Any]) -> bool:
    """Whether a float carries each of them, looked at together."""
    return are_finite(numbers) and min(numbers) >= -EXACT and max(numbers) <= EXACT
