"""Points of slots and onboard functions: channels of the catalog and what the user says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.points import Channel, Kind, Point, Value
from ..core.quantities import Quantity
from ..core.units import BY_UCUM, convert, display
from .lists import Ends
from .model import PointConfig
from .naming import Names
from .readers import Misfit, as_quantity, did_you_mean, plain_number, shown
from .schema import points as schema
from .tables import Option, Table

Scale = tuple[float, float, float, float]

NUMERIC = (Kind.FLOAT, Kind.INT)


@dataclass(frozen=True)
class Origin:
    """Where a group of points comes from: the table that messages point at when the user says
    nothing of a channel, and what its points have in common."""

    table: Table
    source: str
    """What stands before "/channel" in `Point.source`."""
    prefix: str
    """What stands before "_channel" in the name of a point without one."""
    owner: str
    """What messages call the module or function."""
    slot: str
    interval: float


def read_points(
    origin: Origin, tables: Sequence[Table], channels: Sequence[Channel], names: Names
) -> tuple[PointConfig, ...]:
    """A point for every channel, in the order of the catalog."""
    chosen = _by_channel(origin, tables, [c.name for c in channels], names)
    return tuple(_point(origin, chosen.get(c.name), c, names) for c in channels)


def _by_channel(
    origin: Origin, tables: Sequence[Table], channels: list[str], names: Names
) -> dict[str, Table]:
    chosen: dict[str, Table] = {}
    for table in tables:
        channel = table.get(schema.POINT_CHANNEL)
        if channel in channels and channel not in chosen:
            chosen[channel] = table
            continue
        names.unsettle(table.values.get("name"))
        if channel in chosen:
            line = chosen[channel].line
            table.wrong(
                schema.POINT_CHANNEL,
                f'"{channel}" is described already at line {line}; put both in one table',
            )
        elif channel:
            cure = did_you_mean(channel, channels, "its channels")
            table.wrong(schema.POINT_CHANNEL, f'{origin.owner} has no channel "{channel}"; {cure}')
    return chosen


def _point(origin: Origin, table: Table | None, channel: Channel, names: Names) -> PointConfig:
    plain = Point(
        name=channel.point or default_name(origin.prefix, channel.name),
        unit=channel.unit,
        kind=channel.kind,
        decimals=channel.decimals,
        writable=channel.writable,
        safe=channel.safe,
        source=f"{origin.source}/{channel.name}",
        slot=origin.slot,
        interval=origin.interval,
        event=channel.event,
        range=channel.range,
    )
    if table is None:
        names.add(plain, origin.table, given=False)
        return PointConfig(origin.table.where(), channel.name, plain)
    return _described(table, channel, plain, names)


def default_name(prefix: str, channel: str) -> str:
    """The name of a point that the user did not name: `wisblock_1_voltage`."""
    return f"{prefix}_{channel}".replace("-", "_").lower()


def _described(table: Table, channel: Channel, plain: Point, names: Names) -> PointConfig:
    faults = len(table.faults)
    name = table.get(schema.POINT_NAME)
    scale, unit = _scaling(table, channel)
    if len(table.faults) > faults:
        names.unsettle(table.values.get("name", plain.name))
    decimals = table.get(schema.POINT_DECIMALS)
    point = replace(
        plain,
        name=name or plain.name,
        unit=unit,
        decimals=plain.decimals if decimals is None else decimals,
        kind=Kind.FLOAT if scale else plain.kind,
        safe=_through(scale, plain.safe),
        range=_range(scale, plain.range),
    )
    if decimals is not None and channel.kind not in NUMERIC:
        table.wrong(schema.POINT_DECIMALS, _only_numbers(channel))
    described = PointConfig(
        where=table.where(),
        channel=channel.name,
        point=point,
        scale=scale,
        deadband=_deadband(table, channel, unit),
        min_on=_least(table, schema.POINT_MIN_ON, channel),
        min_off=_least(table, schema.POINT_MIN_OFF, channel),
        max_on=_least(table, schema.POINT_MAX_ON, channel),
        rest=_of_output(table, schema.POINT_REST, channel),
        manual=_of_output(table, schema.POINT_MANUAL, channel),
    )
    _interlock(table, channel, point, names)
    if name is not None or not table.has(schema.POINT_NAME):
        names.add(point, table, given=name is not None)
    return described


def _only_numbers(channel: Channel) -> str:
    return f'is for numbers; channel "{channel.name}" is a {channel.kind}; remove it'


def _scaling(table: Table, channel: Channel) -> tuple[Scale | None, str]:
    """The scale of a point and its unit (UCUM)."""
    if not table.has(schema.POINT_FROM) and not table.has(schema.POINT_TO):
        return _other_unit(table, channel)
    if table.has(schema.POINT_UNIT):
        table.wrong(schema.POINT_UNIT, 'cannot stand beside "to", whose unit decides; remove it')
    for option, other in (
        (schema.POINT_FROM, schema.POINT_TO),
        (schema.POINT_TO, schema.POINT_FROM),
    ):
        if not table.has(other):
            table.wrong(
                option, f'stands without "{other.name}"; add {other.name} = {other.example}'
            )
    if channel.kind not in NUMERIC:
        table.wrong(schema.POINT_FROM, _only_numbers(channel))
        return None, channel.unit
    low = _ends(table, schema.POINT_FROM, channel.unit)
    target = _unit_of(table)
    high = _ends(table, schema.POINT_TO, target or "")
    if low is None or high is None:
        return None, target or channel.unit
    return (*low, *high), target or ""


def _unit_of(table: Table) -> str | None:
    """The unit of the upper end of `to`."""
    values = table.values.get(schema.POINT_TO.name)
    try:
        ends = schema.POINT_TO.reader.read(values)
    except Misfit:
        return None
    upper = ends[1] if ends else None
    return upper.unit.ucum if isinstance(upper, Quantity) else ""


def _ends(table: Table, option: Option[Ends | None], ucum: str) -> tuple[float, float] | None:
    """Both ends in the unit `ucum`; None with a fault when they do not fit."""
    ends = table.get(option)
    if ends is None:
        return None
    found: list[float] = []
    for place, end in enumerate(ends):
        try:
            found.append(_end(end, ucum))
        except ValueError as error:
            table.wrong(option, str(error), place)
            return None
    if found[0] == found[1]:
        written = " and ".join(shown(e) for e in table.values[option.name])
        table.wrong(option, f"{written} are the same; two different ends are expected")
        return None
    return found[0], found[1]


def _end(end: Quantity | float, ucum: str) -> float:
    if isinstance(end, Quantity):
        if not ucum:
            raise Misfit(f'"{end}" has a unit, the channel has none; write a bare number')
        wanted = BY_UCUM[ucum].dimension if ucum in BY_UCUM else None
        if wanted != end.unit.dimension:
            as_quantity(str(end), wanted)
        return end.to(ucum)
    if ucum:
        raise Misfit(f'{end:g} has no unit; write "{end:g}{display(ucum)}"')
    return end


def _other_unit(table: Table, channel: Channel) -> tuple[Scale | None, str]:
    unit = table.get(schema.POINT_UNIT)
    if unit is None or unit == channel.unit:
        return None, channel.unit
    if channel.kind not in NUMERIC:
        table.wrong(schema.POINT_UNIT, _only_numbers(channel))
        return None, channel.unit
    try:
        zero, one = convert(0.0, channel.unit, unit), convert(1.0, channel.unit, unit)
    except ValueError:
        mine = f"is in {display(channel.unit)}" if channel.unit else "has no unit"
        cure = 'write a unit of the same dimension, or scale it with "from" and "to"'
        found = shown(table.values["unit"])
        table.wrong(schema.POINT_UNIT, f'{found}, but channel "{channel.name}" {mine}; {cure}')
        return None, channel.unit
    return (0.0, 1.0, zero, one), unit


def _through(scale: Scale | None, value: Value) -> Value:
    """A value of the channel as a value of the point."""
    if scale is None or isinstance(value, bool | str) or value is None:
        return value
    return _scaled(scale, value)


def _range(scale: Scale | None, ends: tuple[float, float] | None) -> tuple[float, float] | None:
    if scale is None or ends is None:
        return ends
    low, high = sorted(_scaled(scale, end) for end in ends)
    return low, high


def _scaled(scale: Scale, value: float) -> float:
    low, high, to_low, to_high = scale
    return to_low + (value - low) * (to_high - to_low) / (high - low)


def _deadband(table: Table, channel: Channel, ucum: str) -> float:
    written = table.get(schema.POINT_DEADBAND)
    if written is None:
        return 0.0
    if channel.kind not in NUMERIC:
        table.wrong(schema.POINT_DEADBAND, _only_numbers(channel))
        return 0.0
    try:
        width = difference(written, ucum)
        if width < 0:
            raise Misfit(f"{shown(written)} is negative; write how much a change must be at least")
    except Misfit as error:
        table.wrong(schema.POINT_DEADBAND, str(error))
        return 0.0
    return width


def difference(written: Value, ucum: str) -> float:
    """A width in the unit `ucum`: `1K` is 1 °C wide. Raises Misfit."""
    if not ucum or ucum not in BY_UCUM:
        return plain_number(written, "write a number without a unit")
    unit = BY_UCUM[ucum]
    found = as_quantity(written, unit.dimension)
    return found.number * found.unit.factor / unit.factor


def _least(table: Table, option: Option[float], channel: Channel) -> float:
    seconds = table.get(option)
    if table.has(option) and not (channel.writable and channel.kind is Kind.BOOL):
        table.wrong(
            option, f'is for outputs; channel "{channel.name}" cannot be switched; remove it'
        )
    return seconds


def _of_output(table: Table, option: Option[float], channel: Channel) -> float:
    if table.has(option) and not channel.writable:
        table.wrong(option, f'is for outputs; channel "{channel.name}" is measured; remove it')
    return table.get(option)


def _interlock(table: Table, channel: Channel, point: Point, names: Names) -> None:
    text = table.get(schema.POINT_INTERLOCK)
    if text is None:
        return
    if not channel.writable or channel.safe is None:
        found = "has no safe state of ours" if channel.writable else "is measured"
        table.wrong(schema.POINT_INTERLOCK, f'channel "{channel.name}" {found}; remove it')
    else:
        names.interlocks.append((table, point.name, text))
