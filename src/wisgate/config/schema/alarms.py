"""Calculated points and alarms."""

from __future__ import annotations

from ...core.points import Status, Value
from ..lists import choices
from ..readers import anything, boolean, choice, duration, integer, unit
from ..tables import Option, Section, Shape
from ..wording import any_text, point_name

CALCULATE_NAME = Option(
    "name", point_name(), "Name of the point.", '"tank_volume"', "", required=True
)
CALCULATE_VALUE = Option(
    "value",
    any_text("an expression on one line", "tank_level * 2.5"),
    "Its value: an expression over points, as in rules. Unknown while one of them is.",
    '"(room_temperature + board_temperature) / 2"',
    "",
    required=True,
)
CALCULATE_UNIT = Option[str | None](
    "unit",
    unit(),
    "Unit of its value; for numbers only.",
    '"m3"',
    None,
    otherwise="what the expression has",
)
CALCULATE_DECIMALS = Option[int | None](
    "decimals",
    integer(0, 9),
    "Digits that people are shown after the decimal point.",
    "1",
    None,
    otherwise="3",
)
CALCULATE = Section(
    "calculate",
    Shape.LIST,
    "A point whose value is calculated from others, whenever one of them changes.",
    (CALCULATE_NAME, CALCULATE_VALUE, CALCULATE_UNIT, CALCULATE_DECIMALS),
    identity="name",
)

_LIMIT = "a quantity in a unit like the point's"
ALARM_NAME = Option("name", point_name(), "Name of the alarm.", '"overflow"', "", required=True)
ALARM_POINT = Option[str | None](
    "point",
    any_text("the name of a point", "tank_level"),
    "The point that is watched.",
    '"tank_level"',
    None,
    otherwise="none: `when` or a rule raises it",
)
ALARM_ABOVE = Option[Value](
    "above",
    anything(_LIMIT),
    "Raised when the point is above this.",
    '"3.2m"',
    None,
    otherwise="no limit",
)
ALARM_BELOW = Option[Value](
    "below",
    anything(_LIMIT),
    "Raised when the point is below this.",
    '"0.4m"',
    None,
    otherwise="no limit",
)
ALARM_CLEAR = Option[Value](
    "clear",
    anything(_LIMIT),
    "The value to which the point must come back (hysteresis); with one limit only.",
    '"3.0m"',
    None,
    otherwise="the limit itself",
)
ALARM_RISING = Option[Value](
    "rising",
    anything(_LIMIT),
    "Raised when the point rises by more than this `within` a time.",
    '"20cm"',
    None,
    otherwise="not watched",
)
ALARM_FALLING = Option[Value](
    "falling",
    anything(_LIMIT),
    "Raised when the point falls by more than this `within` a time.",
    '"20cm"',
    None,
    otherwise="not watched",
)
ALARM_WITHIN = Option(
    "within",
    duration("1s", "1d"),
    "The time for `rising` and `falling`.",
    '"1min"',
    60.0,
    otherwise='"1min"',
)
ALARM_STATUS = Option[tuple[str, ...]](
    "status",
    choices(*(s.value for s in Status if s is not Status.GOOD)),
    "Raised while the point has this status, or one of these.",
    '["stale", "fault", "absent"]',
    (),
    otherwise="not watched",
)
ALARM_WHEN = Option[str | None](
    "when",
    any_text("a condition on one line", "pump and tank_level > 3m"),
    "Raised while this condition holds; instead of `point`.",
    '"pump and avg(tank_level, 1min) > 3m"',
    None,
    otherwise="the point decides",
)
ALARM_AFTER = Option(
    "after",
    duration("0s", "1d"),
    "How long its condition must hold.",
    '"10s"',
    0.0,
    otherwise='"0s"',
)
ALARM_SEVERITY = Option(
    "severity",
    choice("low", "medium", "high", "critical"),
    "How bad it is.",
    '"high"',
    "medium",
    otherwise='"medium"',
)
ALARM_LATCH = Option(
    "latch",
    boolean(),
    "Whether it stays until somebody acknowledges it, even when its cause is gone.",
    "true",
    False,
    otherwise="false",
)
ALARM_TEXT = Option[str | None](
    "text",
    any_text("any text on one line", "close the inlet by hand"),
    "What people are told to do.",
    '"close the inlet by hand"',
    None,
    otherwise="nothing",
)
ALARM = Section(
    "alarm",
    Shape.LIST,
    "An alarm, with a state that people acknowledge and shelve; each change is stored and sent.",
    (
        ALARM_NAME, ALARM_POINT, ALARM_ABOVE, ALARM_BELOW, ALARM_CLEAR, ALARM_RISING, ALARM_FALLING,
        ALARM_WITHIN, ALARM_STATUS, ALARM_WHEN, ALARM_AFTER, ALARM_SEVERITY, ALARM_LATCH,
        ALARM_TEXT,
    ),
    identity="name",
)  # fmt: skip
