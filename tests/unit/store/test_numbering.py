from __future__ import annotations

import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wisgate.core.columns import Columns, Readings, amount
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.store.entries import Entries, Records
from wisgate.store.numbering import Numbering
from wisgate.store.point_rows import PointRows
from wisgate.store.samplings import STRETCHES, Samplings, as_kind, values_of
from wisgate.store.schema import Row, create, encode, record_of

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

PLAIN = {Kind.FLOAT: 1.5, Kind.INT: 2**53, Kind.BOOL: True}
TOGETHER = st.builds(
    lambda kind, time_ns, cause: Reading(str(kind), PLAIN[kind], time_ns=time_ns, cause=cause),
    st.sampled_from([*PLAIN]), st.integers(0, 1), st.sampled_from(["", "", "", "rule 1"]),
)  # fmt: skip
"""What often stands in a row."""


@given(st.lists(READINGS, max_size=20) | st.lists(TOGETHER, max_size=20))
def test_rows_and_records_are_those_of_each_reading_alone(readings: list[Reading]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, POINTS)
        new = Numbering(7, points, Samplings(connection))
        new.take(readings[:5], told=True)
        new.take(readings[5:], told=True)
        rows = alone(new, points)
        for seq, (reading, row) in enumerate(zip(readings, rows, strict=True), 7):
            kind = points.by_id[row[2]].kind
            stored = encode(reading.value, reading.status, kind)
            assert repr(row[:2] + row[3:5]) == repr((seq, reading.time_ns, *stored))
            assert points.by_id[row[2]].name == reading.name
            assert row[5] == (reading.cause or None)
        assert repr(new.records) == repr([record_of(row, points.by_id) for row in rows])


ROW = Columns([str(kind) for kind in PLAIN])
COLUMNS = [ROW, Columns([*reversed(ROW.names)]), Columns([ROW.names[1], "undeclared"])]
NUMBERS = st.sampled_from([1.5, 2.0, 3, 2**53, 2**53 + 1, 10**400, True, math.nan, math.inf])
IN_COLUMNS = st.sampled_from(COLUMNS).flatmap(
    lambda c: st.builds(
        Readings, st.just(c), st.tuples(*[NUMBERS] * len(c.names)), st.integers(0, 1)
    )
) | st.builds(Readings, st.just(ROW), st.just((*PLAIN.values(),)), st.integers(0, 1))


@example([Readings(ROW, (1.5, 10**400, True), 1)])
@given(st.lists(IN_COLUMNS | TOGETHER, max_size=6))
def test_what_comes_in_columns_is_numbered_as_each_alone(batch: list[Reading | Readings]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, POINTS)
        points.add_declared()
        whole, each = (Numbering(7, points, Samplings(connection)) for _ in range(2))
        whole.take(batch, told=True)
        for item in batch:
            each.take([*item] if isinstance(item, Readings) else [item], told=True)
        assert repr(alone(whole, points)) == repr(alone(each, points))
        assert repr([*Entries(whole.records)]) == repr([*Entries(each.records)])
        assert whole.following == each.following == 7 + sum(map(amount, batch))


def test_plain_values_in_a_row_of_points_stay_in_columns() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, POINTS)
        points.add_declared()
        new = Numbering(7, points, Samplings(connection))
        new.take([Readings(ROW, (*PLAIN.values(),), 5)], told=True)
        (records,) = new.records
        assert isinstance(records, Records)
        assert (records.seqs, records.heads.names) == (range(7, 10), ROW.names)
        assert [row[:4] for row in new.samplings] == [(9, 5, 1, 3)]


def alone(new: Numbering, points: PointRows) -> list[Row]:
    """All rows, with one for each reading of a sampling."""
    rows = list(new.rows)
    for sampling in new.samplings:
        seq, time_ns, first, last, _ = sampling
        for key, value in enumerate(values_of(sampling), first):
            shown = as_kind(value, points.by_id[key].kind)
            rows.append((seq - last + key, time_ns, key, shown, 0, None))
    return sorted(rows, key=lambda row: row[0])


def test_what_stands_in_a_row_at_one_time_is_one_sampling() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        named = [Point(f"p{n}", "V") for n in range(1, 301)]
        points = PointRows(connection, named)
        points.add_declared()
        new = Numbering(1, points, Samplings(connection))
        new.take([Reading(p.name, 0.5, time_ns=3) for p in named], told=False)
        assert [row[:4] for row in new.samplings] == [
            (125, 3, 1, 125), (250, 3, 126, 250), (300, 3, 251, 300),
        ]  # fmt: skip
        assert (new.rows, new.records) == ([], [])
        new.take([Reading("p7", 0.5, time_ns=4), Reading("p9", 0.5, time_ns=4)], told=False)
        new.take([Reading("p1", 0.5, time_ns=4), Reading("p2", 0.5, time_ns=5)], told=False)
        assert [row[:3] for row in new.rows] == [(301, 4, 7), (302, 4, 9), (303, 4, 1), (304, 5, 2)]


def test_too_many_choices_of_points_become_rows_of_their_own() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        named = [Point(f"p{n}", "V") for n in range(1, 51)]
        points, samplings = PointRows(connection, named), Samplings(connection)
        points.add_declared()
        new = Numbering(1, points, samplings)
        for first in range(25):  # all with the last one
            new.take([Reading(p.name, 0.5, time_ns=first) for p in named[first:]], told=False)
        assert len(new.samplings) == STRETCHES
        assert len(new.rows) == sum(range(50 - 24, 50 - STRETCHES + 1))
        new.take([Reading(p.name, 0.5, time_ns=1) for p in named[2:]], told=False)
        assert len(new.samplings) == STRETCHES + 1, "one that is known is taken"


@pytest.mark.parametrize(("value", "kind"), [(1, Kind.INT), (1.5, Kind.FLOAT), (True, Kind.BOOL)])
def test_a_number_given_in_a_transaction_that_failed_is_given_anew(
    value: Value, kind: Kind
) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        points = PointRows(connection, [Point("level", "m", kind)])
        known = points.count
        connection.execute("BEGIN")
        Numbering(1, points, Samplings(connection)).take([Reading("level", value)], told=False)
        connection.execute("ROLLBACK")
        points.forget_beyond(known)
        new = Numbering(1, points, Samplings(connection))
        new.take([Reading("level", value)], told=False)
        assert connection.execute("SELECT id FROM point").fetchall() == [(new.rows[0][2],)]
