"""Virtual points, rules, and what allows outputs to leave their safe state."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.points import Kind, Point, Value
from .conditions import condition, used_names
from .expressions import Expression, Literal
from .model import InterlockConfig, RuleConfig, VirtualConfig
from .naming import Names, no_point
from .points import NUMERIC
from .readers import Misfit, anything, did_you_mean, measured, shown
from .schema import rules as schema
from .schema.points import POINT_INTERLOCK
from .tables import Table

_DECIMALS = {Kind.FLOAT: 3}
_INITIAL: dict[Kind, Value] = {Kind.BOOL: False, Kind.INT: 0, Kind.FLOAT: 0.0, Kind.TEXT: ""}


def read_virtuals(tables: Sequence[Table], names: Names) -> tuple[VirtualConfig, ...]:
    """Every `[[virtual]]`, in file order."""
    return tuple(_virtual(table, names) for table in tables)


def _virtual(table: Table, names: Names) -> VirtualConfig:
    faults = len(table.faults)
    kind = Kind(table.get(schema.VIRTUAL_TYPE))
    unit = table.get(schema.VIRTUAL_UNIT)
    settled = len(table.faults) == faults
    if unit and settled and kind not in NUMERIC:
        table.wrong(schema.VIRTUAL_UNIT, f"is for numbers; this point is a {kind}; remove it")
    name = table.get(schema.VIRTUAL_NAME)
    point = Point(name, unit, kind, _DECIMALS.get(kind, 0), writable=True, source="virtual")
    initial = _INITIAL[kind]
    if table.has(schema.VIRTUAL_INITIAL) and settled:
        initial = _initial(table, point)
    if not settled:
        names.unsettle(table.values.get("name"))
    if name:
        names.add(point, table, given=True)
    return VirtualConfig(table.where(), point, initial)


def _initial(table: Table, point: Point) -> Value:
    written = table.get(schema.VIRTUAL_INITIAL)
    try:
        return None if written is None else value_for(point, written)
    except Misfit as error:
        table.wrong(schema.VIRTUAL_INITIAL, str(error))
        return None


def value_for(point: Point, written: object) -> Value:
    """What `written` means for `point`, in its unit. Raises Misfit."""
    value = anything().read(written)
    match point.kind:
        case Kind.BOOL:
            if not isinstance(value, bool):
                raise Misfit(f'{shown(value)} is no value for "{point.name}"; write true or false')
            return value
        case Kind.TEXT:
            if not isinstance(value, str):
                raise Misfit(f'{shown(value)} is no value for "{point.name}"; write it in quotes')
            return value
        case Kind.INT:
            number = measured(value, point.unit)
            if not number.is_integer():
                raise Misfit(f'{shown(value)} is no value for "{point.name}"; write a whole number')
            return int(number)
        case Kind.FLOAT:
            return measured(value, point.unit)


def read_rules(tables: Sequence[Table], names: Names) -> tuple[RuleConfig, ...]:
    """Every `[[rule]]`, in file order. All points must be known by now."""
    rules: list[RuleConfig] = []
    named: dict[str, RuleConfig] = {}
    for number, table in enumerate(tables, 1):
        rule = _rule(table, f"rule {number}", names)
        other = named.setdefault(rule.name, rule)
        if other is not rule:
            text = f'"{rule.name}" is already the rule at line {other.where.line}'
            table.fault(f"name: {text}; choose another", "name" if "name" in table.values else None)
        rules.append(rule)
    return tuple(rules)


def _rule(table: Table, default: str, names: Names) -> RuleConfig:
    return RuleConfig(
        where=table.where(),
        name=table.get(schema.RULE_NAME) or default,
        when=_when(table, names),
        after=table.get(schema.RULE_AFTER),
        set=_set(table, names),
        raises=_raises(table, names),
    )


def _raises(table: Table, names: Names) -> tuple[str, ...]:
    raised = table.get(schema.RULE_RAISE)
    for place, name in enumerate(raised):
        if name not in names.alarms:
            cure = did_you_mean(name, names.alarms, "alarms")
            table.wrong(schema.RULE_RAISE, f'no alarm "{name}"; {cure}', place)
    return raised


_NEVER = Expression("false", Literal(0, False), ())


def _when(table: Table, names: Names) -> Expression:
    text = table.get(schema.RULE_WHEN)
    if not text:
        return _NEVER
    try:
        if names.unsettled(used_names(text)):
            return _NEVER
    except ValueError:
        pass  # told by the full reading below, with its column
    try:
        return condition(text, names.points, names.alarms)
    except ValueError as error:
        table.wrong(schema.RULE_WHEN, str(error))
        return _NEVER


def _set(table: Table, names: Names) -> tuple[tuple[str, Value], ...]:
    inner = table.one(schema.RULE_SET)
    if inner is None or not inner.values:
        if ("set" not in table.values or inner is not None) and not table.has(schema.RULE_RAISE):
            table.fault(f"{table.label} sets nothing; add set = {{ pump = true }}")
        return ()
    found: list[tuple[str, Value]] = []
    for name, written in inner.values.items():
        try:
            found.append((name, _setting(name, written, names)))
        except Misfit as error:
            inner.fault(f"set: {error}", name)
    return tuple(found)


def _setting(name: str, written: object, names: Names) -> Value:
    if names.unsettled([name]):
        return None
    point = names.points.get(name)
    if point is None:
        raise Misfit(no_point(name, names.points))
    if not point.writable:
        raise Misfit(
            f'"{name}" is measured and cannot be set; set an output or a point of [[virtual]]'
        )
    return value_for(point, written)


def read_interlocks(names: Names) -> tuple[InterlockConfig, ...]:
    """What allows which outputs. All points must be known by now."""
    found = []
    for table, point, text in names.interlocks:
        try:
            if not names.unsettled(used_names(text)):
                allows = condition(text, names.points, names.alarms)
                found.append(InterlockConfig(table.where("interlock"), point, allows))
        except ValueError as error:
            table.wrong(POINT_INTERLOCK, str(error))
    return tuple(found)
