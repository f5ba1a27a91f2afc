"""The metrics of a Sparkplug edge node, and the messages that carry them.

Every point is a metric under its own name, every alarm one under `Alarm/`; gaps are told by the
metric `Gateway/Gap`. After a birth metrics go by their aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.points import Kind, Point, Reading, Status, Value
from ...core.units import display
from ...store.records import ALARM, AlarmState, Entry, Gap
from ..payloads import gap_json
from .base import Access
from .sparkplug_payload import (
    BAD,
    BOOLEAN,
    DOUBLE,
    GOOD,
    INT32,
    INT64,
    STALE,
    STRING,
    UNSIGNED,
    DecodeError,
    Payload,
)

REBIRTH = "Node Control/Rebirth"
BIRTH_NUMBER = "bdSeq"
GAP = "Gateway/Gap"
ALARMS = "Alarm/"
MS = 1_000_000
"""Nanoseconds."""

_TYPES = {Kind.BOOL: BOOLEAN, Kind.INT: INT64, Kind.FLOAT: DOUBLE, Kind.TEXT: STRING}
_FIELDS = {BOOLEAN: "boolean_value", INT64: "long_value", DOUBLE: "double_value",
           STRING: "string_value"}  # fmt: skip
_SIGNS = {"int_value": 2**31, "long_value": 2**63}
"""Values from here on are negative numbers, unless a data type says otherwise."""
_QUALITY = {
    Status.GOOD: GOOD, Status.UNCERTAIN: GOOD, Status.STALE: STALE, Status.ABSENT: BAD,
    Status.FAULT: BAD, Status.SATURATED: BAD,
}  # fmt: skip
"""There are no other codes; the property Status tells ours."""


@dataclass(frozen=True)
class Metric:
    """One of the node. `key` is the point of its records."""

    key: str
    name: str
    alias: int
    datatype: int
    unit: str = ""
    written: bool = False
    """Whether a host may write it."""


class Node:
    """Threads: any."""

    def __init__(self, access: Access, chosen: Sequence[str], commands: bool) -> None:
        """`chosen` are the points that are told (none: all); `commands` says whether a host may
        write outputs."""
        self._access = access
        points = access.points(chosen)
        told: list[tuple[str, str, int, str, bool]] = [
            (p.name, p.name, _TYPES[p.kind], p.unit, p.writable and commands) for p in points
        ]
        alarms = [ALARM + a.name for a in access.alarms(chosen)]
        told += [(key, ALARMS + key.removeprefix(ALARM), STRING, "", False) for key in alarms]
        told.append(("", GAP, STRING, "", False))
        self._metrics = {
            row[0]: Metric(row[0], row[1], alias, *row[2:]) for alias, row in enumerate(told, 1)
        }
        self._points: dict[str, Point] = {p.name: p for p in points}
        self._named = {m.name: m for m in self._metrics.values()}
        self._numbered = {m.alias: m for m in self._metrics.values()}

    # What we say

    def birth(self, birth_number: int, now_ms: int) -> bytes:
        """Every metric with its value now; its sequence number is 0."""
        payload = Payload(timestamp=now_ms, seq=0)
        rows = [self._now(metric, now_ms) for metric in self._metrics.values()]
        for row in sorted(rows, key=lambda row: int(row.timestamp)):
            payload.metrics.append(row)
        payload.metrics.add(
            name=BIRTH_NUMBER, timestamp=now_ms, datatype=INT64, long_value=birth_number
        )
        payload.metrics.add(name=REBIRTH, timestamp=now_ms, datatype=BOOLEAN, boolean_value=False)
        return bytes(payload.SerializeToString())

    def changes(self, entries: Iterable[Entry], known: int, seq: int, now_ms: int) -> bytes:
        """Changes. Those numbered up to `known` had happened before the last birth."""
        payload = Payload(timestamp=now_ms, seq=seq)
        for entry in entries:
            row = payload.metrics.add(timestamp=entry.time_ns // MS)
            if entry.seq <= known:
                row.is_historical = True
            if isinstance(entry, Gap):
                row.alias = self._metrics[""].alias
                row.string_value = gap_json(entry).decode()
                continue
            metric = self._metrics[entry.point]
            row.alias = metric.alias
            state = AlarmState.of(entry)
            if state is None:
                _fill(row, metric, entry.value, entry.status)
            else:
                row.string_value = state.phase
                _describe(row, Severity=state.severity, Text=state.text)
            if entry.estimated:
                row.properties.keys.append("TimeEstimated")
                row.properties.values.add(type=BOOLEAN, boolean_value=True)
        return bytes(payload.SerializeToString())

    def unfit(self, entry: Entry) -> str:
        """Why an entry can be the change of no metric, or "": births name every metric and its
        type, as the file has them now."""
        if isinstance(entry, Gap) or (entry.is_alarm and entry.point in self._metrics):
            return ""
        metric = self._metrics.get(entry.point)
        if metric is None:
            return f"{entry.point} is not in the file any more"
        if _fits(metric.datatype, entry.value):
            return ""
        return f"{entry.point} was of another type before the file was changed"

    def _now(self, metric: Metric, now_ms: int) -> Any:
        row = Payload().metrics.add(
            name=metric.name, alias=metric.alias, datatype=metric.datatype, timestamp=now_ms
        )
        if metric.key in self._points:
            reading = self._access.last(metric.key)
            point = self._points[metric.key]
            if reading is not None and not point.event:
                row.timestamp = reading.time_ns // MS
            _fill(row, metric, *_current(point, reading))
            if metric.unit:
                _describe(row, engUnit=display(metric.unit))
        elif metric.key:
            row.string_value = self._access.phase(metric.key.removeprefix(ALARM))
        else:
            row.is_null = True
        return row

    # What a host says

    def wishes(self, payload: bytes) -> tuple[list[tuple[str, Value]], list[str]]:
        """Points with the values that a host wants them to have, REBIRTH among them when it wants
        a birth; and what cannot be done, in words."""
        wanted: list[tuple[str, Value]] = []
        wrong: list[str] = []
        try:
            rows = Payload.FromString(payload).metrics
        except DecodeError:
            return [], ["no payload of Sparkplug B"]
        for row in rows:
            if row.name == REBIRTH:
                wanted += [(REBIRTH, True)] if row.boolean_value else []
                continue
            metric = self._named.get(row.name) or self._numbered.get(row.alias)
            if metric is None:
                wrong.append(f"there is no metric {row.name or row.alias}")
            elif not metric.written:
                wrong.append(f"{metric.name} cannot be written")
            elif (value := _value(row, metric.datatype)) is None:
                wrong.append(f"{metric.name} takes another type of value")
            else:
                wanted.append((metric.key, value))
        return wanted, wrong


def death(birth_number: int) -> bytes:
    """The last message of a session: it ends the birth of the same number."""
    payload = Payload()
    payload.metrics.add(name=BIRTH_NUMBER, datatype=INT64, long_value=birth_number)
    return bytes(payload.SerializeToString())


def _current(point: Point, reading: Reading | None) -> tuple[Value, Status]:
    if point.event:
        return None, Status.GOOD  # what happened before is no state
    if reading is None:
        return None, Status.STALE
    return reading.value, reading.status


def _fits(datatype: int, value: Value) -> bool:
    if value is None:
        return True
    if datatype in (BOOLEAN, STRING):
        return isinstance(value, bool if datatype == BOOLEAN else str)
    if isinstance(value, bool | str):
        return False
    return datatype == DOUBLE or float(value).is_integer()


def _fill(row: Any, metric: Metric, value: Value, status: Status) -> None:
    if value is None or not status.carries_value:
        row.is_null = True
    elif metric.datatype == INT64:
        row.long_value = int(value) % (2 * _SIGNS["long_value"])
    else:
        setattr(row, _FIELDS[metric.datatype], value)
    if status is not Status.GOOD:
        row.properties.keys.append("Quality")
        row.properties.values.add(type=INT32, int_value=_QUALITY[status])
        _describe(row, Status=status)


def _describe(row: Any, **texts: str) -> None:
    for key, text in texts.items():
        if text:
            row.properties.keys.append(key)
            row.properties.values.add(type=STRING, string_value=text)


def _value(row: Any, datatype: int) -> Value:
    """What a command carries for a metric of `datatype`; None when it does not suit."""
    field = row.WhichOneof("value")
    value: Value = getattr(row, field) if field else None
    if datatype == BOOLEAN or isinstance(value, bool):
        return value if datatype == BOOLEAN and isinstance(value, bool) else None
    if datatype == STRING or isinstance(value, str | None):
        return value if datatype == STRING and isinstance(value, str) else None
    if row.datatype not in UNSIGNED and field in _SIGNS:
        value -= 2 * _SIGNS[field] if value >= _SIGNS[field] else 0
    return int(value) if datatype == INT64 and float(value).is_integer() else value
