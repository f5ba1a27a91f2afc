"""`type = "udp"`: Semtech's UDP protocol, which every network server understands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..addresses import Listen, peer
from ..naming import Names
from ..radios import UpstreamConfig
from ..tables import Option, Section, Shape, Table

SERVER = Option(
    "server",
    peer('"eu1.cloud.thethings.network:1700"'),
    "Name or address of the server, and its port.",
    '"eu1.cloud.thethings.network:1700"',
    Listen("localhost", 1700),
    required=True,
)
SECTION = Section(
    "lorawan.upstream",
    Shape.LIST,
    "A server that speaks Semtech's UDP protocol: neither encrypted nor signed, so mind the way.",
    (SERVER,),
    variant="udp",
)


@dataclass(frozen=True)
class UdpConfig(UpstreamConfig):
    host: str
    port: int


def read(table: Table, common: UpstreamConfig, folder: Path, names: Names) -> UdpConfig:
    found = table.get(SERVER)
    return UdpConfig(**vars(common), host=found.host, port=found.port)
