"""Text of an expression to its tree; the grammar stands in `expressions`. Types are judged later,
in `typing_of`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from ..core.units import UNITS
from .expressions import (
    CLOCKS,
    FUNCTIONS,
    MAX_LENGTH,
    MAX_NESTING,
    WINDOWS,
    Both,
    Calculate,
    Call,
    Compare,
    Either,
    Literal,
    Measure,
    Name,
    Negate,
    Node,
    Not,
)
from .readers import did_you_mean


class Unfit(ValueError):
    """What is wrong with an expression, and where: `at` counts characters from 0."""

    def __init__(self, at: int, text: str) -> None:
        super().__init__(text)
        self.at = at


@dataclass(frozen=True)
class Token:
    """`kind` is "number", "text", "name", "mark" or "end"; `unit` the symbol after a number."""

    kind: str
    text: str
    at: int
    unit: str = ""


SHORTEST_S, LONGEST_S = 1.0, 7 * 86400.0
"""What a function may look back over."""
_SYMBOLS = "|".join(re.escape(s) for s in sorted(UNITS, key=len, reverse=True))
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UNIT = re.compile(rf"[ \t]*({_SYMBOLS})(?![A-Za-z0-9_µΩ°³])")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LETTERS = re.compile(r"[A-Za-z_µΩ°%³][A-Za-z0-9_µΩ°%³]*")
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_MARK = re.compile(r"<=|>=|==|!=|[<>+\-*/(),]")
_FOREIGN = {"&&": "and", "||": "or", "!": "not", "=": "==", "&": "and", "|": "or", "<>": "!="}
_WORDS = ("and", "or", "not", "true", "false")


def tokens(text: str) -> list[Token]:
    """The words of `text`, ending with one of kind "end". Raises Unfit."""
    if len(text) > MAX_LENGTH:
        raise Unfit(MAX_LENGTH, f"longer than {MAX_LENGTH} characters; split it into several rules")
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at)
        found.append(token)
    return [*found, Token("end", "", len(text))]


def _token(text: str, at: int) -> tuple[Token, int]:
    """The token at `at`, and where it ends."""
    if match := _NUMBER.match(text, at):
        return _number(text, match)
    if match := _TEXT.match(text, at):
        return Token("text", match[0][1:-1], at), match.end()
    if match := _NAME.match(text, at):
        return Token("name", match[0], at), match.end()
    if match := _MARK.match(text, at):
        if match[0] == "<" and text.startswith("<>", at):
            raise Unfit(at, '"<>" is not known; write "!="')
        return Token("mark", match[0], at), match.end()
    for foreign, ours in _FOREIGN.items():
        if text.startswith(foreign, at):
            raise Unfit(at, f'"{foreign}" is not known; write "{ours}"')
    if text[at] in "\"'":
        raise Unfit(at, "a text is not closed; write the quote at its end")
    raise Unfit(at, f"{text[at]!a} has no place here; remove it")


def _number(text: str, match: re.Match[str]) -> tuple[Token, int]:
    at, end = match.start(), match.end()
    if unit := _UNIT.match(text, end):
        return Token("number", match[0], at, unit[1]), unit.end()
    if letters := _LETTERS.match(text, end):
        cure = did_you_mean(letters[0], UNITS, "units")
        cure = cure if cure.startswith("did") else "write a unit such as m, s or %"
        raise Unfit(end, f'unknown unit "{letters[0]}"; {cure}')
    return Token("number", match[0], at), end


def tree(text: str) -> Node:
    """The tree of `text`, not yet checked. Raises Unfit."""
    parser = _Parser(tokens(text))
    root = parser.either()
    parser.expect_end()
    return root


_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class _Parser:
    """A method for every line of the grammar. Threads: one."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._words[self._place]

    def _take(self, kind: str, *texts: str) -> Token | None:
        """The next token if it is one of these."""
        token = self._next
        if token.kind != kind or token.text not in texts:
            return None
        self._place += 1
        return token

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise Unfit(self._next.at, f"nested deeper than {MAX_NESTING}; split the rule")
        node = read()
        self._depth -= 1
        return node

    def expect_end(self) -> None:
        token = self._next
        if token.kind == "end":
            return
        if token.text == ")":
            raise Unfit(token.at, '")" without "("; remove it or add "("')
        if token.text in _COMPARISONS:
            raise Unfit(token.at, f'a second "{token.text}"; join two comparisons with "and"')
        raise Unfit(token.at, f'{_named(token)} follows without "and", "or" or an operator')

    def either(self) -> Node:
        at, nodes = self._next.at, [self._both()]
        while self._take("name", "or"):
            nodes.append(self._both())
        return nodes[0] if len(nodes) == 1 else Either(at, tuple(nodes))

    def _both(self) -> Node:
        at, nodes = self._next.at, [self._not()]
        while self._take("name", "and"):
            nodes.append(self._not())
        return nodes[0] if len(nodes) == 1 else Both(at, tuple(nodes))

    def _not(self) -> Node:
        if token := self._take("name", "not"):
            return Not(token.at, self._deeper(self._not))
        return self._compare()

    def _compare(self) -> Node:
        left = self._sum()
        if token := self._take("mark", *_COMPARISONS):
            return Compare(token.at, token.text, left, self._sum())
        return left

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._sign)

    def _chain(self, operators: tuple[str, ...], read: Callable[[], Node]) -> Node:
        node = read()
        links = 0
        while token := self._take("mark", *operators):
            links += 1
            if links > MAX_NESTING:
                raise Unfit(token.at, f"more than {MAX_NESTING} operators in a row; split the rule")
            node = Calculate(token.at, token.text, node, read())
        return node

    def _sign(self) -> Node:
        if token := self._take("mark", "-"):
            inner = self._deeper(self._sign)
            if isinstance(inner, Measure):  # -5degC is a temperature, not the opposite of one
                return Measure(token.at, -inner.number, inner.unit)
            return Negate(token.at, inner)
        return self._atom()

    def _atom(self) -> Node:
        token = self._next
        if self._take("mark", "("):
            node = self._deeper(self.either)
            if not self._take("mark", ")"):
                raise Unfit(self._next.at, 'the "(" before is not closed; add ")"')
            return node
        if token.kind in ("end", "mark") or (token.kind == "name" and token.text in _WORDS[:3]):
            raise Unfit(token.at, f"{_named(token)} where a point or a number is expected")
        self._place += 1
        if token.kind == "number":
            return _figure(token)
        if token.kind == "text":
            return Literal(token.at, token.text)
        if token.text in ("true", "false"):
            return Literal(token.at, token.text == "true")
        if self._take("mark", "("):
            return self._call(token)
        return Name(token.at, token.text)

    def _call(self, function: Token) -> Node:
        """What follows the "(" of a function."""
        name, seconds = "", 0.0
        if function.text not in FUNCTIONS:
            cure = did_you_mean(function.text, FUNCTIONS, "functions")
            raise Unfit(function.at, f'no function "{function.text}"; {cure}')
        if function.text not in CLOCKS:
            name = self._one_name(function)
        if function.text in WINDOWS:
            self._needed(",", f"{function.text} looks back over a span; write {_example(function)}")
            seconds = self._span(function)
        self._needed(")", f"{function.text} takes no more; write {_example(function)}")
        return Call(function.at, function.text, name, seconds)

    def _needed(self, mark: str, otherwise: str) -> None:
        if not self._take("mark", mark):
            raise Unfit(self._next.at, f"{_named(self._next)}: {otherwise}")

    def _one_name(self, function: Token) -> str:
        token = self._next
        if token.kind != "name" or token.text in _WORDS:
            raise Unfit(
                token.at, f"{_named(token)} where a name is expected, as in {_example(function)}"
            )
        self._place += 1
        return token.text

    def _span(self, function: Token) -> float:
        token = self._next
        unit = UNITS.get(token.unit)
        if token.kind != "number" or unit is None or unit.dimension != "time":
            raise Unfit(
                token.at, f"{_named(token)} where a time is expected, as in {_example(function)}"
            )
        self._place += 1
        seconds = float(token.text) * unit.factor
        if not SHORTEST_S <= seconds <= LONGEST_S:
            raise Unfit(token.at, "a time from 1s to 7d is expected")
        return seconds


def _example(function: Token) -> str:
    if function.text in WINDOWS:
        return f"{function.text}(tank_level, 10min)"
    return f"{function.text}()" if function.text in CLOCKS else f"{function.text}(overflow)"


def _named(token: Token) -> str:
    return "the end" if token.kind == "end" else f'"{token.text}{token.unit}"'


def _figure(token: Token) -> Node:
    number = float(token.text)
    if not math.isfinite(number):
        raise Unfit(token.at, "this number is too large")
    if token.unit:
        return Measure(token.at, number, UNITS[token.unit].ucum)
    return Literal(token.at, number)
