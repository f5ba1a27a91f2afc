"""`type = "sparkplug"`: a Sparkplug B edge node at an MQTT broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..brokers import BROKER, BrokerConfig, read_broker
from ..extras import demand_extra
from ..model import SinkConfig
from ..naming import Names
from ..readers import boolean, text
from ..tables import Option, Section, Shape, Table

_ID = r"[^+#/\x00-\x1f\x7f]+"
GROUP = Option(
    "group",
    text("an id without + # and /", _ID, "Plant 1"),
    "Sparkplug's group id; the name of the gateway is the edge node id.",
    '"Plant 1"',
    "wisgate",
    otherwise='"wisgate"',
)
PRIMARY_HOST = Option(
    "primary_host",
    text("an id without + # and /", _ID, "scada"),
    "Id of the host application without which nothing is sent; readings wait in the store as long "
    "as it is offline.",
    '"scada"',
    "",
    otherwise="nobody is waited for",
)
COMMANDS = Option(
    "commands",
    boolean(),
    "Whether host applications (NCMD) write outputs and virtual points.",
    "true",
    False,
    otherwise="false",
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "Sparkplug B 3.0, as an edge node. Needs `pip install 'wisgate[sparkplug]'`.",
    (*BROKER, GROUP, PRIMARY_HOST, COMMANDS),
    variant="sparkplug",
)


@dataclass(frozen=True)
class SparkplugConfig(BrokerConfig, SinkConfig):
    group: str = "wisgate"
    primary_host: str = ""
    """Id of the host application that must be online; "" for none."""
    commands: bool = False
    """Whether host applications write outputs and virtual points."""


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> SparkplugConfig:
    demand_extra(table, "sparkplug", "google.protobuf")
    return SparkplugConfig(
        **vars(common),
        **vars(read_broker(table, folder)),
        group=table.get(GROUP),
        primary_host=table.get(PRIMARY_HOST),
        commands=table.get(COMMANDS),
    )
