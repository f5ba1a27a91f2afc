"""Frames of a LIN bus, their signals, and the order in which they are asked for."""

from __future__ import annotations

from ..readers import Reader, boolean, choice, duration, factor, integer, plain_number, unit
from ..tables import Option, Section, Shape
from ..wording import any_text, name_part, short_name

SIGNAL_NAME = Option(
    "name",
    name_part("position"),
    "Name of the signal; the point is called frame, `_`, signal.",
    '"position"',
    "",
    required=True,
)
SIGNAL_BIT = Option(
    "bit",
    integer(0, 63),
    "Where it begins: 0 is the lowest bit of the first byte, 8 that of the second.",
    "0",
    0,
    required=True,
)
SIGNAL_LENGTH = Option(
    "length",
    integer(1, 32),
    "How many bits it has, the lowest first; one bit is true or false.",
    "16",
    8,
    otherwise="8",
)
SIGNAL_SIGNED = Option(
    "signed", boolean(), "Whether its highest bit is a sign.", "true", False, otherwise="false"
)
SIGNAL_SCALE = Option(
    "scale",
    factor(),
    "The raw number times this plus `offset` is the value.",
    "0.5",
    1.0,
    otherwise="1",
)
SIGNAL_OFFSET = Option(
    "offset",
    Reader("a number", plain_number),
    "Value of the raw number 0.",
    "-40",
    0.0,
    otherwise="0",
)
SIGNAL_UNIT = Option("unit", unit(), "Unit of the scaled value.", '"%"', "", otherwise="none")
SIGNAL_INITIAL = Option(
    "initial",
    Reader("a number", plain_number),
    "Of a signal that the gateway publishes: its value at the start, and when nobody is left who "
    "commands it. A bit takes 0 or 1.",
    "50",
    0.0,
    otherwise="0",
)
SIGNAL = Section(
    "signals",
    Shape.INLINE,
    "The signals of the frame that become points, each in braces on a line of its own.",
    (
        SIGNAL_NAME,
        SIGNAL_BIT,
        SIGNAL_LENGTH,
        SIGNAL_SIGNED,
        SIGNAL_SCALE,
        SIGNAL_OFFSET,
        SIGNAL_UNIT,
        SIGNAL_INITIAL,
    ),
    identity="name",
    of="frame",
)

FRAME_ID = Option(
    "id",
    integer(0, 0x3B),
    "Identifier of the frame without parity; 60 to 63 are for diagnosis.",
    "0x10",
    0,
    required=True,
)
FRAME_NAME = Option(
    "name",
    name_part("damper"),
    "Name of the frame; the points of its signals begin with it.",
    '"damper"',
    "",
    required=True,
)
FRAME_PUBLISHER = Option(
    "publisher",
    choice("bus", "gateway"),
    "Who fills it: a node on the bus, or this gateway, whose points can then be written.",
    '"gateway"',
    "bus",
    otherwise='"bus"',
)
FRAME_SIZE = Option[int | None](
    "size",
    integer(1, 8),
    "Its bytes, without checksum.",
    "2",
    None,
    otherwise="as many as its signals need",
)
FRAME_CHECKSUM = Option[str | None](
    "checksum",
    choice("enhanced", "classic"),
    "Which checksum it has.",
    '"classic"',
    None,
    otherwise="that of the module's `protocol`: enhanced for LIN 2.x, classic for LIN 1.3",
)
FRAME = Section(
    "slot.frame",
    Shape.LIST,
    "A frame on the LIN bus of the module above.",
    (FRAME_ID, FRAME_NAME, FRAME_PUBLISHER, FRAME_SIZE, FRAME_CHECKSUM),
    (SIGNAL,),
    identity="name",
)

ENTRY_FRAME = Option(
    "frame",
    any_text("the name of a [[slot.frame]]", "damper"),
    "The frame whose turn it is.",
    '"damper"',
    "",
    required=True,
)
ENTRY_DELAY = Option[float | None](
    "delay",
    duration("1ms", "1s"),
    "From this header to the next one.",
    '"20ms"',
    None,
    otherwise="the longest time that the frame may take, in steps of 5 ms",
)
ENTRY = Section(
    "entries",
    Shape.INLINE,
    "The frames in their order, each in braces; one may come several times.",
    (ENTRY_FRAME, ENTRY_DELAY),
    identity="frame",
    of="schedule",
)
SCHEDULE_NAME = Option(
    "name",
    short_name("normal"),
    "Name of the table, for the command `schedule`.",
    '"normal"',
    "",
    required=True,
)
SCHEDULE = Section(
    "slot.schedule",
    Shape.LIST,
    "An order in which a commander asks for frames, once per interval of the slot. The first table "
    "is used at the start. Without one every frame has its turn, in the order of the file.",
    (SCHEDULE_NAME,),
    (ENTRY,),
    identity="name",
)
