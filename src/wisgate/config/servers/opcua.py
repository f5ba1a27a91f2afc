"""`type = "opcua"`: live values over OPC UA."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Listen, listen
from ..extras import demand_extra
from ..files import named_file
from ..model import ServerConfig
from ..naming import Names
from ..readers import shown
from ..schema import servers as common_schema
from ..tables import Option, Section, Shape, Table
from ..wording import FILE

LISTEN = Option(
    "listen",
    listen(),
    "Address and port. Beyond this computer it needs `users_file`.",
    '"0.0.0.0:4840"',
    Listen("127.0.0.1", 4840),
    otherwise='"127.0.0.1:4840"',
)
USERS_FILE = Option[str | None](
    "users_file",
    FILE,
    "File with a line `name:password` for each user; only its owner may read it (mode 0600). With "
    "it everything is signed or encrypted (Basic256Sha256) and nobody connects without a name.",
    '"opcua.users"',
    None,
    otherwise="everybody on this computer may connect, unencrypted",
)
SECTION = Section(
    "server",
    Shape.NAMED,
    "An OPC UA server. Needs `pip install 'wisgate[opcua]'`.",
    (LISTEN, USERS_FILE),
    variant="opcua",
)


@dataclass(frozen=True)
class OpcuaServerConfig(ServerConfig):
    host: str
    port: int
    users_file: Path | None
    """Absolute. Read when the server starts, and at each sign-in."""


def read(table: Table, common: ServerConfig, folder: Path, names: Names) -> OpcuaServerConfig:
    demand_extra(table, "opcua", "asyncua")
    address = table.get(LISTEN)
    if not table.has(USERS_FILE):
        cure = f"add {USERS_FILE.name} = {USERS_FILE.example}"
        if common.commands:
            found = "nobody would know who writes"
            table.wrong(common_schema.SERVER_COMMANDS, f"{found}; {cure}")
        if not address.loopback:
            found = f"{shown(table.values['listen'])} can be reached from outside"
            table.wrong(LISTEN, f"{found}; {cure}, or listen on 127.0.0.1")
    users = named_file(table, USERS_FILE, folder, secret=True)
    return OpcuaServerConfig(**vars(common), host=address.host, port=address.port, users_file=users)
