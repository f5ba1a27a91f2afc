"""Virtual points and rules."""

from __future__ import annotations

from ...core.points import Kind, Value
from ..lists import texts
from ..readers import anything, choice, duration, unit
from ..tables import Option, Section, Shape
from ..wording import any_text, point_name

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
    any_text("any text", "pump off"),
    "What journal and messages call the rule.",
    '"pump off"',
    None,
    otherwise='"rule 1", "rule 2", … in file order',
)
RULE_WHEN = Option(
    "when",
    any_text("a condition on one line", "tank_level > 3.0m and not maintenance"),
    "The condition: points, numbers with or without a unit, `< <= > >= == !=`, `+ - * /`, "
    "`and or not`, parentheses, and the functions "
    "`rate(x, 1min) avg(x, 10min) min max alarm(a) known(x) hour() weekday()`.",
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
RULE_RAISE = Option[tuple[str, ...]](
    "raise",
    texts(any_text("the name of an alarm", "overflow"), "a list of names of alarms"),
    "Alarms that hold as long as the condition does.",
    '["inlet_stuck"]',
    (),
    otherwise="none",
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
    (RULE_NAME, RULE_WHEN, RULE_AFTER, RULE_RAISE),
    (RULE_SET,),
    identity="name",
)
