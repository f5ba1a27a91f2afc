"""Slots with their modules, and the functions of the board itself."""

from __future__ import annotations

from ..tables import Option, Section, Shape
from ..wording import INTERVAL, any_text
from .frames import FRAME, SCHEDULE
from .points import POINT
from .units import UNIT

SLOT_SLOT = Option(
    "slot",
    any_text("a slot of the board", "wisblock-1"),
    "The slot of the board that the module sits in.",
    '"wisblock-1"',
    "",
    required=True,
)
SLOT_MODULE = Option(
    "module",
    any_text("the id of a module of the catalog", "rak5801"),
    "The module in the slot, as `wisgate catalog list` names it.",
    '"rak5801"',
    "",
    required=True,
)
SLOT_INTERVAL = Option[float | None](
    "interval",
    INTERVAL,
    "How often the module is sampled.",
    '"1s"',
    None,
    otherwise="what the catalog says of the module",
)
SLOT_POINT = Section(
    "slot.point",
    Shape.LIST,
    "What a channel of the module above is called and how it is scaled. A channel without such a "
    "table is a point too, under its own name and in its own unit.",
    POINT,
    identity="channel",
)
SLOT = Section(
    "slot",
    Shape.LIST,
    "A module in a slot of the board. Besides these keys it takes the options of its module, "
    "which `wisgate catalog show` lists.",
    (SLOT_SLOT, SLOT_MODULE, SLOT_INTERVAL),
    (SLOT_POINT, UNIT, FRAME, SCHEDULE),
    identity="slot",
    open_keys=True,
)
ONBOARD_INTERVAL = Option[float | None](
    "interval",
    INTERVAL,
    "How often the function is sampled.",
    '"10s"',
    None,
    otherwise="what the catalog says of the board",
)
ONBOARD_POINT = Section(
    "onboard.<function>.point",
    Shape.LIST,
    "What a channel of the function is called and how it is scaled, as for a slot.",
    POINT,
    identity="channel",
)
ONBOARD = Section(
    "onboard",
    Shape.NAMED,
    "A function of the board itself, such as `climate`. Functions that the file does not mention "
    "are sampled too; those that not every board has or needs (`fan`, `display`, `buzzer`, "
    "`memory`, `identity`) run when it has their table. Besides these keys it takes the options of "
    "its function, which "
    "`wisgate catalog show` lists.",
    (ONBOARD_INTERVAL,),
    (ONBOARD_POINT,),
    open_keys=True,
)
