"""Readers of lists: texts, choices, pairs of quantities. Every one raises Misfit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from ..core.quantities import EXAMPLES, Quantity
from .model import Curve
from .readers import Misfit, Reader, as_quantity, choice, plain_number, quantity, shown

T = TypeVar("T")


def texts(each: Reader[str], expects: str) -> Reader[tuple[str, ...]]:
    """A list of texts, none of them twice."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise Misfit(f"{shown(value)} is no list; write [{shown(value)}]")
        found: list[str] = []
        for place, element in enumerate(value):
            name = _element(each.read, element, place)
            if name in found:
                raise Misfit(f"{shown(name)} stands twice in the list; keep one", (place,))
            found.append(name)
        return tuple(found)

    return Reader(expects, read)


def several(each: Reader[T], expects: str) -> Reader[tuple[T, ...]]:
    """A list in which doubles mean nothing."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Misfit(f"{shown(value)} is no list; write [{shown(value)}]")
        return tuple(dict.fromkeys(_element(each.read, v, place) for place, v in enumerate(value)))

    return Reader(expects, read)


def _element(read: Callable[[object], T], element: object, place: int) -> T:
    try:
        return read(element)
    except Misfit as error:
        raise Misfit(str(error), (place, *error.inside)) from None


Ends = tuple[Quantity | float, Quantity | float]


def ends(bare: bool, example: str) -> Reader[Ends]:
    """Two ends of a line. With `bare`, numbers without a unit are fine too."""

    def one(value: object) -> Quantity | float:
        if bare and isinstance(value, int | float):
            return plain_number(value)
        return as_quantity(value, None)

    def read(value: object) -> Ends:
        if not isinstance(value, list) or len(value) != 2:
            found = f"a list of {len(value)}" if isinstance(value, list) else shown(value)
            raise Misfit(f"{found} is no pair; write the two ends, such as {example}")
        return _element(one, value[0], 0), _element(one, value[1], 1)

    return Reader("two quantities in a list", read)


Pair = tuple[float, float]


def pair(dimension: str, low: str, high: str, example: str) -> Reader[Pair]:
    """Two quantities, the lower one first, in the base unit of their dimension."""
    one = quantity(dimension, low, high)

    def read(value: object) -> Pair:
        if not isinstance(value, list) or len(value) != 2:
            found = f"a list of {len(value)}" if isinstance(value, list) else shown(value)
            raise Misfit(f"{found} is no pair; write lowest and highest, such as {example}")
        lowest, highest = _element(one.read, value[0], 0), _element(one.read, value[1], 1)
        if lowest > highest:
            raise Misfit(f"{shown(value[0])} is above {shown(value[1])}; write the lower one first")
        return lowest, highest

    return Reader(f"two of {dimension} in a list, the lower one first", read)


def choices(*names: str) -> Reader[tuple[str, ...]]:
    """One of `names`, or a list of some of them."""
    one = choice(*names)

    def read(value: object) -> tuple[str, ...]:
        if isinstance(value, list):
            return texts(one, one.expects).read(value)
        return (one.read(value),)

    return Reader(f"{one.expects}, or a list of them", read)


def curve(across: str, up: str) -> Reader[Curve]:
    """Pairs of an `across` and an `up`, in base units; the first of each pair must rise."""
    example = f"[[{EXAMPLES[across]}, {EXAMPLES[up]}], …]"

    def one(value: object) -> tuple[float, float]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Misfit(f"{shown(value)} is no pair; write {example}")
        return (
            _element(lambda v: as_quantity(v, across).si, value[0], 0),
            _element(lambda v: as_quantity(v, up).si, value[1], 1),
        )

    def read(value: object) -> Curve:
        if not isinstance(value, list | tuple) or not value:
            raise Misfit(f"{shown(value)} is no list of pairs; write {example}")
        pairs = tuple(_element(one, v, place) for place, v in enumerate(value))
        for place, (low, high) in enumerate(pairwise(pairs), 1):
            if low[0] >= high[0]:
                raise Misfit("does not rise; put the pairs in rising order", (place, 0))
        return pairs

    return Reader(f"a list of pairs of {across} and {up}", read)


def texts_by_name(example: str) -> Reader[tuple[tuple[str, str], ...]]:
    """A table of texts."""

    def read(value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, dict):
            raise Misfit(f"{shown(value)} is no table; write {example}")
        for name, text in value.items():
            if not isinstance(text, str):
                cure = f'write it in quotes, such as "{shown(text)}"'
                raise Misfit(f"{shown(text)} is no text; {cure}", (name,))
        return tuple(value.items())

    return Reader("a table of texts", read)
