"""Checked expressions: every point exists, types fit, units are converted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..core.points import Kind, Point
from ..core.units import BY_UCUM, display
from .expressions import (
    CLOCKS,
    OF_A_NAME,
    Both,
    Calculate,
    Call,
    Compare,
    Convert,
    Either,
    Expression,
    Literal,
    Measure,
    Name,
    Negate,
    Node,
    Not,
)
from .grammar import Unfit, tokens, tree
from .naming import no_point
from .readers import did_you_mean

_KINDS = {Kind.BOOL: "bool", Kind.TEXT: "text", Kind.FLOAT: "number", Kind.INT: "number"}
_VALUES = {"bool": Kind.BOOL, "text": Kind.TEXT, "number": Kind.FLOAT}
_NAMES = {"bool": "true or false", "text": "a text", "number": "a number"}

SHOWN_LENGTH = 60


def condition(text: str, points: Mapping[str, Point], alarms: Collection[str] = ()) -> Expression:
    """The checked condition `text`. Raises ValueError that shows text, column, fault and cure."""
    return _checked(text, points, alarms, "bool")[0]


def calculation(
    text: str, points: Mapping[str, Point], alarms: Collection[str] = ()
) -> tuple[Expression, Kind, str]:
    """The checked expression `text`, with the kind and the unit of its value. Raises ValueError as
    `condition`."""
    expression, typed = _checked(text, points, alarms, "")
    return expression, _VALUES[typed.kind], typed.unit or ""


def _checked(
    text: str, points: Mapping[str, Point], alarms: Collection[str], kind: str
) -> tuple[Expression, _Type]:
    try:
        root, typed = _Checker(points, alarms).check(tree(text))
        if kind and typed.kind != kind:
            found = _NAMES[typed.kind]
            raise Unfit(0, f"this is {found}; a condition is expected, such as tank_level > 3.0m")
    except Unfit as error:
        short = text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"
        raise ValueError(f'"{short}" at column {error.at + 1}: {error}') from None
    root = _bare(root, typed)
    return Expression(text, root, used_names(text), tuple(dict.fromkeys(_calls(root)))), typed


def _calls(node: Node) -> Iterator[Call]:
    match node:
        case Call():
            yield node
        case Both() | Either():
            for inner in node.nodes:
                yield from _calls(inner)
        case Compare() | Calculate():
            yield from _calls(node.left)
            yield from _calls(node.right)
        case Not() | Negate() | Convert():
            yield from _calls(node.node)


def used_names(text: str) -> tuple[str, ...]:
    """The words of `text` that can be points, in order of appearance. Raises ValueError."""
    words = ("and", "or", "not", "true", "false")
    listed = tokens(text)
    found = []
    for at, token in enumerate(listed):
        called = token.kind == "name" and listed[at + 1].text == "("
        of_alarm = at >= 2 and (listed[at - 2].text, listed[at - 1].text) == ("alarm", "(")
        if token.kind == "name" and token.text not in words and not called and not of_alarm:
            found.append(token.text)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Type:
    """`unit` is None for a number that takes the unit of its neighbour; `width` tells a difference
    of two values from a value, which matters where a unit has an offset."""

    kind: str
    unit: str | None = None
    width: bool = False


_BOOL = _Type("bool")
_Typed = tuple[Node, _Type]


class _Checker:
    """Threads: any."""

    def __init__(self, points: Mapping[str, Point], alarms: Collection[str]) -> None:
        self._points, self._alarms = points, alarms

    def check(self, node: Node) -> _Typed:
        """The node with units converted, and its type. Raises Unfit."""
        match node:
            case Literal():
                return node, _literal(node)
            case Measure() | Convert():
                return node, _Type("number", node.unit if isinstance(node, Measure) else None)
            case Name():
                return node, self._name(node)
            case Call():
                return node, self._call(node)
            case Not():
                return Not(node.at, self._truth(node.node)), _BOOL
            case Both():
                return Both(node.at, tuple(self._truth(n) for n in node.nodes)), _BOOL
            case Either():
                return Either(node.at, tuple(self._truth(n) for n in node.nodes)), _BOOL
            case Negate():
                inner, typed = self._number(node.node)
                return Negate(node.at, inner), typed
            case Compare():
                return self._compare(node), _BOOL
            case Calculate():
                return self._sum(node) if node.operator in "+-" else self._product(node)

    def _name(self, node: Name) -> _Type:
        point = self._points.get(node.name)
        if point is None:
            raise Unfit(node.at, no_point(node.name, self._points))
        kind = _KINDS[point.kind]
        return _Type(kind, point.unit if kind == "number" else None)

    def _call(self, node: Call) -> _Type:
        if node.function == "alarm" and node.name not in self._alarms:
            cure = did_you_mean(node.name, self._alarms, "alarms")
            raise Unfit(node.at, f'no alarm "{node.name}"; {cure}')
        if node.function in CLOCKS:
            return _Type("number", "")
        typed = _BOOL if node.function == "alarm" else self._name(Name(node.at, node.name))
        if node.function in OF_A_NAME:
            return _BOOL
        if typed.kind != "number":
            raise Unfit(
                node.at, f'"{node.name}" is {_NAMES[typed.kind]}; {node.function} is for numbers'
            )
        return _Type("number", typed.unit, width=node.function == "rate")

    def _truth(self, node: Node) -> Node:
        checked, typed = self.check(node)
        if typed.kind != "bool":
            cure = "compare it with something" if typed.kind == "number" else "compare it with =="
            raise Unfit(
                _start(node), f"{_say(node, typed)} where true or false is expected; {cure}"
            )
        return checked

    def _number(self, node: Node) -> _Typed:
        checked, typed = self.check(node)
        if typed.kind != "number":
            raise Unfit(_start(node), f"{_say(node, typed)} where a number is expected")
        return checked, typed

    def _compare(self, node: Compare) -> Node:
        (left, one), (right, two) = self.check(node.left), self.check(node.right)
        if one.kind != two.kind:
            cure = "compare values of one type"
            raise Unfit(
                _start(node.right),
                f"{_say(node.right, two)} beside {_NAMES[one.kind]}; {cure}",
            )
        if one.kind == "number":
            left, right, _ = _unified(left, one, right, two, one.width or two.width)
        elif node.operator not in ("==", "!="):
            raise Unfit(node.at, f'"{node.operator}" is for numbers; write "==" or "!="')
        return Compare(node.at, node.operator, left, right)

    def _sum(self, node: Calculate) -> _Typed:
        (left, one), (right, two) = self._number(node.left), self._number(node.right)
        literal = isinstance(right, Measure) or isinstance(left, Measure)
        left, right, unit = _unified(left, one, right, two, literal or one.width or two.width)
        apart = node.operator == "-" and not literal and unit is not None
        both = one.unit is not None and two.unit is not None
        width = (apart and both and one.width == two.width) or (one.width and two.width)
        return Calculate(node.at, node.operator, left, right), _Type("number", unit, width)

    def _product(self, node: Calculate) -> _Typed:
        (left, one), (right, two) = self._number(node.left), self._number(node.right)
        if node.operator == "/" and one.unit and two.unit:
            left, right, _ = _unified(left, one, right, two, True)
            return Calculate(node.at, "/", left, right), _Type("number", None)
        if two.unit and (one.unit or node.operator == "/"):
            verb = "divide by" if node.operator == "/" else "multiply with"
            raise Unfit(_start(node.right), f"{verb} a number without a unit only")
        left, right = _bare(left, one), _bare(right, two)
        owner = one if one.unit else two
        return Calculate(node.at, node.operator, left, right), owner


def _literal(node: Literal) -> _Type:
    match node.value:
        case bool():
            return _BOOL
        case str():
            return _Type("text")
        case _:
            return _Type("number")


def _bare(node: Node, typed: _Type) -> Node:
    """A measure that no neighbour converted stays in its own unit."""
    return Literal(node.at, node.number) if isinstance(node, Measure) and typed.unit else node


def _unified(
    left: Node, one: _Type, right: Node, two: _Type, width: bool
) -> tuple[Node, Node, str | None]:
    """Both sides in one unit: that of the side which is no measure, otherwise the left one's.
    `width` tells that offsets of units do not count."""
    if one.unit is None or two.unit is None:
        unit = two.unit if one.unit is None else one.unit
        return _bare(left, one), _bare(right, two), unit
    if isinstance(left, Measure) and not isinstance(right, Measure):
        return _converted(left, one.unit, two.unit, width), right, two.unit
    moved = _converted(right, two.unit, one.unit, width)
    return _bare(left, one), moved, one.unit


def _converted(node: Node, source: str, target: str, width: bool) -> Node:
    """`node` from `source` to `target`. Raises Unfit for another dimension."""
    if source == target:
        return _bare(node, _Type("number", source))
    one, two = BY_UCUM.get(source), BY_UCUM.get(target)
    if one is None or two is None or one.dimension != two.dimension:
        found = f"is a {one.dimension}" if one else "has no unit"
        cure = f"write it in {display(target)}" if target else "write it without a unit"
        wanted = f"a {two.dimension}" if two else "a number without a unit"
        raise Unfit(_start(node), f"{_text(node)}{found}, {wanted} is expected; {cure}")
    factor = one.factor / two.factor
    offset = 0.0 if width else (one.offset - two.offset) / two.factor
    if isinstance(node, Measure):
        return Literal(node.at, node.number * factor + offset)
    return Convert(node.at, node, factor, offset)


def _text(node: Node) -> str:
    if isinstance(node, Name):
        return f'"{node.name}" '
    return f'"{node.number:g}{display(node.unit)}" ' if isinstance(node, Measure) else "this "


def _start(node: Node) -> int:
    """Where a node begins: operators stand behind their left side."""
    while isinstance(node, Compare | Calculate):
        node = node.left
    return _start(node.node) if isinstance(node, Convert) else node.at


def _say(node: Node, typed: _Type) -> str:
    named = f'"{node.name}"' if isinstance(node, Name) else "this"
    return f"{named} is {_NAMES[typed.kind]}"
