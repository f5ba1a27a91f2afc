"""Readers of single values: what the file may hold there, and what to say when it holds something
else. Every reader raises Misfit; no other exception leaves one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar

from ..core.points import Value
from ..core.quantities import EXAMPLES, Quantity, parse
from ..core.units import BY_UCUM, UNITS, display

T_co = TypeVar("T_co", covariant=True)

SHOWN_LENGTH = 60
NEAR = 0.7
"""How alike two names must be to be taken for a slip of the finger."""


class Misfit(ValueError):
    """What was found and what is expected. `inside` leads to the element at fault."""

    def __init__(self, text: str, inside: tuple[str | int, ...] = ()) -> None:
        super().__init__(text)
        self.inside = inside


@dataclass(frozen=True)
class Reader(Generic[T_co]):
    """`expects` says in a few words what may stand there; the reference prints it."""

    expects: str
    read: Callable[[object], T_co]


def shown(value: object) -> str:
    """A value of the file as its author wrote it, shortened."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = value.encode("unicode_escape").decode() if not value.isprintable() else value
            return f'"{text[:SHOWN_LENGTH]}…"' if len(text) > SHOWN_LENGTH else f'"{text}"'
        case dict():
            return "a table"
        case list():
            return "a list"
        case int() if abs(value) >= 10**20:
            return "a number of more than 20 digits"
        case _:
            return str(value)


def did_you_mean(name: str, known: Iterable[str], plural: str) -> str:
    """The cure for a name that is none of `known`."""
    names = list(known)
    near = [n for n in names if n == name.lower()] or get_close_matches(
        name, names, n=1, cutoff=NEAR
    )
    if near:
        return f'did you mean "{near[0]}"?'
    return f"{plural}: {', '.join(names)}" if names else f"{plural}: none"


def in_catalog(name: str, known: Iterable[str]) -> str:
    """The cure for a name that the catalog does not have: it may hold too many to list."""
    near = get_close_matches(name.lower(), list(known), n=1, cutoff=NEAR)
    if near:
        return f'did you mean "{near[0]}"?'
    return 'see those that exist with "wisgate catalog list"'


def text(expects: str, pattern: str, example: str, longest: int = 4096) -> Reader[str]:
    """A text that matches `pattern` as a whole and has at most `longest` characters."""
    expression = re.compile(pattern)

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit(f'{shown(value)} is no text; write it in quotes, such as "{example}"')
        if len(value) > longest:
            raise Misfit(f"{shown(value)} is too long; write at most {longest} characters")
        if expression.fullmatch(value) is None:
            raise Misfit(f'{shown(value)} does not fit; {expects}, such as "{example}"')
        return value

    return Reader(expects, read)


def boolean() -> Reader[bool]:
    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise Misfit(f"{shown(value)} is neither true nor false; write one of them, unquoted")
        return value

    return Reader("true or false", read)


def integer(low: int, high: int) -> Reader[int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Misfit(f"{shown(value)} is no whole number; write one from {low} to {high}")
        if not low <= value <= high:
            raise Misfit(f"{shown(value)} is out of range; write a number from {low} to {high}")
        return value

    return Reader(f"a whole number from {low} to {high}", read)


def plain_number(value: object, instead: str = "write a number, such as 0.1") -> float:
    """A finite number without a unit. Raises Misfit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit(f"{shown(value)} is no number; {instead}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Misfit(f"{shown(value)} is not a usable number; {instead}")
    return number


def factor() -> Reader[float]:
    """A number other than 0 by which a raw value is multiplied."""

    def read(value: object) -> float:
        number = plain_number(value)
        if number == 0:
            raise Misfit("0 makes every value 0; write another number, such as 0.1")
        return number

    return Reader("a number other than 0", read)


def as_quantity(value: object, dimension: str | None) -> Quantity:
    """A quantity of `dimension`, or of any. Raises Misfit."""
    example = EXAMPLES.get(dimension or "", '"4mA" or "3.5m"')
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Misfit(f"{shown(value)} has no unit; write {example}")
    if not isinstance(value, str):
        raise Misfit(f"{shown(value)} is no number with a unit; write {example}")
    try:
        found = parse(value, dimension)
    except ValueError as error:
        raise Misfit(str(error).replace(f'"{value}"', shown(value), 1)) from None
    if not math.isfinite(found.si):
        raise Misfit(f"{shown(value)} is not a usable number; write {example}")
    return found


def quantity(dimension: str, low: str, high: str) -> Reader[float]:
    """A quantity from `low` to `high`, in the base unit of its dimension."""
    lowest, highest = parse(low, dimension).si, parse(high, dimension).si

    def read(value: object) -> float:
        found = as_quantity(value, dimension).si
        if not lowest <= found <= highest:
            raise Misfit(f'{shown(value)} is out of range; write "{low}" to "{high}"')
        return found

    return Reader(f'a {dimension} from "{low}" to "{high}"', read)


def duration(low: str, high: str) -> Reader[float]:
    """Seconds."""
    return quantity("time", low, high)


def choice(*names: str) -> Reader[str]:
    known = {name: name for name in names}  # one text for all who say the same

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit(f'{shown(value)} is no text; write it in quotes, such as "{names[0]}"')
        if value not in known:
            cure = did_you_mean(value, names, "possible are")
            raise Misfit(f"{shown(value)} is not possible; {cure}")
        return known[value]

    return Reader("one of " + ", ".join(f'"{n}"' for n in names), read)


def unit() -> Reader[str]:
    """The UCUM code of a unit that people write ("°C") or of a code itself ("Cel")."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit(f'{shown(value)} is no unit; write one in quotes, such as "m" or "°C"')
        if value in UNITS:
            return UNITS[value].ucum
        if value in BY_UCUM or not value:
            return value
        near = get_close_matches(value, UNITS, n=1, cutoff=0.5)
        cure = f'did you mean "{near[0]}"?' if near else 'write one such as "m", "°C" or "%"'
        raise Misfit(f"{shown(value)} is an unknown unit; {cure}")

    return Reader('a unit such as "m", "°C" or "%"', read)


def anything(expects: str = "a value of the point's type") -> Reader[Value]:
    """A value whose type is judged later, when the point it is for is known."""

    def read(value: object) -> Value:
        if isinstance(value, bool | int | float | str):
            return value
        raise Misfit(f"{shown(value)} is no value; write true, false, a number or a text")

    return Reader(expects, read)


def measured(value: Value, ucum: str) -> float:
    """A number in the unit `ucum`, from a bare number or from a quantity. Raises Misfit."""
    if not isinstance(value, str):
        return plain_number(value, f"write a number of {display(ucum)}" if ucum else "write one")
    if not ucum:
        raise Misfit(f"{shown(value)} is a text; write a number without a unit, unquoted")
    dimension = BY_UCUM[ucum].dimension if ucum in BY_UCUM else None
    return as_quantity(value, dimension).to(ucum)


def one_of(
    entries: Sequence[str | int], shown: Callable[[object], str] = shown
) -> Reader[str | int]:
    """One of the choices that a catalog entry gives."""
    listed = ", ".join(shown(e) for e in entries)

    def read(value: object) -> str | int:
        for entry in entries:
            if type(value) is type(entry) and value == entry:
                return entry
        raise Misfit(f"{shown(value)} is not possible; possible are {listed}")

    return Reader(f"one of {listed}", read)
