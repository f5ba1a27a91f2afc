"""Every table and key of the file, declared once. The readers of this package take their types,
ranges and messages from here, and so does the reference in `docs/reference/configuration.md`."""

from __future__ import annotations

import re

from ..core.points import Kind, Value
from .addresses import Broker, Listen, broker, listen
from .readers import (
    Ends,
    Reader,
    anything,
    boolean,
    choice,
    duration,
    ends,
    factor,
    integer,
    quantity,
    text,
    texts,
    unit,
)
from .tables import Option, Section, Shape

RESERVED = ("state", "batch", "alarm", "gap")
"""Names that topics and records use for something else."""

_RESERVED_PATTERN = rf"(?!(?:{'|'.join(RESERVED)})$)"

SINK_NAME = re.compile(r"[a-z][a-z0-9_-]*")

INTERVAL = duration("10ms", "1d")


def point_name() -> Reader[str]:
    reserved = ", ".join(RESERVED)
    return text(
        f"a lower-case letter first, then letters, digits and _ (reserved: {reserved})",
        _RESERVED_PATTERN + r"[a-z][a-z0-9_]*",
        "tank_level",
    )


def short_name(example: str) -> Reader[str]:
    return text(
        "a lower-case letter or digit first, then letters, digits and -",
        r"[a-z0-9][a-z0-9-]*",
        example,
    )


def _any_text(expects: str, example: str) -> Reader[str]:
    return text(expects, r"[^\x00-\x1f\x7f]+", example)


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
    _any_text("the id of a board of the catalog", "rak7391"),
    "The carrier board, as `wisgate catalog list` names it.",
    '"rak7391"',
    "",
    required=True,
)

