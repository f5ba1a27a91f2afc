"""`type = "modbus"`: live values as registers over Modbus TCP."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ..addresses import Listen, any_network, listen
from ..files import named_file
from ..lists import texts
from ..modbus_map import Mapped, mapped, read_map
from ..model import ServerConfig
from ..naming import Names
from ..readers import duration, shown
from ..schema import servers as common_schema
from ..tables import Option, Section, Shape, Table
from ..wording import FILE

LISTEN = Option(
    "listen",
    listen(),
    "Address and port. The protocol knows no users: whoever reaches it reads everything.",
    '"0.0.0.0:502"',
    Listen("127.0.0.1", 1502),
    otherwise='"127.0.0.1:1502"',
)
MAP_FILE = Option[str | None](
    "map_file",
    FILE,
    "File with the address of each point, as `wisgate emit FILE modbus-map` writes it. What stands "
    "in it keeps its address, whatever else comes or goes; new points come behind.",
    '"plant-map.csv"',
    None,
    otherwise="addresses in the order of this file",
)
CLIENTS = Option(
    "clients",
    texts(any_network(), "a list of addresses or networks"),
    "Who may connect.",
    '["10.0.0.7", "10.1.0.0/16"]',
    (),
    otherwise="everybody who reaches it",
)
IDLE = Option(
    "idle",
    duration("1s", "1d"),
    "How long a client may be silent before its connection is closed.",
    '"10min"',
    300.0,
    otherwise='"5min"',
)
SECTION = Section(
    "server",
    Shape.NAMED,
    "A Modbus TCP server.",
    (LISTEN, MAP_FILE, CLIENTS, IDLE),
    variant="modbus",
)


@dataclass(frozen=True)
class ModbusServerConfig(ServerConfig):
    host: str
    port: int
    clients: tuple[str, ...]
    """Addresses and networks that may connect; empty means all."""
    idle: float
    """Seconds."""
    rows: tuple[Mapped, ...]
    """By address."""


def read(table: Table, common: ServerConfig, folder: Path, names: Names) -> ModbusServerConfig:
    address = table.get(LISTEN)
    clients = table.get(CLIENTS)
    if common.commands and not clients and not address.loopback:
        found = "everybody who reaches it could switch: the protocol knows no users"
        cure = 'name who may connect, clients = ["10.0.0.7"], or listen on 127.0.0.1'
        table.wrong(common_schema.SERVER_COMMANDS, f"{found}; {cure}")
    path, kept = named_file(table, MAP_FILE, folder), {}
    rows: tuple[Mapped, ...] = ()
    try:
        kept = read_map(path) if path is not None and path.is_file() else {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        table.wrong(MAP_FILE, f"{shown(table.get(MAP_FILE))} cannot be read: {error}; check it")
    except ValueError as error:
        table.wrong(MAP_FILE, f"{shown(table.get(MAP_FILE))}: {error}")
    shown_points = common.points or tuple(names.points)
    try:
        rows = mapped([names.points[n] for n in shown_points if n in names.points], kept)
    except ValueError as error:
        table.wrong(common_schema.SERVER_POINTS, str(error))
    return ModbusServerConfig(
        **vars(common),
        host=address.host,
        port=address.port,
        clients=clients,
        idle=table.get(IDLE),
        rows=rows,
    )
