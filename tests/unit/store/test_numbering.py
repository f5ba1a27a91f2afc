from __future__ import annotations

import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.store.numbering import numbered
from wisgate.store.point_rows import PointRows
from wisgate.store.schema import create, encode, record_of

POINTS = [Point(str(kind), "V", kind) for kind in Kind]
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.integers(),
    st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400, math.inf, math.nan, -0.0]),
)  # fmt: skip
READINGS = st.builds(
    Reading,
    st.sampled_from([*(p.name for p in POINTS), "undeclared"]),
    VALUES,
    st.sampled_from(Status),
    st.integers(0, 2**62),
    st.sampled_from(["", "rule 1"]),
)


@given(st.lists(READINGS, max_size=20))
def test_rows_and_records_are_those_of_each_reading_alone(readings: list[Reading]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, POINTS)
        rows, records = numbered(readings, 7, points, told=True)
        assert numbered(readings, 7, points, told=False) == (rows, [])
        for seq, (reading, row) in enumerate(zip(readings, rows, strict=True), 7):
            kind = points.by_id[row[2]].kind
            stored = encode(reading.value, reading.status, kind)
            assert repr(row[:2] + row[3:5]) == repr((seq, reading.time_ns, *stored))
            assert points.by_id[row[2]].name == reading.name
            assert row[5] == (reading.cause or None)
        assert repr(records) == repr([record_of(row, points.by_id) for row in rows])


@pytest.mark.parametrize(("value", "kind"), [(1, Kind.INT), (1.5, Kind.FLOAT), (True, Kind.BOOL)])
def test_a_number_given_in_a_transaction_that_failed_is_given_anew(
    value: Value, kind: Kind
) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, [Point("level", "m", kind)])
        known = points.count
        connection.execute("BEGIN")
        numbered([Reading("level", value)], 1, points, told=False)
        connection.execute("ROLLBACK")
        points.forget_beyond(known)
        rows, _ = numbered([Reading("level", value)], 1, points, told=False)
        assert connection.execute("SELECT id FROM point").fetchall() == [(rows[0][2],)]
