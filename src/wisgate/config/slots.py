"""Slots with their modules, and the functions of the board itself."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..catalog.modules import Module
from ..catalog.settings import Option as CatalogOption
from ..core.errors import CatalogError, ConfigError
from ..core.points import Value
from ..core.quantities import parse
from .lin import frame_points, read_frames, read_schedules
from .lists import curve
from .modbus import read_units, unit_points
from .model import Curve, OnboardConfig, PointConfig, SlotConfig, UnitConfig
from .naming import Names
from .points import Origin, default_name, read_points
from .readers import (
    Misfit,
    Reader,
    as_quantity,
    boolean,
    did_you_mean,
    in_catalog,
    integer,
    one_of,
    shown,
    text,
)
from .schema import slots as schema
from .schema.frames import FRAME, SCHEDULE
from .schema.units import UNIT
from .tables import Option, Section, Table


def read_slots(
    tables: list[Table], board: Board | None, catalog: Catalog, names: Names
) -> tuple[SlotConfig, ...]:
    """Every `[[slot]]`. Without a board (an unknown one) only what needs none is judged."""
    used: dict[str, Table] = {}
    slots: list[SlotConfig] = []
    for table in tables:
        _place(table, board, used)
        module = _module(table, catalog)
        if module is None:
            _give_up(table, catalog, names)
        else:
            slots.append(_slot(table, module, catalog, names))
    return tuple(slots)


def _place(table: Table, board: Board | None, used: dict[str, Table]) -> None:
    """Whether the slot exists and is free; what fits into it is for the plan to say."""
    name = table.get(schema.SLOT_SLOT)
    if not name:
        return
    if name in used:
        table.wrong(
            schema.SLOT_SLOT,
            f'"{name}" is already taken at line {used[name].line}; a slot holds one module',
        )
        return
    used[name] = table
    if board and board.slot(name) is None:
        cure = did_you_mean(name, [s.name for s in board.slots], "its slots")
        table.wrong(schema.SLOT_SLOT, f'board "{board.id}" has no slot "{name}"; {cure}')


def _module(table: Table, catalog: Catalog) -> Module | None:
    name = table.get(schema.SLOT_MODULE)
    if not name:
        return None
    module = catalog.modules.get(name)
    if module is None:
        cure = in_catalog(name, catalog.modules)
        table.wrong(schema.SLOT_MODULE, f'"{name}" is not in the catalog; {cure}')
        return None
    return module


def _give_up(table: Table, catalog: Catalog, names: Names) -> None:
    """Say nothing about points of a slot whose module is not known, nor about who uses them."""
    table.refuse_others(tuple(o.name for m in catalog.modules.values() for o in m.options))
    for inner in table.list(schema.SLOT_POINT):
        names.unsettle(inner.values.get("name"))
    for inner in (*table.list(UNIT), *table.list(FRAME)):
        names.unsettle_all(f"{inner.values.get('name')}_")
    names.unsettle_all(default_name(str(table.values.get("slot")), ""))


def _slot(table: Table, module: Module, catalog: Catalog, names: Names) -> SlotConfig:
    options = _options(table, module.options)
    given = table.get(schema.SLOT_INTERVAL)
    interval = _interval(module) if given is None else given
    slot = table.get(schema.SLOT_SLOT)
    if module.has_units(dict(options)):
        _refuse(table, module, FRAME, SCHEDULE)
        units, points = _units(table, module, interval, catalog, names)
        return SlotConfig(table.where(), slot, module.id, interval, points, options, units)
    _refuse(table, module, UNIT)
    origin = Origin(table, slot, slot, f'module "{module.id}"', slot, interval)
    channels = [c.channel for c in module.offered(dict(options))]
    points = read_points(origin, table.list(schema.SLOT_POINT), channels, names)
    if not module.frames:
        _refuse(table, module, FRAME, SCHEDULE)
        return SlotConfig(table.where(), slot, module.id, interval, points, options)
    role, tables = dict(options).get("role"), table.list(FRAME)
    frames = read_frames(tables, silent=role == "monitor")
    schedules = read_schedules(table.list(SCHEDULE), frames, led=role == "commander")
    points += frame_points(tables, frames, slot, interval, names)
    return SlotConfig(
        table.where(), slot, module.id, interval, points, options, (), frames, schedules
    )


def _interval(module: Module) -> float:
    """Seconds; 0 for what is never sampled."""
    return parse(module.interval, "time").si if module.interval else 0.0


def _units(
    table: Table, module: Module, interval: float, catalog: Catalog, names: Names
) -> tuple[tuple[UnitConfig, ...], tuple[PointConfig, ...]]:
    for point in table.list(schema.SLOT_POINT):
        cure = "name and scale its registers in [[slot.unit]]"
        point.fault(f'module "{module.id}" has no channels of its own; {cure}')
        names.unsettle(point.values.get("name"))
    tables = table.list(UNIT)
    if "unit" not in table.values:
        table.fault(f"{table.label} has no unit; add [[slot.unit]] with id, name and registers")
    units = read_units(tables, interval, catalog)
    slot = table.get(schema.SLOT_SLOT)
    return units, unit_points(tables, units, slot, names, slot)


def _refuse(table: Table, module: Module, *sections: Section) -> None:
    """Fault tables that are for another kind of module, or for another setting of this one."""
    what = {UNIT.path: "serial line for units", FRAME.path: "LIN bus", SCHEDULE.path: "LIN bus"}
    for section in sections:
        text = f"has no {what[section.path]}"
        if section is UNIT and module.units and module.units_when:
            text = f"has units with {module.units_when[0]} = {shown(module.units_when[1])} only"
        for inner in table.list(section):
            inner.fault(f'module "{module.id}" {text}; remove {section.header}')


def _options(
    table: Table, entries: tuple[CatalogOption, ...]
) -> tuple[tuple[str, Value | Curve], ...]:
    """Every option of a module or function, in the order of the catalog."""
    table.refuse_others(tuple(o.name for o in entries))
    return tuple((o.name, table.get(module_option(o))) for o in entries)


def module_option(entry: CatalogOption) -> Option[Value | Curve]:
    """An option of a module as a declaration like our own. Quantities become base units."""
    reader = _option_reader(entry)
    example = shown(entry.default)
    return Option(entry.name, reader, entry.title, example, reader.read(entry.default))


def option_value(entry: CatalogOption, written: object) -> Value | Curve:
    """What a module's option means, in base units. Raises ConfigError for what it does not take."""
    try:
        return module_option(entry).reader.read(written)
    except Misfit as misfit:
        raise ConfigError([f"{entry.name}: {misfit}"]) from misfit


