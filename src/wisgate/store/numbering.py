"""Readings get their numbers, and become rows of the file and records for sinks.

The most of them are good and carry a plain value of their kind: for those nothing is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.points import Reading, Status
from .point_rows import PointRows
from .records import Record
from .schema import GOOD_CODE, Row, encode, record_of


def numbered(
    readings: Sequence[Reading], first: int, points: PointRows, *, told: bool
) -> tuple[list[Row], list[Record]]:
    """The rows of `readings`, numbered from `first` on, and if they are `told` to anybody, the
    records that `record_of` makes of those rows. The caller commits the points."""
    rows: list[Row] = []
    records: list[Record] = []
    places, good = points.places, Status.GOOD  # global names and attributes cost, too
    for seq, reading in enumerate(readings, first):
        name, value, status, time_ns, cause = reading
        key, point, plain, least, most = places.get(name) or points.place_of(reading)
        number: Any = value  # as soon as it is of that type
        if value.__class__ is plain and status is good and least <= number <= most:
            rows.append((seq, time_ns, key, value, GOOD_CODE, cause or None))
            if told:
                records.append(Record(seq, time_ns, name, point.unit, value, status, cause))
        else:
            stored, code = encode(value, status, point.kind)
            row = (seq, time_ns, key, stored, code, cause or None)
            rows.append(row)
            if told and (record := record_of(row, points.by_id)) is not None:
                records.append(record)
    return rows, records
