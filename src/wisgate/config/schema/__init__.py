"""Every table and key of the file, declared once. The readers of this package take their types,
ranges and messages from here, and so does the reference in `docs/reference/configuration.md`."""

from __future__ import annotations

from ..tables import Option, Section, Shape
from ..wording import any_text, short_name
from .alarms import ALARM, CALCULATE
from .bench import CORE, ENVIRONMENT, HAT, HOST, JUMPERS, POWER, STRAPS
from .lorawan import LORAWAN
from .rules import RULE, VIRTUAL
from .servers import SERVER
from .sinks import SINK
from .slots import ONBOARD, SLOT
from .surroundings import STORE, WEB
from .units import MODBUS

NAME = Option(
    "name",
    short_name("pump-house"),
    "Name of the gateway, unique in a fleet; part of topics and labels.",
    '"pump-house"',
    "",
    required=True,
)
BOARD = Option(
    "board",
    any_text("the id of a board of the catalog", "rak7391"),
    "The carrier board, as `wisgate catalog list` names it.",
    '"rak7391"',
    "",
    required=True,
)
GATEWAY = Section(
    "",
    Shape.TOP,
    "Keys at the top of the file, before the first table.",
    (NAME, BOARD, CORE),
    (
        SLOT,
        MODBUS,
        VIRTUAL,
        CALCULATE,
        ALARM,
        RULE,
        ONBOARD,
        SINK,
        SERVER,
        LORAWAN,
        WEB,
        STORE,
        POWER,
        HOST,
        STRAPS,
        JUMPERS,
        HAT,
        ENVIRONMENT,
    ),
)

__all__ = [
    "ALARM", "BOARD", "CALCULATE", "CORE", "ENVIRONMENT", "GATEWAY", "HAT", "HOST", "JUMPERS",
    "LORAWAN", "MODBUS", "NAME", "ONBOARD", "POWER", "RULE", "SERVER", "SINK", "SLOT", "STORE",
    "STRAPS", "VIRTUAL", "WEB",
]  # fmt: skip
