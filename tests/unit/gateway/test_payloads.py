from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wisgate.core.points import Status
from wisgate.gateway.payloads import (
    MAX_COMMAND,
    alarm,
    batch_json,
    columns_json,
    command_value,
    entries_json,
    reading,
    time_text,
)
from wisgate.store.entries import Heads, Records
from wisgate.store.records import AlarmState, Phase, Record


def test_time_has_milliseconds_and_z() -> None:
    assert time_text(1_795_176_000_000_000_000) == "2026-11-20T12:00:00.000Z"
    assert time_text(1_795_176_000_999_999_999) == "2026-11-20T12:00:00.999Z"


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b"true", True), (b"false", False), (b"on", True), (b" OFF\n", False), (b"1.5", 1.5),
        (b"-3", -3), (b'"text"', "text"), (b'"on"', "on"),
    ],
)  # fmt: skip
def test_values(payload: bytes, value: object) -> None:
    assert command_value(payload) == value
    assert type(command_value(payload)) is type(value)


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"{}", b"[1]", b"\xff", b"text", b"NaN", b"1" * (MAX_COMMAND + 1), b"1e999"],
)
def test_nonsense(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"send true|more than"):
        command_value(payload)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_value_error(payload: bytes) -> None:
    try:
        value = command_value(payload)
    except ValueError:
        return
    assert isinstance(value, bool | int | float | str)


def test_an_estimated_time_is_marked_and_no_other() -> None:
    record = Record(7, 1_795_176_000_000_000_000, "level", "m", 1.5, Status.GOOD)
    assert "time_estimated" not in reading(record)
    assert reading(replace(record, estimated=True))["time_estimated"] is True
    state = AlarmState(Phase.ACTIVE, "high")
    assert "time_estimated" not in alarm(record, state)
    assert alarm(replace(record, estimated=True), state)["time_estimated"] is True


@given(
    st.lists(
        st.builds(
            Record,
            st.integers(1, 2**62),
            st.integers(0, 2**60),
            st.text(max_size=3),
            st.sampled_from(["", "m"]),
            st.one_of(
                st.none(), st.booleans(), st.text(max_size=3), st.integers(0, 9), st.floats()
            ),
            st.sampled_from(Status),
            st.sampled_from(["", "rule 1"]),
            st.booleans(),
        )
    )
)
def test_a_batch_has_the_rows_of_every_other_output(records: list[Record]) -> None:
    rows = batch_json(records).removesuffix(b"}")
    assert entries_json("hall", records) == (
        b'{"gateway":"hall",' + rows.removeprefix(b"{") + b',"alarms":[],"gaps":[]}'
    )


def test_a_batch_on_the_wire() -> None:
    first = Record(7, 1_795_176_000_000_000_000, "level", "m", 1.5, Status.GOOD)
    second = Record(8, first.time_ns, "pump", "", None, Status.FAULT, "rule 1", True)
    assert batch_json([first, second]) == (
        b'{"readings":[{"point":"level","value":1.5,"unit":"m","status":"good",'
        b'"time":"2026-11-20T12:00:00.000Z","seq":7},{"point":"pump","value":null,"unit":"",'
        b'"status":"fault","time":"2026-11-20T12:00:00.000Z","seq":8,"cause":"rule 1",'
        b'"time_estimated":true}]}'
    )


def test_records_in_columns_are_the_rows_that_each_is_alone() -> None:
    heads = Heads(["level", 'a "b"'], ["m", "%"])
    some = Records(7, 1_750_000_000_123_000_000, heads, (1.5, 3))
    alone = Record(9, 1, "late", "", None, Status.FAULT)
    assert batch_json([some, alone]) == batch_json([*some, alone])
    assert b'"seq":8' in batch_json([some])


def test_columns_on_the_wire() -> None:
    heads = Heads(["level", 'a "b"'], ["m", "%"])
    some = Records(7, 1_795_176_000_000_000_000, heads, (1.5, True))
    alone = Record(9, some.time_ns, "late", "", None, Status.FAULT)
    assert columns_json([some, alone]) == (
        b'{"samplings":[{"time":"2026-11-20T12:00:00.000Z","seq":7,'
        b'"points":["level","a \\"b\\""],"units":["m","%"],"values":[1.5,true]}],'
        b'"readings":[{"point":"late","value":null,"unit":"","status":"fault",'
        b'"time":"2026-11-20T12:00:00.000Z","seq":9}]}'
    )
    assert columns_json([alone]).startswith(b'{"samplings":[],"readings":[{')
