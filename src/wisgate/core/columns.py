"""Good readings that came together, in columns: where thousands come each second, most of them are
only checked, numbered and passed on, and nobody needs an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from math import isfinite
from typing import Any, SupportsIndex, TypeVar, overload

from .points import Reading, Status, Value, moved, reading_of

T = TypeVar("T")


class Columns:
    """Whose readings come together, in which order. No two are equal, so that what was found out
    about one is kept by it."""

    __slots__ = ("names",)

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)


class Made(Sequence[T]):
    """A sequence whose items are made when they are asked for; equal to a list of them."""

    __slots__ = ()

    def make(self, at: int) -> T:
        """The item at a place, from 0 to before the end."""
        raise NotImplementedError

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> T | Sequence[T]:
        every = range(len(self))
        if not isinstance(index, slice):
            return self.make(every[index])
        return self if every[index] == every else [self.make(at) for at in every[index]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list[Any](self) == list(other)


class Readings(Made[Reading]):
    """Good readings of one moment, one for each name of its columns."""

    __slots__ = ("columns", "time_ns", "values")

    def __init__(self, columns: Columns, values: Sequence[Value], time_ns: int = 0) -> None:
        """`time_ns` is UTC; 0 until the sampler dates them."""
        self.columns, self.values, self.time_ns = columns, values, time_ns

    def at(self, time_ns: int) -> Readings:
        """The same of another time."""
        return Readings(self.columns, self.values, time_ns)

    def __len__(self) -> int:
        return len(self.values)

    def make(self, at: int) -> Reading:
        return Reading(self.columns.names[at], self.values[at], Status.GOOD, self.time_ns)

    def __iter__(self) -> Iterator[Reading]:
        beside = repeat(Status.GOOD), repeat(self.time_ns), repeat("")
        return map(reading_of, zip(self.columns.names, self.values, *beside, strict=False))


Batch = Sequence[Reading | Readings]
"""Readings in the order they came, together or alone."""


def amount(item: object) -> int:
    """How many a part of a batch is: those that came together, or one."""
    return len(item) if isinstance(item, Made) else 1


def are_finite(numbers: Sequence[Any]) -> bool:
    """Whether each is, looked at together; False, too, where only their sum is beyond a float."""
    try:
        return isfinite(sum(numbers))
    except OverflowError:  # one whole number among them is
        return False


def dated(readings: Sequence[Reading], time_ns: int) -> Sequence[Reading]:
    """The same readings, all of one time."""
    if isinstance(readings, Readings):
        return readings.at(time_ns)
    return [reading_of((n, value, status, time_ns, by)) for n, value, status, _, by in readings]


def later(item: Reading | Readings, shift: int) -> Reading | Readings:
    """The same `shift` nanoseconds later."""
    return item.at(item.time_ns + shift) if isinstance(item, Readings) else moved(item, shift)