SLOT_SLOT = Option(
    "slot",
    _any_text("a slot of the board", "wisblock-1"),
    "The slot of the board that the module sits in.",
    '"wisblock-1"',
    "",
    required=True,
)
SLOT_MODULE = Option(
    "module",
    _any_text("the id of a module of the catalog", "rak5801"),
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

POINT_CHANNEL = Option(
    "channel",
    _any_text("a channel of the module", "a1"),
    "The input or output, as `wisgate catalog show` names it.",
    '"a1"',
    "",
    required=True,
)
POINT_NAME = Option[str | None](
    "name",
    point_name(),
    "Name of the point in topics, rules and the dashboard, unique in the gateway.",
    '"tank_level"',
    None,
    otherwise="slot or function and channel, such as `wisblock_1_voltage`",
)
POINT_FROM = Option[Ends | None](
    "from",
    ends(bare=True, example='["4mA", "20mA"]'),
    "Two values of the channel, which become the two of `to`, with a line between and beyond them.",
    '["4mA", "20mA"]',
    None,
    otherwise="no scaling",
)
POINT_TO = Option[Ends | None](
    "to",
    ends(bare=False, example='["0m", "3.5m"]'),
    "Two values of the point; their unit becomes its unit.",
    '["0m", "3.5m"]',
    None,
    otherwise="no scaling",
)
POINT_UNIT = Option[str | None](
    "unit",
    unit(),
    "Unit of the point, of the same dimension as the channel's.",
    '"mA"',
    None,
    otherwise="the channel's",
)
POINT_DEADBAND = Option[Value](
    "deadband",
    anything(),
    "A change up to this much is not stored or sent; a quantity, for numbers only.",
    '"5mm"',
    None,
    otherwise="every reading is kept",
)
POINT_DECIMALS = Option[int | None](
    "decimals",
    integer(0, 9),
    "Digits that people are shown after the decimal point.",
    "2",
    None,
    otherwise="the channel's",
)
POINT_MIN_ON = Option(
    "min_on",
    duration("0s", "1d"),
    "How long the output stays on at least; for outputs only.",
    '"20s"',
    0.0,
    otherwise="no minimum",
)
POINT_MIN_OFF = Option(
    "min_off",
    duration("0s", "1d"),
    "How long the output stays off at least; for outputs only.",
    '"20s"',
    0.0,
    otherwise="no minimum",
)
_POINT = (
    POINT_CHANNEL,
    POINT_NAME,
    POINT_FROM,
    POINT_TO,
    POINT_UNIT,
    POINT_DEADBAND,
    POINT_DECIMALS,
    POINT_MIN_ON,
    POINT_MIN_OFF,
)
SLOT_POINT = Section(
    "slot.point",
    Shape.LIST,
    "What a channel of the module above is called and how it is scaled. A channel without such a "
    "table is a point too, under its own name and in its own unit.",
    _POINT,
    identity="channel",
)

REGISTER_NAME = Option(
    "name",
    point_name(),
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
UNIT_NAME = Option(
    "name",
    point_name(),
    "Name of the unit; the points of its registers begin with it.",
    '"weather"',
    "",
    required=True,
)
UNIT_INTERVAL = Option[float | None](
    "interval", INTERVAL, "How often the unit is read.", '"2s"', None, otherwise="the slot's"
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
    (UNIT_ID, UNIT_NAME, UNIT_INTERVAL, UNIT_TIMEOUT),
    (REGISTER,),
    identity="name",
)
SLOT = Section(
    "slot",
    Shape.LIST,
    "A module in a slot of the board. Besides these keys it takes the options of its module, "
    "which `wisgate catalog show` lists.",
    (SLOT_SLOT, SLOT_MODULE, SLOT_INTERVAL),
    (SLOT_POINT, UNIT),
    identity="slot",
    open_keys=True,
)

VIRTUAL_NAME = Option(
    "name", point_name(), "Name of the point.", '"maintenance"', "", required=True
)
VIRTUAL_TYPE = Option(
    "type", choice(*(k.value for k in Kind)), "Type of its value.", '"bool"', "bool", required=True
)
VIRTUAL_UNIT = Option(
    "unit", unit(), "Unit of its value; for numbers only.", '"m"', "", otherwise="none"
)
VIRTUAL_INITIAL = Option[Value](
    "initial",
    anything(),
    "Value after a start.",
    "false",
    None,
    otherwise="false, 0 or an empty text",
)
VIRTUAL = Section(
    "virtual",
    Shape.LIST,
    "A point that people and rules set.",
    (VIRTUAL_NAME, VIRTUAL_TYPE, VIRTUAL_UNIT, VIRTUAL_INITIAL),
    identity="name",
)

RULE_NAME = Option[str | None](
    "name",
    _any_text("any text", "pump off"),
    "What journal and messages call the rule.",
    '"pump off"',
    None,
    otherwise='"rule 1", "rule 2", … in file order',
)
RULE_WHEN = Option(
    "when",
    _any_text("a condition on one line", "tank_level > 3.0m and not maintenance"),
    "The condition: points, numbers with or without a unit, `< <= > >= == !=`, `+ - * /`, "
    "`and or not`, parentheses.",
    '"tank_level > 3.0m and not maintenance"',
    "",
    required=True,
)
RULE_AFTER = Option(
    "after",
    duration("0s", "1d"),
    "How long the condition must hold before the rule acts.",
    '"5s"',
    0.0,
    otherwise='"0s"',
)
RULE_SET = Section(
    "rule.set",
    Shape.ONE,
    "Outputs and virtual points with the values they get, usually on one line: "
    "`set = { pump = false }`.",
    open_keys=True,
)
RULE = Section(
    "rule",
    Shape.LIST,
    "Sets points when a condition comes to hold.",
    (RULE_NAME, RULE_WHEN, RULE_AFTER),
    (RULE_SET,),
    identity="name",
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
    _POINT,
    identity="channel",
)
ONBOARD = Section(
    "onboard",
    Shape.NAMED,
    "A function of the board itself, such as `climate`. Functions that the file does not mention "
    "are sampled too.",
    (ONBOARD_INTERVAL,),
    (ONBOARD_POINT,),
)

SINK_TYPE = Option("type", choice("mqtt"), "What the sink speaks.", '"mqtt"', "mqtt", required=True)
SINK_POINTS = Option(
    "points",
    texts(_any_text("the name of a point", "tank_level"), "a list of names of points"),
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
_FILE = _any_text("the path of a file", "mqtt.secret")
MQTT_PASSWORD_FILE = Option[str | None](
    "password_file",
    _FILE,
    "File with the password, seen from this file; only its owner may read it (mode 0600).",
    '"mqtt.secret"',
    None,
    otherwise="no password",
)
MQTT_CA_FILE = Option[str | None](
    "ca_file",
    _FILE,
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

WEB_LISTEN = Option(
    "listen",
    listen(),
    "Address and port of dashboard and HTTP API. Beyond this computer it needs `certificate` and "
    "`key`.",
    '"127.0.0.1:8391"',
    Listen("127.0.0.1", 8391),
    otherwise='"127.0.0.1:8391"',
)
WEB_CERTIFICATE = Option[str | None](
    "certificate",
    _FILE,
    "File with the certificate (and its chain) in PEM, seen from this file.",
    '"web.pem"',
    None,
    otherwise="no TLS",
)
WEB_KEY = Option[str | None](
    "key",
    _FILE,
    "File with the key of the certificate; only its owner may read it (mode 0600).",
    '"web.key"',
    None,
    otherwise="no TLS",
)
WEB_HOSTS = Option(
    "hosts",
    texts(
        text("a host name", r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", "pump-house.local"),
        "a list of host names",
    ),
    "Further names under which browsers may call the dashboard.",
    '["pump-house.local"]',
    (),
    otherwise="none",
)
WEB = Section(
    "web",
    Shape.ONE,
    "Dashboard and HTTP API.",
    (WEB_LISTEN, WEB_CERTIFICATE, WEB_KEY, WEB_HOSTS),
)

STORE_MAX_SIZE = Option(
    "max_size",
    quantity("capacity", "1MB", "1000GB"),
    "Size of the store on disk; beyond it the oldest records go.",
    '"1GB"',
    1e9,
    otherwise='"1GB"',
)
STORE_MAX_AGE = Option(
    "max_age",
    duration("1h", "3650d"),
    "Age beyond which records go.",
    '"90d"',
    90 * 86400.0,
    otherwise='"90d"',
)
STORE = Section(
    "store",
    Shape.ONE,
    "How much of the past is kept.",
    (STORE_MAX_SIZE, STORE_MAX_AGE),
)

STRAPS_ADC = Option[Value](
    "adc",
    anything(),
    "I2C address of the ADC of the slots, if it was soldered otherwise.",
    '"0x49"',
    None,
    otherwise="as the vendor ships it",
)
STRAPS = Section(
    "straps",
    Shape.ONE,
    "What was soldered otherwise than the vendor ships it.",
    (STRAPS_ADC,),
)

GATEWAY = Section(
    "",
    Shape.TOP,
    "Keys at the top of the file, before the first table.",
    (NAME, BOARD),
    (SLOT, VIRTUAL, RULE, ONBOARD, SINK, WEB, STORE, STRAPS),
)
