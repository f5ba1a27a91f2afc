"""`type = "http"`: a webhook, which gets JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..addresses import Url, service
from ..files import named_file
from ..model import SinkConfig
from ..naming import Names
from ..readers import Misfit, Reader, integer, shown
from ..requests import REQUESTS, RequestConfig, read_requests
from ..tables import Option, Section, Shape, Table
from ..wording import FILE

Headers = tuple[tuple[str, str], ...]

OURS = re.compile(r"content-.*|host|connection|transfer-encoding|webhook-.*", re.IGNORECASE)
SECRET = re.compile(r".*(?:authorization|cookie|token|secret|password|api-?key).*", re.IGNORECASE)
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def _headers(value: object) -> Headers:
    like = 'write { "X-Site" = "north" }'
    if not isinstance(value, dict):
        raise Misfit(f"{shown(value)} is no table; {like}")
    for name, text in value.items():
        if HEADER_NAME.fullmatch(name) is None:
            raise Misfit(f"{shown(name)} is no name of a header; {like}", (name,))
        if OURS.fullmatch(name):
            raise Misfit(f"{shown(name)} is set by the gateway; leave it out", (name,))
        if SECRET.fullmatch(name):
            raise Misfit(f"{shown(name)} holds a secret; put it in headers_file", (name,))
        if not isinstance(text, str) or HEADER_VALUE.fullmatch(text) is None:
            raise Misfit(f"{shown(text)} is no text of a header; {like}", (name,))
    return tuple(value.items())


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
    Reader("a table of texts", _headers),
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
