"""What the user may say of a channel."""

from __future__ import annotations

from ...core.points import Value
from ..lists import Ends, ends
from ..readers import anything, duration, integer, unit
from ..tables import Option
from ..wording import any_text, point_name

POINT_CHANNEL = Option(
    "channel",
    any_text("a channel of the module", "a1"),
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
    anything("a quantity in a unit like the point's"),
    "A change up to this much is not stored or sent; for numbers only.",
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
POINT_MAX_ON = Option(
    "max_on",
    duration("0s", "1d"),
    "How long the output stays on at most; then it goes to its safe state by itself.",
    '"15min"',
    0.0,
    otherwise="no maximum",
)
POINT_REST = Option(
    "rest",
    duration("0s", "1d"),
    "How much time lies between two changes of an output at least.",
    '"500ms"',
    0.0,
    otherwise="none",
)
POINT_MANUAL = Option(
    "manual",
    duration("0s", "30d"),
    "How long rules leave an output alone after somebody has set it.",
    '"30min"',
    0.0,
    otherwise="they do not wait",
)
POINT_INTERLOCK = Option[str | None](
    "interlock",
    any_text("a condition on one line", "not maintenance"),
    "The output leaves its safe state only while this condition holds, and goes back when it is "
    "false or has been unknown for 10 s.",
    '"not maintenance and tank_level > 0.2m"',
    None,
    otherwise="always allowed",
)
POINT = (
    POINT_CHANNEL,
    POINT_NAME,
    POINT_FROM,
    POINT_TO,
    POINT_UNIT,
    POINT_DEADBAND,
    POINT_DECIMALS,
    POINT_MIN_ON,
    POINT_MIN_OFF,
    POINT_MAX_ON,
    POINT_REST,
    POINT_MANUAL,
    POINT_INTERLOCK,
)
