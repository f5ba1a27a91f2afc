"""Modbus units on a serial line or behind a host of the network, and their registers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from sys import intern

from ..catalog.catalog import Catalog
from ..catalog.modules import Module, RegisterEntry
from ..core.points import Kind, Point
from .model import ModbusHostConfig, PointConfig, RegisterConfig, UnitConfig
from .naming import Names
from .readers import did_you_mean
from .schema import units as schema
from .tables import Table

BITS = ("coil", "discrete")
WRITABLE = ("coil", "holding")
LAST_ADDRESS = 65535


def read_units(
    tables: Sequence[Table], interval: float, catalog: Catalog
) -> tuple[UnitConfig, ...]:
    """The units of one slot or host; `interval` is its own."""
    units: list[UnitConfig] = []
    ids: dict[int, UnitConfig] = {}
    named: dict[str, UnitConfig] = {}
    for table in tables:
        model = _model(table, catalog)
        unit = _unit(table, interval, model)
        known = model is not None or "id" in table.values
        other = ids.setdefault(unit.id, unit) if known else unit
        if other is not unit:
            cure = "give each unit its own address"
            text = f'{unit.id} is already the unit "{other.name}" at {_line(other)}; {cure}'
            table.fault(f"id: {text}", "id" if "id" in table.values else None)
        other = named.setdefault(unit.name, unit)
        if other is not unit and unit.name:
            text = f'"{unit.name}" is already the unit at {_line(other)}; choose another'
            table.wrong(schema.UNIT_NAME, text)
        units.append(unit)
    return tuple(units)


def read_hosts(
    tables: Sequence[Table], catalog: Catalog, names: Names
) -> tuple[ModbusHostConfig, ...]:
    """Every `[[modbus]]`."""
    hosts: list[ModbusHostConfig] = []
    taken: dict[str, ModbusHostConfig] = {}
    for table in tables:
        interval, rows = table.get(schema.MODBUS_INTERVAL), table.list(schema.TCP_UNIT)
        if "unit" not in table.values:
            cure = "add [[modbus.unit]] with id, name and registers"
            table.fault(f"{table.label} has no unit; {cure}")
        units = read_units(rows, interval, catalog)
        name = table.get(schema.MODBUS_HOST)
        host = ModbusHostConfig(table.where(), name, table.get(schema.MODBUS_PORT), units, ())
        other = taken.setdefault(host.name, host)
        if other is not host and host.host:
            cure = "put its units there"
            table.fault(
                f"host: {host.name} stands at line {other.where.line} already; {cure}", "host"
            )
        hosts.append(replace(host, points=unit_points(rows, units, host.name, names)))
    return tuple(hosts)


def _line(what: UnitConfig | RegisterConfig) -> str:
    return f"line {what.where.line}"


def _model(table: Table, catalog: Catalog) -> Module | None:
    name = table.get(schema.UNIT_MODEL)
    if name is None:
        return None
    models = {entry.id: entry for entry in catalog.modules.values() if entry.registers}
    if name not in models:
        cure = did_you_mean(name, models, "units of the catalog")
        table.wrong(schema.UNIT_MODEL, f'no unit "{name}"; {cure}')
    return models.get(name)


def _unit(table: Table, interval: float, model: Module | None) -> UnitConfig:
    own = table.get(schema.UNIT_INTERVAL)
    registers: list[RegisterConfig] = []
    taken = _Taken()
    rows = table.list(schema.REGISTER)
    if table.has(schema.UNIT_MODEL):
        if "registers" in table.values:
            table.fault(
                "registers: they are those of its model; remove them, or model", "registers"
            )
        rows, registers = (
            [],
            [_of_model(table, entry) for entry in model.registers] if model else [],
        )
    elif not rows and "registers" not in table.values:
        row = '{ name = "level", address = 0, kind = "holding" }'
        table.fault(f'{table.label} has no "registers"; add registers = [{row}]')
    for row_table in rows:
        register = _register(row_table)
        taken.add(row_table, register)
        registers.append(register)
    unit_id = schema.TCP_UNIT_ID if table.section is schema.TCP_UNIT else schema.UNIT_ID
    shipped = (
        None
        if table.has(unit_id) or not table.has(schema.UNIT_MODEL)
        else (model.unit_id if model and model.unit_id else unit_id.default)
    )
    return UnitConfig(
        where=table.where(),
        id=table.get(unit_id) if shipped is None else shipped,
        name=table.get(schema.UNIT_NAME),
        interval=interval if own is None else own,
        timeout=table.get(schema.UNIT_TIMEOUT),
        registers=tuple(registers),
    )


def _of_model(table: Table, entry: RegisterEntry) -> RegisterConfig:
    return RegisterConfig(
        table.where(),
        entry.name,
        entry.address,
        entry.kind,
        entry.type,
        entry.scale,
        entry.unit,
        over=entry.over,
    )


def width(encoding: str) -> int:
    """Addresses that a value takes."""
    return 2 if "32" in encoding else 1


def _register(table: Table) -> RegisterConfig:
    kind = table.get(schema.REGISTER_KIND)
    given = table.get(schema.REGISTER_TYPE)
    address = table.get(schema.REGISTER_ADDRESS)
    encoding = given or ("bool" if kind in BITS else "uint16")
    _refuse_encoding(table, kind, given)
    if address + width(encoding) - 1 > LAST_ADDRESS:
        text = f"{address} is too high for a {encoding}, which takes two; write at most 65534"
        table.wrong(schema.REGISTER_ADDRESS, text)
    writable = table.get(schema.REGISTER_WRITABLE)
    if writable and kind not in WRITABLE:
        text = f'{_article(kind)} cannot be written; remove it, or write kind = "{_twin(kind)}"'
        table.wrong(schema.REGISTER_WRITABLE, text)
    if encoding == "bool":
        for option in (schema.REGISTER_SCALE, schema.REGISTER_UNIT):
            if table.has(option):
                table.wrong(option, "is for numbers; this register is a bool; remove it")
    return RegisterConfig(
        where=table.where(),
        name=intern(table.get(schema.REGISTER_NAME)),  # hundreds of units have the same
        address=address,
        table=kind,
        encoding=encoding,
        scale=table.get(schema.REGISTER_SCALE),
        unit=table.get(schema.REGISTER_UNIT),
        writable=writable,
    )


def _article(kind: str) -> str:
    return {"input": "an input register", "discrete": "a discrete input"}.get(kind, f"a {kind}")


def _twin(kind: str) -> str:
    """The writable table of the same width."""
    return "coil" if kind in BITS else "holding"


def _refuse_encoding(table: Table, kind: str, encoding: str | None) -> None:
    if encoding is None:
        return
    if kind in BITS and encoding != "bool":
        text = f'"{encoding}" does not fit {_article(kind)}, which is one bit; write "bool"'
        table.wrong(schema.REGISTER_TYPE, text)
    if kind not in BITS and encoding == "bool":
        what = "an input register" if kind == "input" else "a holding register"
        cure = 'write "uint16", or read a coil'
        table.wrong(schema.REGISTER_TYPE, f'"bool" does not fit {what}, which is a word; {cure}')


class _Taken:
    """The names and addresses of the registers of one unit. Threads: one."""

    def __init__(self) -> None:
        self._names: dict[str, RegisterConfig] = {}
        self._addresses: dict[tuple[str, int], RegisterConfig] = {}

    def add(self, table: Table, register: RegisterConfig) -> None:
        """Fault what another register has already, and take the rest."""
        other = self._names.setdefault(register.name, register)
        if other is not register and register.name:
            text = f'"{register.name}" is already the register at {_line(other)}; choose another'
            table.wrong(schema.REGISTER_NAME, text)
        if not table.has(schema.REGISTER_ADDRESS):
            return
        places = [(register.table, address) for address in _span(register)]
        clash = next((self._addresses[p] for p in places if p in self._addresses), None)
        if clash is not None:
            span = " and ".join(str(a) for a in _span(clash))
            taken = f'"{clash.name}" at {_line(clash)} takes {span}'
            text = f"{register.address} overlaps: the {register.table} register {taken}; move one"
            table.wrong(schema.REGISTER_ADDRESS, text)
        for place in places:
            self._addresses.setdefault(place, register)


def _span(register: RegisterConfig) -> range:
    return range(register.address, register.address + width(register.encoding))


def unit_points(
    tables: Sequence[Table], units: Sequence[UnitConfig], place: str, names: Names, slot: str = ""
) -> tuple[PointConfig, ...]:
    """A point for every register, called unit, `_`, register; so is its channel. `place` is the
    slot or the host."""
    points: list[PointConfig] = []
    told: set[tuple[str, str]] = set()
    for table, unit in zip(tables, units, strict=True):
        for row, register in enumerate(unit.registers):
            point = _point(unit, register, place, slot)
            points.append(PointConfig(register.where, point.name, point))
            if (unit.name, register.name) in told:
                continue  # refused already, as a register or as a unit
            told.add((unit.name, register.name))
            if unit.name and register.name:
                path = (*table.path, "registers", row)
                rows = Table(table.faults, schema.REGISTER, path, {})
                names.add(point, table if table.has(schema.UNIT_MODEL) else rows, given=True)
            else:
                names.unsettle_all(unit.name and f"{unit.name}_")
    return tuple(points)


def _point(unit: UnitConfig, register: RegisterConfig, place: str, slot: str) -> Point:
    name = intern(f"{unit.name}_{register.name}")  # its channel is called so, too
    return Point(
        name=name,
        unit=register.unit,
        kind=kind_of(register),
        decimals=_decimals(register),
        writable=register.writable,
        source=f"{place}/{name}",
        slot=slot,
        interval=unit.interval,
        range=None if register.over else _range(register.encoding, register.scale),
    )


@lru_cache(maxsize=256)  # thousands of registers have few ranges
def _range(encoding: str, scale: float) -> tuple[float, float] | None:
    """What its codes can say; nobody knows of a float32."""
    name = encoding.removesuffix("_swapped")
    if "int" not in name:
        return None
    bits = int(name[-2:])
    codes = (0, 2**bits - 1) if name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    low, high = sorted(float(Decimal(code) * Decimal(repr(scale))) for code in codes)
    return low, high


def kind_of(register: RegisterConfig) -> Kind:
    """The type of the scaled value."""
    if register.encoding == "bool":
        return Kind.BOOL
    if register.over:
        return Kind.FLOAT
    whole = register.scale.is_integer() and not register.encoding.startswith("float")
    return Kind.INT if whole else Kind.FLOAT


def _decimals(register: RegisterConfig) -> int:
    """As many as the scale can show; 3 for a floating-point register."""
    if register.over:
        return 1
    if register.encoding.startswith("float"):
        return 3
    return min(9, max(0, math.ceil(-math.log10(abs(register.scale)) - 1e-9)))
