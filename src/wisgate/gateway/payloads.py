"""The JSON that leaves the gateway and the words that come in. These formats stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat

import msgspec

from ..core.points import Status, Value
from ..store.entries import Heads, Records
from ..store.records import ALARM, AlarmState, Entry, Gap, Record

MAX_COMMAND = 4096
"""Bytes of a command's payload."""

_ENCODER = msgspec.json.Encoder()
_WORDS = {"on": True, "off": False}


@lru_cache(maxsize=64)  # neighbours share it, and it is most of what a record's JSON costs
def time_text(time_ns: int) -> str:
    """UTC with milliseconds: "2026-11-20T12:00:00.000Z"."""
    return f"{_second(time_ns // 1_000_000_000)}.{time_ns // 1_000_000 % 1000:03d}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def reading(record: Record) -> dict[str, Value]:
    """The fields of a record as every JSON output writes them."""
    fields: dict[str, Value] = {
        "value": record.value if record.status.carries_value else None,
        "unit": record.unit,
        "status": record.status,
        "time": time_text(record.time_ns),
        "seq": record.seq,
    }
    if record.cause:
        fields["cause"] = record.cause
    if record.estimated:
        fields["time_estimated"] = True
    return fields


def record_json(record: Record) -> bytes:
    state = AlarmState.of(record)
    return _ENCODER.encode(reading(record) if state is None else alarm(record, state))


def alarm(record: Record, state: AlarmState) -> dict[str, Value]:
    """The fields of a change of an alarm."""
    fields: dict[str, Value] = {
        "state": state.phase.value,
        "severity": state.severity,
        "value": state.value,
        "time": time_text(record.time_ns),
        "seq": record.seq,
    }
    if state.text:
        fields["text"] = state.text
    if state.shelved_until_ns:
        fields["shelved_until"] = time_text(state.shelved_until_ns)
    if record.cause:
        fields["cause"] = record.cause
    if record.estimated:
        fields["time_estimated"] = True
    return fields


class _Row(msgspec.Struct, omit_defaults=True, gc=False):
    """`reading` behind the name of its point, in half the time: batches carry thousands a
    second."""

    point: str
    value: Value
    unit: str
    status: Status
    time: str
    seq: int
    cause: str = ""
    time_estimated: bool = False


def batch_json(parts: Iterable[Record | Records]) -> bytes:
    rows: list[_Row] = []
    for part in parts:
        if isinstance(part, Records):
            rows += _rows(part)
        else:
            rows.append(_row(part))
    return _ENCODER.encode({"readings": rows})


class _Sampling(msgspec.Struct, gc=False):
    """What came together, told once: `seq` is that of the first, the others count on from it."""

    time: str
    seq: int
    points: msgspec.Raw
    units: msgspec.Raw
    values: Sequence[Value]


def columns_json(parts: Iterable[Record | Records]) -> bytes:
    """As `batch_json`, in a fifth of the bytes: what came together, in columns."""
    rows: list[_Row] = []
    samplings: list[_Sampling] = []
    for part in parts:
        if isinstance(part, Records):
            samplings.append(
                _Sampling(time_text(part.time_ns), part.seq, *_heads(part.heads), part.values)
            )
        else:
            rows.append(_row(part))
    return _ENCODER.encode({"samplings": samplings, "readings": rows})


@lru_cache(maxsize=1024)  # the same with every sampling of a module
def _heads(heads: Heads) -> tuple[msgspec.Raw, msgspec.Raw]:
    return msgspec.Raw(_ENCODER.encode(heads.names)), msgspec.Raw(_ENCODER.encode(heads.units))


def _row(record: Record) -> _Row:
    r = record
    return _Row(
        r.point, r.value if r.status.carries_value else None, r.unit, r.status,
        time_text(r.time_ns), r.seq, r.cause, r.estimated,
    )  # fmt: skip


def _rows(records: Records) -> Iterator[_Row]:
    time, names, units = time_text(records.time_ns), records.heads.names, records.heads.units
    good, told = repeat(Status.GOOD), repeat(time)
    return map(_Row, names, records.values, units, good, told, records.seqs)


def gap_json(gap: Gap) -> bytes:
    return row_json(entry_row(gap))


def entry_row(entry: Entry) -> dict[str, Value]:
    """An entry as a row among others. A reading begins with `point`, the change of an alarm with
    `alarm`, a gap with `first`."""
    if isinstance(entry, Gap):
        return {
            "first": entry.first,
            "last": entry.last,
            "cause": entry.cause,
            "time": time_text(entry.time_ns),
            "seq": entry.seq,
        }
    state = AlarmState.of(entry)
    if state is None:
        return {"point": entry.point, **reading(entry)}
    return {"alarm": entry.point.removeprefix(ALARM), **alarm(entry, state)}


def entries_json(gateway: str, entries: Sequence[Entry]) -> bytes:
    """Entries of one gateway by their kind: `readings`, `alarms` and `gaps`."""
    kinds: dict[str, list[dict[str, Value]]] = {"readings": [], "alarms": [], "gaps": []}
    for entry in entries:
        row = entry_row(entry)
        kind = "readings" if "point" in row else "alarms" if "alarm" in row else "gaps"
        kinds[kind].append(row)
    return _ENCODER.encode({"gateway": gateway, **kinds})


def row_json(row: Mapping[str, Value]) -> bytes:
    return _ENCODER.encode(row)


def command_value(payload: bytes) -> Value:
    """The value of a command: a JSON number, string, true or false, or the words on and off.

    Raises ValueError whose text says what was expected.
    """
    if len(payload) > MAX_COMMAND:
        raise ValueError(f"{len(payload)} bytes are more than the {MAX_COMMAND} of a command")
    try:
        text = payload.decode().strip()
        value = _WORDS[text.lower()] if text.lower() in _WORDS else msgspec.json.decode(text)
    except (UnicodeDecodeError, msgspec.DecodeError):
        value = None
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f'{payload[:40]!r} is no value; send true, false, on, off, 1.5 or "text"')
    return value