def _option_reader(entry: CatalogOption) -> Reader[Value] | Reader[Curve]:
    if entry.curve:
        return curve(*entry.curve)
    if entry.dimension:
        return _quantity_option(entry)
    if entry.choices:
        return one_of(entry.choices, _address if entry.name == "address" else shown)
    match entry.default:
        case bool():
            return boolean()
        case int():
            low = entry.minimum if isinstance(entry.minimum, int) else -(2**31)
            high = entry.maximum if isinstance(entry.maximum, int) else 2**31 - 1
            return integer(low, high)
        case str():
            return text("any text", r"[^\x00-\x1f\x7f]*", entry.default)
        case _:
            raise CatalogError(f"option {entry.name}: a list of pairs, and no dimensions in curve")


def _address(value: object) -> str:
    """As straps and data sheets write it."""
    return f"{value:#04x}" if type(value) is int and value >= 0 else shown(value)


def _quantity_option(entry: CatalogOption) -> Reader[Value]:
    low, high = entry.minimum, entry.maximum

    def read(value: object) -> float:
        found = as_quantity(value, entry.dimension).si
        if isinstance(low, str) and found < parse(low).si:
            raise Misfit(f'{shown(value)} is too little; write "{low}" or more')
        if isinstance(high, str) and found > parse(high).si:
            raise Misfit(f'{shown(value)} is too much; write "{high}" or less')
        return found

    return Reader(f"a {entry.dimension}", read)


def _shipped(entries: tuple[CatalogOption, ...]) -> tuple[tuple[str, Value | Curve], ...]:
    return tuple((o.name, module_option(o).default) for o in entries)


def read_onboard(
    tables: Mapping[str, Table], board: Board, whole: Table, names: Names
) -> tuple[OnboardConfig, ...]:
    """Every function of the board, whether the file (`whole`) mentions it or not; of the optional
    ones those that it mentions."""
    functions = [f.name for f in board.onboard]
    for name, table in tables.items():
        if name not in functions:
            cure = did_you_mean(name, functions, "its functions")
            table.fault(f'board "{board.id}" has no function "{name}"; {cure}')
            for point in table.list(schema.ONBOARD_POINT):
                names.unsettle(point.values.get("name"))
    found: list[OnboardConfig] = []
    for function in board.onboard:
        own = tables.get(function.name)
        if function.optional and own is None:
            continue
        given = own.get(schema.ONBOARD_INTERVAL) if own else None
        interval = parse(function.interval, "time").si if given is None else given
        origin = Origin(
            table=own or whole,
            source=f"onboard/{function.name}",
            prefix=function.name,
            owner=f'function "{function.name}"',
            slot="",
            interval=interval,
        )
        described = own.list(schema.ONBOARD_POINT) if own else []
        channels = [c.channel for c in function.channels]
        points = read_points(origin, described, channels, names)
        where = own.where() if own else whole.where("board")
        options = _options(own, function.options) if own else _shipped(function.options)
        found.append(OnboardConfig(where, function.name, interval, points, options))
    return tuple(found)
