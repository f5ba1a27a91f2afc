"""`type = "http"`: a webhook, which gets JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Url, service
from ..files import named_file
from ..headers import Headers, headers
from ..model import SinkConfig
from ..naming import Names
from ..readers import integer
from ..requests import REQUESTS, RequestConfig, read_requests
from ..tables import Option, Section, Shape, Table
from ..wording import FILE

URL = Option(
    "url",
    service('"https://plant.example/readings"', {"http": 80, "https": 443}),
    "Where the requests go.",
    '"https://plant.example/readings"',
    Url("http", "localhost", 80),
    required=True,
)
SECRET_FILE = Option[str | None](
    "secret_file",
    FILE,
    "File with the secret that signs the requests, seen from this file; only its owner may read it "
    "(mode 0600).",
    '"webhook.secret"',
    None,
    otherwise="no signature",
)
HEADERS = Option[Headers](
    "headers",
    headers(),
    "Headers that every request carries; none of them a secret.",
    '{ "X-Site" = "north" }',
    (),
    otherwise="none",
)
HEADERS_FILE = Option[str | None](
    "headers_file",
    FILE,
    "File with more of them, `Name: value` a line; only its owner may read it (mode 0600).",
    '"webhook.headers"',
    None,
    otherwise="none",
)
BATCH = Option(
    "batch",
    integer(1, 500),
    "Records in a request at most.",
    "100",
    500,
    otherwise="500",
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "A webhook: requests with JSON, signed after Standard Webhooks.",
    (URL, SECRET_FILE, HEADERS, HEADERS_FILE, BATCH, *REQUESTS),
    variant="http",
)


@dataclass(frozen=True)
class HttpConfig(RequestConfig):
    secret_file: Path | None = None
    headers: Headers = ()
    headers_file: Path | None = None
    batch: int = 500


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> HttpConfig:
    return HttpConfig(
        **vars(read_requests(table, common, URL, folder)),
        secret_file=named_file(table, SECRET_FILE, folder, secret=True),
        headers=table.get(HEADERS),
        headers_file=named_file(table, HEADERS_FILE, folder, secret=True),
        batch=table.get(BATCH),
    )
