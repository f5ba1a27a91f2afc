"""Calculated points and alarms."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.points import Point, Status, Value
from .conditions import calculation, condition, used_names
from .expressions import Expression, Literal
from .model import AlarmConfig, CalculateConfig
from .naming import Names, no_point
from .points import NUMERIC, difference
from .readers import Misfit, measured
from .schema import alarms as schema
from .tables import Option, Table

NEVER = Expression("false", Literal(0, False), ())
LIMITS = (schema.ALARM_ABOVE, schema.ALARM_BELOW)
SLOPES = (schema.ALARM_RISING, schema.ALARM_FALLING)


def read_calculates(tables: Sequence[Table], names: Names) -> tuple[CalculateConfig, ...]:
    """Every `[[calculate]]`, in file order; each may use the points above it."""
    return tuple(c for table in tables if (c := _calculate(table, names)) is not None)


def _calculate(table: Table, names: Names) -> CalculateConfig | None:
    name, text = table.get(schema.CALCULATE_NAME), table.get(schema.CALCULATE_VALUE)
    unit, decimals = table.get(schema.CALCULATE_UNIT), table.get(schema.CALCULATE_DECIMALS)
    try:
        if not text or names.unsettled(used_names(text)):
            names.unsettle(name)
            return None
        value, kind, own = calculation(text, names.points)
    except ValueError as error:
        table.wrong(schema.CALCULATE_VALUE, str(error))
        names.unsettle(name)
        return None
    for option, given in ((schema.CALCULATE_UNIT, unit), (schema.CALCULATE_DECIMALS, decimals)):
        if given is not None and kind not in NUMERIC:
            table.wrong(option, f"is for numbers; this value is a {kind}; remove it")
    places = decimals if decimals is not None else 3 if kind in NUMERIC else 0
    point = Point(name, own if unit is None else unit, kind, places, source="calculated")
    if name:
        names.add(point, table, given=True)
    return CalculateConfig(table.where(), point, value)


def read_alarms(tables: Sequence[Table], names: Names) -> tuple[AlarmConfig, ...]:
    """Every `[[alarm]]`, in file order. All points must be known by now."""
    found: dict[str, AlarmConfig] = {}
    for table in tables:
        alarm = _alarm(table, names)
        names.alarms.add(alarm.name)
        if alarm.name in found and alarm.name:
            line = found[alarm.name].where.line
            text = f'"{alarm.name}" is already the alarm at line {line}; choose another'
            table.wrong(schema.ALARM_NAME, text)
        found.setdefault(alarm.name, alarm)
    return tuple(found.values())


def _alarm(table: Table, names: Names) -> AlarmConfig:
    point = _point(table, names)
    limits = [_limit(table, option, point) for option in LIMITS]
    clear = _clear(table, point, limits)
    slopes = [_slope(table, option, point) for option in SLOPES]
    _complete(table)
    return AlarmConfig(
        where=table.where(),
        name=table.get(schema.ALARM_NAME),
        severity=table.get(schema.ALARM_SEVERITY),
        point=point.name if point else "",
        above=limits[0],
        below=limits[1],
        clear=clear,
        rising=slopes[0],
        falling=slopes[1],
        within=table.get(schema.ALARM_WITHIN),
        statuses=tuple(Status(s) for s in table.get(schema.ALARM_STATUS)),
        when=_when(table, names),
        after=table.get(schema.ALARM_AFTER),
        latch=table.get(schema.ALARM_LATCH),
        text=table.get(schema.ALARM_TEXT) or "",
    )


def _point(table: Table, names: Names) -> Point | None:
    name = table.get(schema.ALARM_POINT)
    if name is None or names.unsettled([name]):
        return None
    point = names.points.get(name)
    if point is None:
        table.wrong(schema.ALARM_POINT, no_point(name, names.points))
    return point


def _limit(table: Table, option: Option[Value], point: Point | None) -> float | None:
    written = table.get(option)
    if written is None or point is None:
        return None
    try:
        if point.kind not in NUMERIC:
            raise Misfit(f'is for numbers; "{point.name}" is a {point.kind}; use when instead')
        return measured(written, point.unit)
    except Misfit as error:
        table.wrong(option, str(error))
        return None


def _clear(table: Table, point: Point | None, limits: Sequence[float | None]) -> float | None:
    clear = _limit(table, schema.ALARM_CLEAR, point)
    told = any(table.has(o) and limit is None for o, limit in zip(LIMITS, limits, strict=True))
    if clear is None or told:
        return None
    above, below = limits
    if (above is None) == (below is None):
        table.wrong(schema.ALARM_CLEAR, "goes with one of above and below; write two alarms")
    elif above is not None and clear > above:
        table.wrong(schema.ALARM_CLEAR, "is above the limit; write a value below it")
    elif below is not None and clear < below:
        table.wrong(schema.ALARM_CLEAR, "is below the limit; write a value above it")
    return clear


def _slope(table: Table, option: Option[Value], point: Point | None) -> float | None:
    written = table.get(option)
    if written is None or point is None:
        return None
    try:
        if point.kind not in NUMERIC:
            raise Misfit(f'is for numbers; "{point.name}" is a {point.kind}; remove it')
        found = difference(written, point.unit)
        if found <= 0:
            raise Misfit("is not positive; write how much it may change")
        return found
    except Misfit as error:
        table.wrong(option, str(error))
        return None


def _when(table: Table, names: Names) -> Expression | None:
    text = table.get(schema.ALARM_WHEN)
    if text is None:
        return None
    try:
        return NEVER if names.unsettled(used_names(text)) else condition(text, names.points)
    except ValueError as error:
        table.wrong(schema.ALARM_WHEN, str(error))
        return NEVER


def _complete(table: Table) -> None:
    """Conditions that watch a point need one, and `when` stands alone."""
    watching = [o for o in (*LIMITS, *SLOPES, schema.ALARM_STATUS) if table.has(o)]
    if table.has(schema.ALARM_WHEN):
        for option in (schema.ALARM_POINT, *watching):
            if table.has(option):
                table.wrong(option, "cannot stand beside when; remove one of them")
    elif watching and not table.has(schema.ALARM_POINT):
        table.wrong(watching[0], f"watches nothing; add point = {schema.ALARM_POINT.example}")
    elif table.has(schema.ALARM_POINT) and not watching:
        cure = f"add above = {schema.ALARM_ABOVE.example}, below, rising, falling or status"
        table.wrong(schema.ALARM_POINT, f"is watched for nothing; {cure}")
    if table.has(schema.ALARM_WITHIN) and not any(table.has(o) for o in SLOPES):
        table.wrong(schema.ALARM_WITHIN, "goes with rising or falling; remove it")
