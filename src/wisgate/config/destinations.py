"""Sinks and servers: what all of them have, and their types."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from .model import Kind, PointConfig, ServerConfig, SinkConfig
from .naming import Names, no_point
from .readers import shown
from .schema import servers as server_schema
from .schema import sinks as schema
from .tables import Option, Table


def read_sinks(
    tables: Mapping[str, Table], folder: Path, names: Names, sampled: Sequence[PointConfig]
) -> tuple[SinkConfig, ...]:
    """Every `[sink.<name>]`. `folder` is where paths of files begin, `sampled` what brings readings
    by itself."""
    found = []
    for name, table in tables.items():
        sink = _sink(name, table, folder, names)
        _demand_pace(table, sink, sampled)
        found.append(sink)
    return tuple(found)


def _demand_pace(table: Table, sink: SinkConfig, sampled: Sequence[PointConfig]) -> None:
    """Fault a rate below what surely comes: numbers without a deadband, every interval."""
    coming = sum(
        1 / p.point.interval
        for p in sampled
        if p.point.interval
        and p.point.kind in (Kind.FLOAT, Kind.INT)
        and not (p.deadband or p.point.event)
        and (not sink.points or p.point.name in sink.points)
    )
    if sink.rate is not None and sink.rate <= coming:
        found = f"its points bring {coming:.4g} readings/s, so it would never catch up"
        cure = f"write {math.ceil(2 * coming)} or more"
        table.wrong(schema.SINK_RATE, f"{shown(sink.rate)} is too slow: {found}; {cure}")


def _sink(name: str, table: Table, folder: Path, names: Names) -> SinkConfig:
    _demand_name(table, name)
    kind = table.get(schema.SINK_TYPE)
    variant = schema.VARIANTS[kind]
    table.refuse_others(tuple(o.name for o in variant.SECTION.options))
    rate = table.get(schema.SINK_RATE)
    common = SinkConfig(
        table.where(), name, kind, _chosen(table, schema.SINK_POINTS, names), rate=rate
    )
    read: SinkConfig = variant.read(table, common, folder, names)
    return read


def read_servers(
    tables: Mapping[str, Table], folder: Path, names: Names
) -> tuple[ServerConfig, ...]:
    """Every `[server.<name>]`, once all points are known."""
    return tuple(_server(name, table, folder, names) for name, table in tables.items())


def _server(name: str, table: Table, folder: Path, names: Names) -> ServerConfig:
    _demand_name(table, name)
    kind = table.get(server_schema.SERVER_TYPE)
    variant = server_schema.VARIANTS[kind]
    table.refuse_others(tuple(o.name for o in variant.SECTION.options))
    common = ServerConfig(
        table.where(),
        name,
        kind,
        _chosen(table, server_schema.SERVER_POINTS, names),
        commands=table.get(server_schema.SERVER_COMMANDS),
        connections=table.get(server_schema.SERVER_CONNECTIONS),
    )
    read: ServerConfig = variant.read(table, common, folder, names)
    return read


def _demand_name(table: Table, name: str) -> None:
    if schema.SINK_NAME.fullmatch(name) is None:
        what, cure = (
            table.section.key,
            "write a lower-case letter first, then letters, digits, _ and -",
        )
        table.fault(f"{what}: {shown(name)} is no name of a {what}; {cure}")


def _chosen(table: Table, option: Option[tuple[str, ...]], names: Names) -> tuple[str, ...]:
    chosen = table.get(option)
    for place, name in enumerate(chosen):
        if name not in names.points and not names.unsettled([name]):
            table.wrong(option, no_point(name, names.points), place)
    return chosen
