"""`type = "postgres"`: tables of PostgreSQL, hypertables where TimescaleDB is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Url, service
from ..extras import demand_extra
from ..files import named_file
from ..model import SinkConfig
from ..naming import Names
from ..readers import choice, duration, shown, text
from ..tables import Option, Section, Shape, Table
from ..tls_files import ca_option
from ..wording import FILE

VERIFY = "verify-full"
URL = Option(
    "url",
    service(
        '"postgresql://gateway@db.example:5432/plant"',
        {"postgresql": 5432, "postgres": 5432},
        user=True,
    ),
    "Server, user and database, which must exist.",
    '"postgresql://gateway@db.example:5432/plant"',
    Url("postgresql", "localhost", 5432, "/plant", "gateway"),
    required=True,
)
PASSWORD_FILE = Option[str | None](
    "password_file",
    FILE,
    "File with the password, seen from this file; only its owner may read it (mode 0600).",
    '"postgres.secret"',
    None,
    otherwise="no password",
)
SSLMODE = Option[str | None](
    "sslmode",
    choice("disable", "prefer", "require", VERIFY),
    "TLS as PostgreSQL names it; with `verify-full` nobody else can pass for the server.",
    '"verify-full"',
    None,
    otherwise='"verify-full" with `ca_file`, else "prefer"',
)
CA_FILE = ca_option("server", VERIFY)
PREFIX = Option(
    "prefix",
    text(
        "a lower-case letter first, then letters, digits and _", r"[a-z][a-z0-9_]{0,39}", "wisgate"
    ),
    "What the names of the tables begin with: `<prefix>_readings`, `_alarms`, `_gaps`. They are "
    "made when they are not there.",
    '"wisgate"',
    "wisgate",
    otherwise='"wisgate"',
)
TIMEOUT = Option(
    "timeout",
    duration("1s", "5min"),
    "How long the server may take for a batch.",
    '"20s"',
    20.0,
    otherwise='"20s"',
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "PostgreSQL 12 or later, or TimescaleDB. Needs `pip install 'wisgate[postgres]'`.",
    (URL, PASSWORD_FILE, SSLMODE, CA_FILE, PREFIX, TIMEOUT),
    variant="postgres",
)


@dataclass(frozen=True)
class PostgresConfig(SinkConfig):
    """Files are absolute paths, read when the sink connects and never before."""

    host: str
    port: int
    database: str
    username: str
    password_file: Path | None = None
    sslmode: str = "prefer"
    ca_file: Path | None = None
    prefix: str = "wisgate"
    timeout: float = 20.0
    """Seconds for a batch."""


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> PostgresConfig:
    demand_extra(table, "postgres", "psycopg")
    url = table.get(URL)
    database = url.path.removeprefix("/")
    if not database or "/" in database or "?" in database:
        cure = f"write one like {URL.example}"
        table.wrong(URL, f"{shown(table.values['url'])} names no database; {cure}")
    elif not url.username:
        table.wrong(URL, f"{shown(table.values['url'])} names no user; write one before the @")
    mode = table.get(SSLMODE) or (VERIFY if table.has(CA_FILE) else "prefer")
    if table.has(CA_FILE) and mode != VERIFY:
        table.wrong(CA_FILE, f'has no effect with "{mode}"; write sslmode = "{VERIFY}"')
    return PostgresConfig(
        **vars(common),
        host=url.host,
        port=url.port,
        database=database,
        username=url.username,
        password_file=named_file(table, PASSWORD_FILE, folder, secret=True),
        sslmode=mode,
        ca_file=named_file(table, CA_FILE, folder),
        prefix=table.get(PREFIX),
        timeout=table.get(TIMEOUT),
    )
