"""Sinks: what all of them have, and their types."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from .model import Kind, PointConfig, SinkConfig
from .naming import Names, no_point
from .readers import shown
from .schema import sinks as schema
from .tables import Table


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
    if schema.SINK_NAME.fullmatch(name) is None:
        cure = "write a lower-case letter first, then letters, digits, _ and -"
        table.fault(f"sink: {shown(name)} is no name of a sink; {cure}")
    kind = table.get(schema.SINK_TYPE)
    variant = schema.VARIANTS[kind]
    table.refuse_others(tuple(o.name for o in variant.SECTION.options))
    rate = table.get(schema.SINK_RATE)
    common = SinkConfig(table.where(), name, kind, _filter(table, names), rate=rate)
    read: SinkConfig = variant.read(table, common, folder, names)
    return read


def _filter(table: Table, names: Names) -> tuple[str, ...]:
    chosen = table.get(schema.SINK_POINTS)
    for place, name in enumerate(chosen):
        if name not in names.points and not names.unsettled([name]):
            table.wrong(schema.SINK_POINTS, no_point(name, names.points), place)
    return chosen
