"""`type = "influx"`: InfluxDB 1, 2 or 3, and whatever else takes its line protocol."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Url, service
from ..files import named_file
from ..model import SinkConfig
from ..naming import Names
from ..readers import choice, text
from ..requests import REQUESTS, TIMEOUT, RequestConfig, read_requests
from ..tables import Option, Section, Shape, Table
from ..wording import FILE, any_text

UDP = "udp"
URL = Option(
    "url",
    service('"http://influx.example:8086"', {"http": 8086, "https": 8086, UDP: 8089}, user=True),
    "Where the server listens. With `udp`, of version 1 only, nobody says what arrives.",
    '"http://influx.example:8086"',
    Url("http", "localhost", 8086),
    required=True,
)
VERSION = Option("version", choice("1", "2", "3"), "Of the server.", '"2"', "2", required=True)
DATABASE = Option(
    "database",
    any_text("the name of a database", "plant"),
    "The database, which must exist; of versions 1 and 3. With `udp` the server decides.",
    '"plant"',
    "",
    otherwise="an error, unless the version has none",
)
ORG = Option(
    "org",
    any_text("the name of an organisation", "plant"),
    "The organisation; of version 2.",
    '"plant"',
    "",
    otherwise="an error, unless the version has none",
)
BUCKET = Option(
    "bucket",
    any_text("the name of a bucket", "readings"),
    "The bucket, which must exist; of version 2.",
    '"readings"',
    "",
    otherwise="an error, unless the version has none",
)
TOKEN_FILE = Option[str | None](
    "token_file",
    FILE,
    "File with the token, seen from this file; only its owner may read it (mode 0600). Of versions "
    "2 and 3.",
    '"influx.token"',
    None,
    otherwise="no token; an error with version 2",
)
PASSWORD_FILE = Option[str | None](
    "password_file",
    FILE,
    "File with the password of the user in `url`; only its owner may read it (mode 0600). Of "
    "version 1.",
    '"influx.secret"',
    None,
    otherwise="no password",
)
MEASUREMENT = Option(
    "measurement",
    text("a letter first, then letters, digits, _ . and -", r"[A-Za-z][A-Za-z0-9_.-]*", "wisgate"),
    "The measurement (in version 3: table) of readings; alarms and gaps have their own beside it.",
    '"wisgate"',
    "wisgate",
    otherwise='"wisgate"',
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "InfluxDB, over HTTP or UDP.",
    (URL, VERSION, DATABASE, ORG, BUCKET, TOKEN_FILE, PASSWORD_FILE, MEASUREMENT, *REQUESTS),
    variant="influx",
)
USES = {
    "1": (DATABASE, PASSWORD_FILE),
    "2": (ORG, BUCKET, TOKEN_FILE),
    "3": (DATABASE, TOKEN_FILE),
}
NEEDS = {"1": (DATABASE,), "2": (ORG, BUCKET, TOKEN_FILE), "3": (DATABASE,)}


@dataclass(frozen=True)
class InfluxConfig(RequestConfig):
    version: str = "2"
    database: str = ""
    org: str = ""
    bucket: str = ""
    token_file: Path | None = None
    password_file: Path | None = None
    measurement: str = "wisgate"


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> InfluxConfig:
    version = table.get(VERSION)
    requests = read_requests(table, common, URL, folder)
    if table.values.get(VERSION.name) == version:
        _suit(table, requests.url, version)
    return InfluxConfig(
        **vars(requests),
        version=version,
        database=table.get(DATABASE),
        org=table.get(ORG),
        bucket=table.get(BUCKET),
        token_file=named_file(table, TOKEN_FILE, folder, secret=True),
        password_file=named_file(table, PASSWORD_FILE, folder, secret=True),
        measurement=table.get(MEASUREMENT),
    )


def _suit(table: Table, url: Url, version: str) -> None:
    """Fault what the version, or UDP, has no use for, and what it needs."""
    if url.scheme == UDP:
        if version != "1":
            table.wrong(URL, f'version {version} takes no UDP; write http:// or version = "1"')
        useless = [DATABASE, ORG, BUCKET, TOKEN_FILE, PASSWORD_FILE, TIMEOUT]
        for option in useless:
            if table.has(option):
                table.wrong(option, "has no effect with UDP; leave it out")
        return
    for option in (DATABASE, ORG, BUCKET, TOKEN_FILE, PASSWORD_FILE):
        if table.has(option) and option not in USES[version]:
            possible = " and ".join(o.name for o in USES[version])
            table.wrong(option, f"version {version} has none; it has {possible}")
    for option in NEEDS[version]:
        if not table.has(option):
            cure = f"add {option.name} = {option.example}"
            table.wrong(VERSION, f'version {version} needs "{option.name}"; {cure}')
    if url.username and version != "1":
        table.wrong(URL, f"version {version} knows no user; name a token in token_file")
    if table.has(PASSWORD_FILE) and version == "1" and table.has(URL) and not url.username:
        table.wrong(PASSWORD_FILE, "needs a user in url; write http://user@host:8086")
