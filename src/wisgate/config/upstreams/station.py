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
CA_FILE = Option[str | None](
    "ca_file",
    FILE,
    "File with the certificates that may sign the server's, in PEM; with `wss` only.",
    '"plant-ca.pem"',
    None,
    otherwise="those of the system",
)
CERT_FILE = Option[str | None](
    "cert_file",
    FILE,
    "File with the certificate by which the server knows us (and its chain), in PEM; with `wss` "
    "only.",
    '"gateway.pem"',
    None,
    otherwise="no certificate",
)
KEY_FILE = Option[str | None](
    "key_file",
    FILE,
    "File with the key of our certificate, in PEM and without a password; only its owner may read "
    "it (mode 0600).",
    '"gateway.key"',
    None,
    otherwise="no certificate",
)
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
        for option in (CA_FILE, CERT_FILE, KEY_FILE):
            if table.has(option):
                table.wrong(option, "has no effect without TLS; write wss:// in url")
    for one, other in ((CERT_FILE, KEY_FILE), (KEY_FILE, CERT_FILE)):
        if table.has(one) and not table.has(other):
            table.wrong(one, f'stands without "{other.name}"; add {other.name} = {other.example}')
    return StationConfig(
        **vars(common),
        url=found,
        token_file=named_file(table, TOKEN_FILE, folder, secret=True),
        ca_file=named_file(table, CA_FILE, folder),
        cert_file=named_file(table, CERT_FILE, folder),
        key_file=named_file(table, KEY_FILE, folder, secret=True),
    )
