"""How sinks and upstreams reach an MQTT broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .addresses import Broker, broker
from .files import named_file
from .readers import choice
from .tables import Option, Table
from .tls_files import demand_both, read_tls, refuse_without_tls, tls_options
from .wording import FILE

VERSIONS = ("3.1.1", "5")
URL = Option(
    "url",
    broker(),
    "Where the broker listens; `mqtts` is encrypted, the ports are 1883 and 8883 if not given.",
    '"mqtt://user@broker.example:1883"',
    Broker("localhost", 1883, False),
    required=True,
)
VERSION = Option(
    "version",
    choice(*VERSIONS),
    'Of MQTT. With "5" a broker says why it refuses something.',
    '"5"',
    VERSIONS[0],
    otherwise=f'"{VERSIONS[0]}"',
)
PASSWORD_FILE = Option[str | None](
    "password_file",
    FILE,
    "File with the password, seen from this file; only its owner may read it (mode 0600).",
    '"mqtt.secret"',
    None,
    otherwise="no password",
)
CA_FILE, CERT_FILE, KEY_FILE = tls_options("broker", "mqtts")
BROKER = (URL, VERSION, PASSWORD_FILE, CA_FILE, CERT_FILE, KEY_FILE)


@dataclass(frozen=True)
class BrokerConfig:
    """Files are absolute paths, read at every connect and never before."""

    host: str
    port: int
    tls: bool
    version: str = VERSIONS[0]
    """Of MQTT, "3.1.1" or "5"."""
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    """Of the client certificate; together with `key_file`."""
    key_file: Path | None = None


def read_broker(table: Table, folder: Path) -> BrokerConfig:
    """How what `table` describes reaches its broker. `folder` is where paths of files begin."""
    found = table.get(URL)
    config = BrokerConfig(
        host=found.host,
        port=found.port,
        tls=found.tls,
        version=table.get(VERSION),
        username=found.username,
        password_file=named_file(table, PASSWORD_FILE, folder, secret=True),
        **vars(read_tls(table, folder, CA_FILE, CERT_FILE, KEY_FILE)),
    )
    if table.has(URL):
        _suit(table, found)
    demand_both(table, CERT_FILE, KEY_FILE)
    return config


def _suit(table: Table, found: Broker) -> None:
    """Fault what the URL leaves without effect."""
    if table.has(PASSWORD_FILE) and not found.username:
        table.wrong(PASSWORD_FILE, "needs a user in url; write mqtt://user@host")
    if not found.tls:
        refuse_without_tls(table, "mqtts", CA_FILE, CERT_FILE, KEY_FILE)
