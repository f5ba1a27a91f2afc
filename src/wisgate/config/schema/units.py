"""Modbus units on a serial line or behind a host of the network, and their registers."""

from __future__ import annotations

from ..addresses import host
from ..readers import boolean, choice, duration, factor, integer, unit
from ..tables import Option, Section, Shape
from ..wording import INTERVAL, any_text, name_part

REGISTER_NAME = Option(
    "name",
    name_part("humidity"),
    "Name of the register; the point is called unit, `_`, register.",
    '"humidity"',
    "",
    required=True,
)
REGISTER_ADDRESS = Option(
    "address",
    integer(0, 65535),
    "Address as on the wire, counted from 0 (the manual's 40001 is holding register 0).",
    "0",
    0,
    required=True,
)
REGISTER_KIND = Option(
    "kind",
    choice("coil", "discrete", "input", "holding"),
    "The table it stands in: coils and discrete inputs are bits, input and holding registers "
    "are words.",
    '"holding"',
    "holding",
    required=True,
)
ENCODINGS = (
    "bool",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "float32",
    "uint32_swapped",
    "int32_swapped",
    "float32_swapped",
)
REGISTER_TYPE = Option[str | None](
    "type",
    choice(*ENCODINGS),
    "How the bits are read; wide types take two registers, the high word first or `_swapped`.",
    '"int16"',
    None,
    otherwise='"bool" for a coil or discrete input, "uint16" for a register',
)
REGISTER_SCALE = Option(
    "scale",
    factor(),
    "The raw number times this is the value.",
    "0.01",
    1.0,
    otherwise="1",
)
REGISTER_UNIT = Option("unit", unit(), "Unit of the scaled value.", '"Cel"', "", otherwise="none")
REGISTER_WRITABLE = Option(
    "writable",
    boolean(),
    "Whether people and rules may write it; for coils and holding registers only.",
    "true",
    False,
    otherwise="false",
)
REGISTER = Section(
    "registers",
    Shape.INLINE,
    "The registers of the unit that become points, each in braces on a line of its own.",
    (
        REGISTER_NAME,
        REGISTER_ADDRESS,
        REGISTER_KIND,
        REGISTER_TYPE,
        REGISTER_SCALE,
        REGISTER_UNIT,
        REGISTER_WRITABLE,
    ),
    identity="name",
)

UNIT_ID = Option(
    "id", integer(1, 247), "Modbus address of the unit on its line.", "42", 1, required=True
)
UNIT_MODEL = Option[str | None](
    "model",
    any_text("the id of a unit of the catalog", "rak9155"),
    "What the unit is, when the catalog has its registers; then they need not be written here, nor "
    "does `id` unless it was changed.",
    '"rak9155"',
    None,
    otherwise="whatever its `registers` say",
)
UNIT_NAME = Option(
    "name",
    name_part("weather"),
    "Name of the unit; the points of its registers begin with it.",
    '"weather"',
    "",
    required=True,
)
UNIT_INTERVAL = Option[float | None](
    "interval",
    INTERVAL,
    "How often the unit is read.",
    '"2s"',
    None,
    otherwise="the slot's or host's",
)
UNIT_TIMEOUT = Option(
    "timeout",
    duration("10ms", "10s"),
    "How long to wait for the unit's answer.",
    '"300ms"',
    0.5,
    otherwise='"500ms"',
)
UNIT = Section(
    "slot.unit",
    Shape.LIST,
    "A Modbus unit on the serial line of the module above.",
    (UNIT_ID, UNIT_NAME, UNIT_MODEL, UNIT_INTERVAL, UNIT_TIMEOUT),
    (REGISTER,),
    identity="name",
)

TCP_UNIT_ID = Option(
    "id",
    integer(0, 255),
    "Modbus address of the unit behind its host; what is a host itself often takes 1 or 255.",
    "1",
    1,
    required=True,
)
TCP_UNIT = Section(
    "modbus.unit",
    Shape.LIST,
    "A Modbus unit behind the host above.",
    (TCP_UNIT_ID, UNIT_NAME, UNIT_MODEL, UNIT_INTERVAL, UNIT_TIMEOUT),
    (REGISTER,),
    identity="name",
)
MODBUS_HOST = Option(
    "host",
    host(),
    "Where it is: a name or an address.",
    '"10.0.0.5"',
    "",
    required=True,
)
MODBUS_PORT = Option("port", integer(1, 65535), "Its port.", "502", 502, otherwise="502")
MODBUS_INTERVAL = Option(
    "interval", INTERVAL, "How often its units are read.", '"1s"', 1.0, otherwise='"1s"'
)
MODBUS = Section(
    "modbus",
    Shape.LIST,
    "A host that speaks Modbus TCP: a unit, or a gateway with many behind it. With `--virtual` it "
    "gets a twin, unless it is this computer itself, whose programs are there then too.",
    (MODBUS_HOST, MODBUS_PORT, MODBUS_INTERVAL),
    (TCP_UNIT,),
    identity="host",
)
