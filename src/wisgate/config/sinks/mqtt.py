"""`type = "mqtt"`: a broker, MQTT 3.1.1 or 5."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..brokers import BROKER, BrokerConfig, read_broker
from ..model import SinkConfig
from ..naming import Names
from ..readers import boolean, choice, text
from ..tables import Option, Section, Shape, Table

_LEVELS = r"[^+#/\s$][^+#/\s]*(?:/[^+#/\s]+)*"
PREFIX = Option(
    "prefix",
    text("one or more levels without + # and spaces", _LEVELS, "wisgate"),
    "First level of every topic.",
    '"wisgate"',
    "wisgate",
    otherwise='"wisgate"',
)
PER = Option(
    "per",
    choice("point", "batch", "columns"),
    "A message for every reading, or one for many: each in full, or, in a fifth of the bytes, what "
    "came together in columns.",
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
HOME_ASSISTANT = Option(
    "home_assistant",
    text("one or more levels without + # and spaces", _LEVELS, "homeassistant"),
    "Discovery prefix of a Home Assistant that shall find every point and alarm by itself; the "
    "broker then keeps the last reading of each (retained).",
    '"homeassistant"',
    "",
    otherwise="it is told nothing",
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "An MQTT broker.",
    (*BROKER, PREFIX, PER, COMMANDS, HOME_ASSISTANT),
    variant="mqtt",
)


@dataclass(frozen=True)
class MqttConfig(BrokerConfig, SinkConfig):
    prefix: str = "wisgate"
    """First level of every topic."""
    per: str = "point"
    """"point": a message per reading; "batch" and "columns": one for many."""
    commands: bool = False
    """Whether `<point>/set` writes outputs and virtual points."""
    home_assistant: str = ""
    """Its discovery prefix; "" for none."""

    @property
    def density(self) -> int:
        apart = self.points or self.rate  # what these leave of columns is sent in full
        return 6 if self.per == "columns" and not apart else 1


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> MqttConfig:
    per = table.get(PER)
    if table.has(HOME_ASSISTANT) and per != "point":
        table.wrong(HOME_ASSISTANT, f'needs a topic for each point; remove per = "{per}"')
    return MqttConfig(
        **vars(common),
        **vars(read_broker(table, folder)),
        prefix=table.get(PREFIX),
        per=per,
        commands=table.get(COMMANDS),
        home_assistant=table.get(HOME_ASSISTANT),
    )
