"""The tables of the PostgreSQL sink, and records as their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ...core.points import Value
from ...store.records import ALARM, AlarmState, Entry, Gap

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """The end of a table's name."""

    READINGS = "readings"
    ALARMS = "alarms"
    GAPS = "gaps"


class Table(NamedTuple):
    definition: str
    """Columns without key."""
    columns: tuple[str, ...]
    """In the order of `row_of`."""
    searched: str
    """The columns of its index."""


_COMMON = "gateway text NOT NULL, seq bigint NOT NULL, time timestamptz NOT NULL"
_ESTIMATED = "time_estimated boolean NOT NULL"
"""Whether nobody knew the time when the record was made."""
TABLES = {
    Kind.READINGS: Table(
        f"{_COMMON}, point text NOT NULL, unit text NOT NULL, value double precision,"
        f" value_text text, status text NOT NULL, cause text, {_ESTIMATED}",
        (
            "gateway", "seq", "time", "point", "unit", "value", "value_text", "status", "cause",
            "time_estimated",
        ),
        "gateway, point, time",
    ),
    Kind.ALARMS: Table(
        f"{_COMMON}, alarm text NOT NULL, state text NOT NULL, severity text NOT NULL,"
        " value double precision, value_text text, text text, shelved_until timestamptz,"
        f" cause text, {_ESTIMATED}",
        (
            "gateway", "seq", "time", "alarm", "state", "severity", "value", "value_text", "text",
            "shelved_until", "cause", "time_estimated",
        ),
        "gateway, alarm, time",
    ),
    Kind.GAPS: Table(
        f"{_COMMON}, first bigint NOT NULL, last bigint NOT NULL, cause text NOT NULL",
        ("gateway", "seq", "time", "first", "last", "cause"),
        "gateway, time",
    ),
}  # fmt: skip


def kind_of(entry: Entry) -> Kind:
    if isinstance(entry, Gap):
        return Kind.GAPS
    return Kind.READINGS if AlarmState.of(entry) is None else Kind.ALARMS


def row_of(entry: Entry, gateway: str) -> tuple[Any, ...]:
    """The columns of the entry's table."""
    common = (gateway, entry.seq, moment(entry.time_ns))
    if isinstance(entry, Gap):
        return (*common, entry.first, entry.last, entry.cause)
    end = (entry.cause or None, entry.estimated)
    state = AlarmState.of(entry)
    if state is None:
        value = entry.value if entry.status.carries_value else None
        return (*common, entry.point, entry.unit, *_value(value), str(entry.status), *end)
    name = entry.point.removeprefix(ALARM)
    until = moment(state.shelved_until_ns) if state.shelved_until_ns else None
    phase, text = str(state.phase), state.text or None
    return (*common, name, phase, state.severity, *_value(state.value), text, until, *end)


def moment(time_ns: int) -> datetime:
    """To the microsecond, which is what PostgreSQL keeps."""
    return EPOCH + timedelta(microseconds=time_ns // 1000)


def _value(value: Value) -> tuple[float | None, str | None]:
    """`value` and `value_text`: numbers and switches (1 and 0) in the one, texts in the other."""
    if isinstance(value, str):
        return None, value
    return (None if value is None else float(value)), None
