"""Frames on a LIN bus, their signals, and schedules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..core.points import Kind, Point
from .model import EntryConfig, FrameConfig, PointConfig, ScheduleConfig, SignalConfig
from .naming import Names
from .readers import did_you_mean
from .schema import frames as schema
from .tables import Table


def read_frames(tables: Sequence[Table], *, silent: bool) -> tuple[FrameConfig, ...]:
    """The frames of one slot; a `silent` module publishes none."""
    frames: list[FrameConfig] = []
    ids: dict[int, FrameConfig] = {}
    named: dict[str, FrameConfig] = {}
    for table in tables:
        frame = _frame(table)
        if frame.published and silent:
            cure = 'remove it, or write role = "commander" or role = "responder" above'
            table.wrong(schema.FRAME_PUBLISHER, f"a monitor says nothing; {cure}")
        other = ids.setdefault(frame.id, frame) if table.has(schema.FRAME_ID) else frame
        if other is not frame:
            text = f'{frame.id:#04x} is already the frame "{other.name}" at {_line(other)}'
            table.wrong(schema.FRAME_ID, f"{text}; give each frame its own identifier")
        other = named.setdefault(frame.name, frame)
        if other is not frame and frame.name:
            text = f'"{frame.name}" is already the frame at {_line(other)}; choose another'
            table.wrong(schema.FRAME_NAME, text)
        frames.append(frame)
    return tuple(frames)


def _line(what: FrameConfig | SignalConfig | ScheduleConfig) -> str:
    return f"line {what.where.line}"


def _frame(table: Table) -> FrameConfig:
    published = table.get(schema.FRAME_PUBLISHER) == "gateway"
    rows = table.list(schema.SIGNAL)
    if not rows and "signals" not in table.values:
        row = '{ name = "position", bit = 0, length = 8 }'
        table.fault(f'{table.label} has no "signals"; add signals = [{row}]')
    signals: list[SignalConfig] = []
    for row_table in rows:
        signal = _signal(row_table, published)
        _refuse_overlap(row_table, signal, signals)
        signals.append(signal)
    needed = max((-(-(s.bit + s.length) // 8) for s in signals), default=1)
    size = table.get(schema.FRAME_SIZE)
    if size is not None and size < needed:
        longest = max(signals, key=lambda s: s.bit + s.length)
        last = longest.bit + longest.length - 1
        text = f'{size} is too little: the signal "{longest.name}" ends at bit {last}'
        table.wrong(schema.FRAME_SIZE, f"{text}; write {needed} or more")
    return FrameConfig(
        where=table.where(),
        id=table.get(schema.FRAME_ID),
        name=table.get(schema.FRAME_NAME),
        published=published,
        size=min(8, needed) if size is None else size,
        checksum=table.get(schema.FRAME_CHECKSUM),
        signals=tuple(signals),
    )


def _signal(table: Table, published: bool) -> SignalConfig:
    bit, length = table.get(schema.SIGNAL_BIT), table.get(schema.SIGNAL_LENGTH)
    if bit + length > 64 and table.has(schema.SIGNAL_BIT):
        text = f"{bit} with {length} bits ends beyond bit 63; a frame has 8 bytes"
        table.wrong(schema.SIGNAL_BIT, text)
    if length == 1:
        for option in (schema.SIGNAL_SIGNED, schema.SIGNAL_SCALE, schema.SIGNAL_OFFSET,
                       schema.SIGNAL_UNIT):  # fmt: skip
            if table.has(option):
                table.wrong(option, "is for numbers; this signal is one bit; remove it")
    if table.has(schema.SIGNAL_INITIAL) and not published:
        text = 'is for a frame of ours; remove it, or write publisher = "gateway"'
        table.wrong(schema.SIGNAL_INITIAL, text)
    signal = SignalConfig(
        where=table.where(),
        name=table.get(schema.SIGNAL_NAME),
        bit=bit,
        length=length,
        signed=table.get(schema.SIGNAL_SIGNED),
        scale=table.get(schema.SIGNAL_SCALE),
        offset=table.get(schema.SIGNAL_OFFSET),
        unit=table.get(schema.SIGNAL_UNIT),
        initial=table.get(schema.SIGNAL_INITIAL),
    )
    low, high = span_of(signal)
    if not low <= signal.initial <= high:
        text = f"{signal.initial:g} does not fit {length} bits; write {low:g} to {high:g}"
        table.wrong(schema.SIGNAL_INITIAL, text)
    return signal


def span_of(signal: SignalConfig) -> tuple[float, float]:
    """The lowest and highest value that its bits can say."""
    whole = 1 << signal.length
    codes = (-whole // 2, whole // 2 - 1) if signal.signed else (0, whole - 1)
    ends = [code * signal.scale + signal.offset for code in codes]
    return min(ends), max(ends)


def _refuse_overlap(table: Table, signal: SignalConfig, before: Sequence[SignalConfig]) -> None:
    for other in before:
        if other.name and other.name == signal.name:
            text = f'"{signal.name}" is already the signal at {_line(other)}; choose another'
            table.wrong(schema.SIGNAL_NAME, text)
        apart = signal.bit >= other.bit + other.length or other.bit >= signal.bit + signal.length
        if not apart and table.has(schema.SIGNAL_BIT):
            taken = f"{other.bit} to {other.bit + other.length - 1}"
            text = f'{signal.bit} overlaps: "{other.name}" at {_line(other)} takes bits {taken}'
            table.wrong(schema.SIGNAL_BIT, f"{text}; move one")


def read_schedules(
    tables: Sequence[Table], frames: Sequence[FrameConfig], *, led: bool
) -> tuple[ScheduleConfig, ...]:
    """The tables of one slot; only a bus that is `led` by us has any."""
    named: dict[str, ScheduleConfig] = {}
    schedules: list[ScheduleConfig] = []
    for table in tables:
        if not led:
            text = "only a commander has schedules; remove it"
            table.fault(f'{table.label}: {text}, or write role = "commander" above')
        rows = table.list(schema.ENTRY)
        if not rows and "entries" not in table.values:
            row = '{ frame = "damper" }'
            table.fault(f'{table.label} has no "entries"; add entries = [{row}]')
        entries = tuple(_entry(row, frames) for row in rows)
        found = ScheduleConfig(table.where(), table.get(schema.SCHEDULE_NAME), entries)
        other = named.setdefault(found.name, found)
        if other is not found and found.name:
            text = f'"{found.name}" is already the schedule at {_line(other)}; choose another'
            table.wrong(schema.SCHEDULE_NAME, text)
        schedules.append(found)
    return tuple(schedules)


def _entry(table: Table, frames: Sequence[FrameConfig]) -> EntryConfig:
    name, delay = table.get(schema.ENTRY_FRAME), table.get(schema.ENTRY_DELAY)
    if name and name not in [frame.name for frame in frames]:
        cure = did_you_mean(name, [frame.name for frame in frames], "frames")
        table.wrong(schema.ENTRY_FRAME, f'no frame "{name}"; {cure}')
    return EntryConfig(name, delay)


def frame_points(
    tables: Sequence[Table], frames: Sequence[FrameConfig], slot: str, interval: float, names: Names
) -> tuple[PointConfig, ...]:
    """A point for every signal, called frame, `_`, signal; so is its channel."""
    points: list[PointConfig] = []
    told: set[tuple[str, str]] = set()
    for table, frame in zip(tables, frames, strict=True):
        for place, signal in enumerate(frame.signals):
            point = _point(frame, signal, slot, interval)
            points.append(PointConfig(signal.where, point.name, point))
            if (frame.name, signal.name) in told:
                continue  # refused already, as a signal or as a frame
            told.add((frame.name, signal.name))
            if frame.name and signal.name:
                rows = Table(table.faults, schema.SIGNAL, (*table.path, "signals", place), {})
                names.add(point, rows, given=True)
            else:
                names.unsettle_all(frame.name and f"{frame.name}_")
    return tuple(points)


def _point(frame: FrameConfig, signal: SignalConfig, slot: str, interval: float) -> Point:
    name = f"{frame.name}_{signal.name}"
    kind = kind_of(signal)
    return Point(
        name=name,
        unit=signal.unit,
        kind=kind,
        decimals=decimals(signal),
        writable=frame.published,
        safe=as_kind(signal.initial, kind) if frame.published else None,
        source=f"{slot}/{name}",
        slot=slot,
        interval=interval,
    )


def kind_of(signal: SignalConfig) -> Kind:
    """The type of the scaled value."""
    if signal.length == 1:
        return Kind.BOOL
    whole = signal.scale.is_integer() and signal.offset.is_integer()
    return Kind.INT if whole else Kind.FLOAT


def as_kind(value: float, kind: Kind) -> float | int | bool:
    """A number of the file as a value of a point."""
    if kind is Kind.BOOL:
        return bool(value)
    return int(value) if kind is Kind.INT else value


def decimals(signal: SignalConfig) -> int:
    """As many as scale and offset have, 9 at most."""
    if kind_of(signal) is not Kind.FLOAT:
        return 0
    places = [
        Decimal(repr(n)).normalize().as_tuple().exponent for n in (signal.scale, signal.offset)
    ]
    return min(9, max(0, *(-place for place in places if isinstance(place, int))))
