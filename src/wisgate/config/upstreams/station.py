"""`type = "station"`: the protocol of Basics Station, over a websocket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Url, service
from ..files import named_file
from ..naming import Names
from ..radios import UpstreamConfig
from ..readers import shown
from ..tables import Option, Section, Shape, Table
from ..tls_files import demand_both, read_tls, refuse_without_tls, tls_options
from ..wording import FILE

URL = Option(
    "url",
    service('"wss://eu1.cloud.thethings.network:8887"', {"ws": 80, "wss": 443}),
    "Where the gateway asks for its server, without a path.",
    '"wss://eu1.cloud.thethings.network:8887"',
    Url("ws", "localhost", 80),
    required=True,
)
TOKEN_FILE = Option[str | None](
    "token_file",
    FILE,
    "File with the token that the server wants, alone or as `Authorization: Bearer …`; only its "
    "owner may read it (mode 0600).",
    '"station.token"',
    None,
    otherwise="no token",
)
CA_FILE, CERT_FILE, KEY_FILE = tls_options("server", "wss")
SECTION = Section(
    "lorawan.upstream",
    Shape.LIST,
    "A server that speaks the LNS protocol of Basics Station.",
    (URL, TOKEN_FILE, CA_FILE, CERT_FILE, KEY_FILE),
    variant="station",
)


@dataclass(frozen=True)
class StationConfig(UpstreamConfig):
    """Files are absolute paths, read when the upstream connects and never before."""

    url: Url
    token_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


def read(table: Table, common: UpstreamConfig, folder: Path, names: Names) -> StationConfig:
    found = table.get(URL)
    if found.path not in ("", "/"):
        text = f'{shown(table.values["url"])} has the path "{found.path}"'
        table.wrong(URL, f"{text}; end after the port, the server tells the path")
    if table.has(URL) and found.scheme != "wss":
        refuse_without_tls(table, "wss", CA_FILE, CERT_FILE, KEY_FILE)
    demand_both(table, CERT_FILE, KEY_FILE)
    return StationConfig(
        **vars(common),
        url=found,
        token_file=named_file(table, TOKEN_FILE, folder, secret=True),
        **vars(read_tls(table, folder, CA_FILE, CERT_FILE, KEY_FILE)),
    )
