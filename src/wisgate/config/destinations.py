"""Sinks: what all of them have, and their types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .model import SinkConfig
from .naming import Names, no_point
from .readers import shown
from .schema import sinks as schema
from .tables import Table


def read_sinks(tables: Mapping[str, Table], folder: Path, names: Names) -> tuple[SinkConfig, ...]:
    """Every `[sink.<name>]`. `folder` is where paths of files begin."""
    return tuple(_sink(name, table, folder, names) for name, table in tables.items())


def _sink(name: str, table: Table, folder: Path, names: Names) -> SinkConfig:
    if schema.SINK_NAME.fullmatch(name) is None:
        cure = "write a lower-case letter first, then letters, digits, _ and -"
        table.fault(f"sink: {shown(name)} is no name of a sink; {cure}")
    kind = table.get(schema.SINK_TYPE)
    variant = schema.VARIANTS[kind]
    table.refuse_others(tuple(o.name for o in variant.SECTION.options))
    common = SinkConfig(table.where(), name, kind, _filter(table, names))
    read: SinkConfig = variant.read(table, common, folder, names)
    return read


def _filter(table: Table, names: Names) -> tuple[str, ...]:
    chosen = table.get(schema.SINK_POINTS)
    for place, name in enumerate(chosen):
        if name not in names.points and not names.unsettled([name]):
            table.wrong(schema.SINK_POINTS, no_point(name, names.points), place)
    return chosen
