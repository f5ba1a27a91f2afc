"""Comma-separated values: where our Modbus server shows each point. As the `map_file` of the server
it keeps every point where it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ...config.modbus_map import ADDRESS, POINT
from ...config.servers.modbus import ModbusServerConfig
from ...core.points import Kind
from .order import Order

HEAD = (POINT, ADDRESS, "type", "unit", "status", "age", "written", "coil")
GONE = "gone"
"""The type of a point that the file no longer has; its registers stay free."""


def lacks(order: Order) -> str:
    servers = _servers(order)
    if not servers:
        return 'a [server.<name>] of type "modbus"'
    if order.server and order.server not in [s.name for s in servers]:
        return f'a [server.{order.server}] of type "modbus"'
    if len(servers) > 1 and not order.server:
        return f"--server with one of {', '.join(s.name for s in servers)}"
    return ""


def text(order: Order) -> str:
    server = next(s for s in _servers(order) if order.server in ("", s.name))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(HEAD)
    for row in server.rows:
        at, point = row.address, row.point
        if point is None:
            table.writerow((row.name, at, GONE, "", "", "", "", ""))
            continue
        table.writerow(
            (
                row.name,
                at,
                "float32" if point.kind is Kind.FLOAT else "int32",
                point.unit,
                at + 2,
                at + 3,
                "yes" if point.writable and server.commands else "no",
                at if point.kind is Kind.BOOL else "",
            )
        )
    return out.getvalue()


def _servers(order: Order) -> Sequence[ModbusServerConfig]:
    return [s for s in order.plan.config.servers if isinstance(s, ModbusServerConfig)]
