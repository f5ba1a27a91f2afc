"""From the objects of the gateway to the bodies of the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata

import msgspec

from ..board.scan import Seen
from ..board.scan import differs as scan_differs
from ..core.points import Point, Reading, Status
from ..core.units import display
from ..gateway.alarms import AlarmView as Alarm
from ..gateway.doctor import Examined, differs
from ..gateway.payloads import time_text
from ..store.history import Bucket, History
from ..store.records import AlarmState, Record
from .contract import Gateway
from .shapes import (
    AlarmHistoryView,
    AlarmRow,
    AlarmView,
    CheckView,
    DisplayView,
    DoctorView,
    HistoryRow,
    HistoryView,
    PointView,
    ScanView,
    SinkView,
    StatusView,
    StoreView,
    VerdictView,
)

PART = 200
"""Points in one part of a body."""


@cache
def version() -> str:
    """Of the installed package."""
    return metadata.version("wisgate")


def point_view(point: Point, reading: Reading | None, now_ns: int) -> PointView:
    """A point that was never read is stale and has no time."""
    dated = reading is not None and reading.time_ns > 0
    return PointView(
        name=point.name,
        value=reading.value if reading else None,
        unit=point.unit,
        display=display(point.unit),
        status=reading.status if reading else Status.STALE,
        time=time_text(reading.time_ns) if reading and dated else None,
        age=max(0.0, round((now_ns - reading.time_ns) / 1e9, 3)) if reading and dated else None,
        kind=point.kind,
        decimals=point.decimals,
        writable=point.writable,
        slot=point.slot,
        source=point.source,
        interval=point.interval,
        cause=reading.cause if reading else "",
        event=point.event,
    )


def live_point(gateway: Gateway, name: str) -> PointView:
    """Raises KeyError."""
    point = gateway.live.points[name]
    return point_view(point, gateway.live.get(name), gateway.clock.utc_ns())


def live_points(gateway: Gateway) -> Iterator[PointView]:
    return (live_point(gateway, name) for name in gateway.live.points)


def points_json(gateway: Gateway, names: Sequence[str]) -> Iterator[bytes]:
    """The body of a `PointsView` in parts: the megabytes of some thousand points at once would stay
    in the heap."""
    yield b'{"points":['
    for at in range(0, len(names), PART):
        points = [live_point(gateway, name) for name in names[at : at + PART]]
        yield b"," * (at > 0) + msgspec.json.encode(points)[1:-1]
    yield b"]}"


def sink_views(gateway: Gateway) -> list[SinkView]:
    types = {sink.name: sink.type for sink in gateway.config.sinks}
    views = []
    for name, forwarder in gateway.forwarders.items():
        state = forwarder.state
        since = time_text(state.since_ns) if state.since_ns else None
        views.append(
            SinkView(
                name,
                types.get(name, ""),
                state.connected,
                state.error,
                since,
                state.delivered,
                state.lag,
            )
        )
    return views


def store_view(gateway: Gateway) -> StoreView:
    stats = gateway.store.stats
    return StoreView(
        records=stats.records,
        bytes=stats.bytes,
        oldest=time_text(stats.oldest_ns) if stats.oldest_ns else None,
        pending=stats.pending,
        dropped=stats.dropped,
        error=stats.error,
        last_seq=stats.last_seq,
        set_aside=stats.set_aside,
        records_per_second=stats.records_per_second,
        hours_kept=stats.hours_kept,
        bytes_written_per_day=stats.bytes_written_per_day,
        flash_years=stats.flash_years,
        lasting=stats.lasting,
    )


def status_view(gateway: Gateway) -> StatusView:
    health = gateway.health()
    return StatusView(
        name=gateway.config.name,
        board=gateway.config.board,
        version=version(),
        virtual=gateway.virtual,
        started=time_text(gateway.started_ns),
        ok=health.ok,
        problems=list(health.problems),
        sinks=sink_views(gateway),
        store=store_view(gateway),
        counters=dict(gateway.counters),
        alarms=[alarm_view(alarm) for alarm in gateway.alarms.all()],
        radio=gateway.radio is not None and gateway.radio.opened,
    )


def alarm_view(alarm: Alarm) -> AlarmView:
    config, until = alarm.config, alarm.shelved_until_ns
    return AlarmView(
        name=config.name,
        state=alarm.phase,
        severity=config.severity,
        text=config.text,
        point=config.point,
        value=alarm.value,
        since=time_text(alarm.since_ns) if alarm.since_ns else None,
        shelved_until=time_text(until) if until else None,
        cause=alarm.cause,
    )


def display_view(picture: Sequence[Sequence[bool]]) -> DisplayView:
    width = len(picture[0])
    rows = [f"{int(''.join('01'[dot] for dot in row), 2):0{width // 4}x}" for row in picture]
    return DisplayView(width, len(picture), rows)


def history_view(point: Point, history: History) -> HistoryView:
    records = [_record_row(record) for record in history.records]
    return HistoryView(
        point=point.name,
        unit=point.unit,
        display=display(point.unit),
        start=time_text(history.start_ns),
        end=time_text(history.end_ns),
        before=_record_row(history.before) if history.before else None,
        rows=records + [_bucket_row(bucket) for bucket in history.buckets],
        truncated=history.truncated,
    )


def alarm_history_view(history: History) -> AlarmHistoryView:
    """What damage left of a change is not told."""
    rows = [row for record in history.records if (row := _alarm_row(record)) is not None]
    return AlarmHistoryView(
        point=history.point,
        start=time_text(history.start_ns),
        end=time_text(history.end_ns),
        before=_alarm_row(history.before) if history.before else None,
        rows=rows,
        truncated=history.truncated,
    )


def _alarm_row(record: Record) -> AlarmRow | None:
    state = AlarmState.of(record)
    if state is None:
        return None
    until = state.shelved_until_ns
    return AlarmRow(
        time=time_text(record.time_ns),
        state=state.phase,
        severity=state.severity,
        value=state.value,
        text=state.text,
        shelved_until=time_text(until) if until else None,
        cause=record.cause,
    )


def _record_row(record: Record) -> HistoryRow:
    return HistoryRow(time_text(record.time_ns), record.value, record.status, cause=record.cause)


def _bucket_row(bucket: Bucket) -> HistoryRow:
    return HistoryRow(
        time_text(bucket.start_ns),
        bucket.last,
        bucket.status,
        bucket.count,
        bucket.min,
        bucket.avg,
        bucket.max,
    )


def doctor_view(examined: Examined) -> DoctorView:
    checks = [
        CheckView(
            title,
            [
                VerdictView(v.level, v.name, v.subject, v.found, v.expected, v.cure)
                for v in verdicts
            ],
        )
        for title, verdicts in examined.items()
    ]
    return DoctorView(differs(examined), checks)


def scan_view(seen: list[Seen], *, strangers: bool = True) -> ScanView:
    return ScanView(scan_differs(seen, strangers=strangers), seen)
