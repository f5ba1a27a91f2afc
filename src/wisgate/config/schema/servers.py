"""What other programs may ask the gateway: what all servers have. What each type has besides stands
in `config/servers/<type>.py`."""

from __future__ import annotations

from ..lists import texts
from ..readers import boolean, choice, integer
from ..tables import Option, Section, Shape
from ..variants import variants
from ..wording import any_text

VARIANTS = variants("servers")
"""By type."""
SERVER_TYPE = Option(
    "type", choice(*VARIANTS), "What the server speaks.", '"modbus"', "modbus", required=True
)
SERVER_POINTS = Option(
    "points",
    texts(any_text("the name of a point", "tank_level"), "a list of names of points"),
    "The points that it shows.",
    '["tank_level", "pump"]',
    (),
    otherwise="all",
)
SERVER_COMMANDS = Option(
    "commands",
    boolean(),
    "Whether clients may write outputs and virtual points.",
    "true",
    False,
    otherwise="false",
)
SERVER_CONNECTIONS = Option(
    "connections", integer(1, 1000), "Clients at one time at most.", "16", 16, otherwise="16"
)
SERVER = Section(
    "server",
    Shape.NAMED,
    "A server that shows live values to other programs, under a name of your own. Besides these "
    "keys it takes those of its type.",
    (SERVER_TYPE, SERVER_POINTS, SERVER_COMMANDS, SERVER_CONNECTIONS),
    open_keys=True,
    variants=tuple(v.SECTION for v in VARIANTS.values()),
)
