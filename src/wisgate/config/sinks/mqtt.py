"""`type = "mqtt"`: a broker, MQTT 3.1.1 or 5."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Broker, broker
from ..files import named_file
from ..model import SinkConfig
from ..naming import Names
from ..readers import boolean, choice, text
from ..tables import Option, Section, Shape, Table
from ..wording import FILE

URL = Option(
    "url",
    broker(),
    "Where the broker listens; `mqtts` is encrypted, the ports are 1883 and 8883 if not given.",
    '"mqtt://user@broker.example:1883"',
    Broker("localhost", 1883, False),
    required=True,
)
PASSWORD_FILE = Option[str | None](
    "password_file",
    FILE,
    "File with the password, seen from this file; only its owner may read it (mode 0600).",
    '"mqtt.secret"',
    None,
    otherwise="no password",
)
CA_FILE = Option[str | None](
    "ca_file",
    FILE,
    "File with the certificates that may sign the broker's, in PEM; with `mqtts` only.",
    '"plant-ca.pem"',
    None,
    otherwise="those of the system",
)
PREFIX = Option(
    "prefix",
    text(
        "one or more levels without + # and spaces", r"[^+#/\s$][^+#/\s]*(?:/[^+#/\s]+)*", "wisgate"
    ),
    "First level of every topic.",
    '"wisgate"',
    "wisgate",
    otherwise='"wisgate"',
)
PER = Option(
    "per",
    choice("point", "batch"),
    "A message for every reading, or one for all readings of a sampling.",
    '"point"',
    "point",
    otherwise='"point"',
)
COMMANDS = Option(
    "commands",
    boolean(),
    "Whether messages to `<point>/set` write outputs and virtual points.",
    "true",
    False,
    otherwise="false",
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "An MQTT broker.",
    (URL, PASSWORD_FILE, CA_FILE, PREFIX, PER, COMMANDS),
    variant="mqtt",
)


@dataclass(frozen=True)
class MqttConfig(SinkConfig):
    host: str
    port: int
    tls: bool
    username: str = ""
    password_file: Path | None = None
    """Absolute. Read when the sink connects, never before."""
    ca_file: Path | None = None
    prefix: str = "wisgate"
    """First level of every topic."""
    per: str = "point"
    """"point": a message per reading; "batch": a message per sampling round."""
    commands: bool = False
    """Whether `<point>/set` writes outputs and virtual points."""


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> MqttConfig:
    broker = table.get(URL)
    password = named_file(table, PASSWORD_FILE, folder, secret=True)
    if table.has(PASSWORD_FILE) and not broker.username and table.has(URL):
        table.wrong(PASSWORD_FILE, "needs a user in url; write mqtt://user@host")
    if table.has(CA_FILE) and not broker.tls and table.has(URL):
        table.wrong(CA_FILE, "has no effect without TLS; write mqtts:// in url")
    return MqttConfig(
        **vars(common),
        host=broker.host,
        port=broker.port,
        tls=broker.tls,
        username=broker.username,
        password_file=password,
        ca_file=named_file(table, CA_FILE, folder),
        prefix=table.get(PREFIX),
        per=table.get(PER),
        commands=table.get(COMMANDS),
    )
