"""Destinations of readings."""

from __future__ import annotations

import re

from ..addresses import Broker, broker
from ..lists import texts
from ..readers import boolean, choice, text
from ..tables import Option, Section, Shape
from .names import FILE, any_text

SINK_NAME = re.compile(r"[a-z][a-z0-9_-]*")
SINK_TYPE = Option("type", choice("mqtt"), "What the sink speaks.", '"mqtt"', "mqtt", required=True)
SINK_POINTS = Option(
    "points",
    texts(any_text("the name of a point", "tank_level"), "a list of names of points"),
    "The points that it gets.",
    '["tank_level", "pump"]',
    (),
    otherwise="all",
)
MQTT_URL = Option(
    "url",
    broker(),
    "Where the broker listens; `mqtts` is encrypted, the ports are 1883 and 8883 if not given.",
    '"mqtt://user@broker.example:1883"',
    Broker("localhost", 1883, False),
    required=True,
)
MQTT_PASSWORD_FILE = Option[str | None](
    "password_file",
    FILE,
    "File with the password, seen from this file; only its owner may read it (mode 0600).",
    '"mqtt.secret"',
    None,
    otherwise="no password",
)
MQTT_CA_FILE = Option[str | None](
    "ca_file",
    FILE,
    "File with the certificates that may sign the broker's, in PEM; with `mqtts` only.",
    '"plant-ca.pem"',
    None,
    otherwise="those of the system",
)
MQTT_PREFIX = Option(
    "prefix",
    text(
        "one or more levels without + # and spaces", r"[^+#/\s$][^+#/\s]*(?:/[^+#/\s]+)*", "wisgate"
    ),
    "First level of every topic.",
    '"wisgate"',
    "wisgate",
    otherwise='"wisgate"',
)
MQTT_PER = Option(
    "per",
    choice("point", "batch"),
    "A message for every reading, or one for all readings of a sampling.",
    '"point"',
    "point",
    otherwise='"point"',
)
MQTT_COMMANDS = Option(
    "commands",
    boolean(),
    "Whether messages to `<point>/set` write outputs and virtual points.",
    "true",
    False,
    otherwise="false",
)
SINK = Section(
    "sink",
    Shape.NAMED,
    "A destination of readings, under a name of your own.",
    (
        SINK_TYPE,
        SINK_POINTS,
        MQTT_URL,
        MQTT_PASSWORD_FILE,
        MQTT_CA_FILE,
        MQTT_PREFIX,
        MQTT_PER,
        MQTT_COMMANDS,
    ),
)
