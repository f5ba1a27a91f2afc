"""Sinks that send HTTP requests: what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .addresses import Url
from .files import named_file
from .model import SinkConfig
from .readers import duration
from .tables import Option, Table
from .tls_files import ca_option, refuse_without_tls

CA_FILE = ca_option("server", "https")
TIMEOUT = Option(
    "timeout",
    duration("1s", "5min"),
    "How long the server may take for an answer.",
    '"10s"',
    10.0,
    otherwise='"10s"',
)
REQUESTS = (CA_FILE, TIMEOUT)


@dataclass(frozen=True)
class RequestConfig(SinkConfig):
    """Files are absolute paths, read when the sink connects and never before."""

    url: Url
    ca_file: Path | None = None
    timeout: float = 10.0
    """Seconds for a request and its answer."""

    @property
    def host(self) -> str:
        return self.url.host

    @property
    def port(self) -> int:
        return self.url.port


def read_requests(
    table: Table, common: SinkConfig, url: Option[Url], folder: Path
) -> RequestConfig:
    """How the sink of `table` reaches the server at `url`. `folder` is where paths of files
    begin."""
    found = table.get(url)
    if table.has(url) and found.scheme != "https":
        refuse_without_tls(table, "https", CA_FILE)
    return RequestConfig(
        **vars(common),
        url=found,
        ca_file=named_file(table, CA_FILE, folder),
        timeout=table.get(TIMEOUT),
    )
