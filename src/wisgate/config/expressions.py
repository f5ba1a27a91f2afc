"""The grammar of rules: expressions over points. Parsed with positions, evaluated by the gateway;
never `eval`.

    or      = and { "or" and }
    and     = not { "and" not }
    not     = "not" not | compare
    compare = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
    sum     = product { ( "+" | "-" ) product }
    product = sign { ( "*" | "/" ) sign }
    sign    = "-" sign | atom
    atom    = number [ unit ] | text | "true" | "false" | point | call | "(" or ")"
    call    = ( "rate" | "avg" | "min" | "max" ) "(" point "," number unit ")"
            | ( "alarm" | "known" ) "(" name ")" | ( "hour" | "weekday" ) "(" ")"

A bare number beside a point is in the point's unit; a number with a unit is converted to it. A text
stands in single or double quotes and is only compared with `==` and `!=`, as are true and false.
`*` and `/` take one number without a unit, or divide two of one dimension. A number with a unit
that is added to or taken from a temperature is a difference: `room - outside > 5K`.

`avg(flow, 10min)`, `min` and `max` look back over a span; `rate(level, 1min)` is how much the point
has changed within it. `alarm(overflow)` is true from when the alarm is active until it is cleared,
`known(level)` while the point has a value; `hour()` is 0 to 24 and `weekday()` 1 (Monday) to 7, in
local time.

A point without a value makes what uses it unknown: `unknown and false` is false, `unknown or true`
is true, everything else with it stays unknown, so does a division by zero. A rule holds only when
its expression is true.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ..core.points import Value

MAX_LENGTH = 1000
"""Characters of an expression."""
MAX_NESTING = 50
"""Parentheses and signs inside each other."""


@dataclass(frozen=True)
class Literal:
    """A number in the unit of its neighbour, a truth value or a text. `at` counts characters of
    the text from 0, in every node."""

    at: int
    value: float | bool | str


@dataclass(frozen=True)
class Measure:
    """A number with a unit (UCUM), before it is converted; a checked tree has none."""

    at: int
    number: float
    unit: str


@dataclass(frozen=True)
class Name:
    """The value of a point."""

    at: int
    name: str


@dataclass(frozen=True)
class Call:
    """What is not the value of a point now: a function of `expressions`, of a point or an alarm,
    over `seconds`."""

    at: int = field(compare=False)
    function: str
    name: str = ""
    seconds: float = 0.0


WINDOWS = ("rate", "avg", "min", "max")
"""Functions that look back over a span."""
OF_A_NAME = ("alarm", "known")
CLOCKS = ("hour", "weekday")
FUNCTIONS = (*WINDOWS, *OF_A_NAME, *CLOCKS)


@dataclass(frozen=True)
class Convert:
    """`node * factor + offset`: another unit of the same dimension."""

    at: int
    node: Node
    factor: float
    offset: float


@dataclass(frozen=True)
class Not:
    at: int
    node: Node


@dataclass(frozen=True)
class Negate:
    at: int
    node: Node


@dataclass(frozen=True)
class Both:
    """`and` of all `nodes`."""

    at: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """`or` of all `nodes`."""

    at: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Compare:
    at: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Calculate:
    """One of `+ - * /`."""

    at: int
    operator: str
    left: Node
    right: Node


Node = (
    Literal | Measure | Name | Call | Convert | Not | Negate | Both | Either | Compare | Calculate
)  # fmt: skip
Values = Callable[[str | Call], Value]
"""Gives the value of a point or of a call, in the unit of its point; None when it has none."""


@dataclass(frozen=True)
class Expression:
    """A checked expression: types fit, units are converted."""

    text: str
    root: Node
    names: tuple[str, ...]
    """The points it uses, in order of appearance."""
    calls: tuple[Call, ...] = ()


def evaluate(expression: Expression, values: Values) -> Value:
    """Whether `expression` holds; None when that is unknown. A value of another type than that of
    the point is unknown too. Never raises for a checked expression."""
    found = _value(expression.root, values)
    return found if isinstance(found, bool) else None


def calculated(expression: Expression, values: Values) -> Value:
    """The value of a checked expression; None when it is unknown. Never raises."""
    return _value(expression.root, values)


def _value(node: Node, values: Values) -> Value:
    match node:
        case Literal():
            return node.value
        case Name():
            return values(node.name)
        case Call():
            return values(node)
        case Both():
            return _kleene(node.nodes, values, decisive=False)
        case Either():
            return _kleene(node.nodes, values, decisive=True)
        case Not():
            inner = _value(node.node, values)
            return not inner if isinstance(inner, bool) else None
        case Compare():
            return _compared(node.operator, _value(node.left, values), _value(node.right, values))
        case Calculate():
            left, right = _value(node.left, values), _value(node.right, values)
            return _calculated(node.operator, _number(left), _number(right))
        case Negate():
            return _calculated("*", _number(_value(node.node, values)), -1)
        case Convert():
            scaled = _calculated("*", _number(_value(node.node, values)), node.factor)
            return _calculated("+", scaled, node.offset)
        case Measure():
            raise ValueError("only a checked expression can be evaluated")


def _kleene(nodes: tuple[Node, ...], values: Values, decisive: bool) -> Value:
    """The first value that decides; otherwise unknown if any is, otherwise the opposite."""
    known = [_value(n, values) for n in nodes]
    if any(v is decisive for v in known):
        return decisive
    return None if any(v is not (not decisive) for v in known) else not decisive


def _number(value: Value) -> float | None:
    return None if isinstance(value, bool | str) or value is None else value


def _calculated(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (operator == "/" and right == 0):
        return None
    try:
        result = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
        }[operator]()
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def _compared(operator: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    one, two = _number(left), _number(right)
    if one is None or two is None:
        return None
    return {"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[operator]
