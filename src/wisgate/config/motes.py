"""`[[lorawan.device]]`: sessions, codecs, and the fields that become points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from ..core.points import Kind, Point
from .extras import demand_extra
from .files import named_file
from .model import PointConfig
from .naming import Names
from .radios import MoteConfig
from .readers import did_you_mean, shown
from .schema import motes as schema
from .tables import Table

BUILT_IN = ("cayenne", "none")
SCRIPT = ".js"


def read_motes(tables: Sequence[Table], folder: Path, names: Names) -> tuple[MoteConfig, ...]:
    """`folder` is where paths of files begin."""
    found: list[MoteConfig] = []
    taken: dict[str, Table] = {}
    for table in tables:
        mote = _mote(table, folder, names)
        other = taken.setdefault(mote.name, table)
        if other is not table and mote.name:
            cure = "choose another"
            text = f'"{mote.name}" is already the end device at line {other.line}; {cure}'
            table.wrong(schema.MOTE_NAME, text)
        found.append(mote)
    return tuple(found)


def _mote(table: Table, folder: Path, names: Names) -> MoteConfig:
    name, interval = table.get(schema.MOTE_NAME), table.get(schema.MOTE_INTERVAL)
    codec = table.get(schema.MOTE_CODEC)
    return MoteConfig(
        where=table.where(),
        name=name,
        address=table.get(schema.MOTE_ADDRESS),
        keys_file=named_file(table, schema.MOTE_KEYS, folder, secret=True) or folder,
        codec=codec,
        script=_script(table, codec, folder),
        variables=table.get(schema.MOTE_VARIABLES),
        interval=interval,
        counter_resets=table.get(schema.MOTE_RESETS),
        points=_points(table, name, interval, names),
    )


def _script(table: Table, codec: str, folder: Path) -> Path | None:
    if codec.endswith(SCRIPT):
        demand_extra(table, "lorawan", "quickjs")
        return named_file(table, schema.MOTE_CODEC, folder)
    if codec not in BUILT_IN:
        cure = did_you_mean(codec, BUILT_IN, 'write the path of a file that ends in ".js", or')
        table.wrong(schema.MOTE_CODEC, f"{shown(codec)} is no codec; {cure}")
    return None


def _points(table: Table, mote: str, interval: float, names: Names) -> tuple[PointConfig, ...]:
    rows = table.list(schema.FIELD)
    if "points" not in table.values:
        like = '{ name = "temperature", field = "temperature_1", unit = "°C" }'
        table.fault(f'{table.label} has no "points"; add points = [{like}]')
    found = []
    for row in rows:
        name = row.get(schema.FIELD_NAME)
        config = _point(row, f"{mote}_{name}", name, interval)
        found.append(config)
        if mote and name:
            names.add(config.point, row, given=True)
        else:
            names.unsettle_all(mote and f"{mote}_")
    return tuple(found)


def _point(row: Table, full: str, name: str, interval: float) -> PointConfig:
    kind, scale = Kind(row.get(schema.FIELD_TYPE)), row.get(schema.FIELD_SCALE)
    unit = row.get(schema.FIELD_UNIT)
    if kind in (Kind.BOOL, Kind.TEXT) and row.has(schema.FIELD_UNIT):
        row.wrong(schema.FIELD_UNIT, f"is for numbers; this value is a {kind}; remove it")
    if kind is not Kind.FLOAT and row.has(schema.FIELD_SCALE):
        row.wrong(schema.FIELD_SCALE, f'is for type = "float"; this value is a {kind}; remove it')
    point = Point(
        name=full,
        unit=unit,
        kind=kind,
        decimals=_decimals(kind, scale),
        source=f"lorawan/{full}",
        interval=interval,
    )
    field = row.get(schema.FIELD_FIELD) or name
    scaling = None if scale == 1 else (0.0, 1.0, 0.0, scale)
    return PointConfig(row.where(), field, point, scale=scaling)


def _decimals(kind: Kind, scale: float) -> int:
    """Three, and as many more as a small scale needs."""
    if kind is not Kind.FLOAT:
        return 0
    return min(9, 3 + max(0, math.ceil(-math.log10(abs(scale)) - 1e-9)))
