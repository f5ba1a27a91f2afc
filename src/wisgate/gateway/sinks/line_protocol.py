"""Line protocol of InfluxDB: a line per record.

Escapes after "Line protocol reference" of InfluxDB v1, "Special characters": commas, equals signs
and spaces in tags, quotes and backslashes in strings. A line break can stand nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...core.points import Value
from ...store.records import ALARM, AlarmState, Entry, Gap

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ ", "\n": "\\n", "\r": "\\r"})
_STRING = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\\\n", "\r": "\\\\r"})

Tags = Iterable[tuple[str, str]]
Fields = Iterable[tuple[str, str]]


def line(entry: Entry, gateway: str, measurement: str) -> str:
    """An entry without its line feed. Readings go to `measurement`, changes of alarms to that with
    `_alarm`, gaps to that with `_gap`; a time is in nanoseconds."""
    sequence = ("seq", _integer(entry.seq))
    if isinstance(entry, Gap):
        numbers = [("first", _integer(entry.first)), ("last", _integer(entry.last))]
        fields = [*numbers, ("cause", _string(entry.cause)), sequence]
        return _joined(f"{measurement}_gap", [("gateway", gateway)], fields, entry.time_ns)
    state = AlarmState.of(entry)
    cause = [("cause", _string(entry.cause))] if entry.cause else []
    if entry.estimated:
        cause.append(("time_estimated", "true"))
    if state is None:
        tags = [("gateway", gateway), ("point", entry.point), ("unit", entry.unit)]
        value = entry.value if entry.status.carries_value else None
        fields = [*_value(value), ("status", _string(entry.status)), *cause, sequence]
        return _joined(measurement, tags, fields, entry.time_ns)
    name = entry.point.removeprefix(ALARM)
    tags = [("alarm", name), ("gateway", gateway), ("severity", state.severity)]
    text = [("text", _string(state.text))] if state.text else []
    if state.shelved_until_ns:
        text.append(("shelved_until", _integer(state.shelved_until_ns)))
    fields = [("state", _string(state.phase)), *_value(state.value), *text, *cause, sequence]
    return _joined(f"{measurement}_alarm", tags, fields, entry.time_ns)


def _joined(measurement: str, tags: Tags, fields: Fields, time_ns: int) -> str:
    """Tags in the order of their names, which the server likes best; none of them empty."""
    labels = "".join(f",{key}={text.translate(_TAG)}" for key, text in tags if text)
    return f"{measurement}{labels} {','.join('='.join(field) for field in fields)} {time_ns}"


def _value(value: Value) -> list[tuple[str, str]]:
    """Every number and switch as a float: a field has one type for all points, and a mean over a
    switch is how long it was on."""
    match value:
        case None:
            return []
        case str():
            return [("value_text", _string(value))]
        case _:
            return [("value", repr(float(value)))]


def _integer(number: int) -> str:
    return f"{number}i"


def _string(text: str) -> str:
    return f'"{text.translate(_STRING)}"'
