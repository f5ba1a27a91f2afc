"""Channels, points and readings: what a module offers, what the gateway names, what was read."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

from .units import Seconds

Value = float | int | bool | str | None
"""What a reading can carry. None exactly when the status carries no value."""


class Status(StrEnum):
    """How far a reading can be trusted. A fault is a status, never a number."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    """A value, outside the range in which it is specified (NAMUR NE 43: 3.6-3.8, 20.5-21 mA)."""
    ABSENT = "absent"
    """Nobody acknowledged."""
    FAULT = "fault"
    """The wire, the chip or the sensor loop reported an error."""
    SATURATED = "saturated"
    """The input is beyond the range of the converter."""
    STALE = "stale"
    """No reading arrived for three intervals."""

    def __init__(self, word: str) -> None:
        self.carries_value = word in ("good", "uncertain")


class Kind(StrEnum):
    """The type of a channel's or point's value."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Channel:
    """One input or output of a module, as the catalog names it. `unit` is a UCUM code; `safe` is
    the value of a writable channel on open, on a fault, on shutdown and on a lost supervisor.
    `point` is what its point is called when the user does not name it; "" makes it from slot and
    channel."""

    name: str
    unit: str = ""
    kind: Kind = Kind.FLOAT
    decimals: int = 3
    writable: bool = False
    safe: Value = None
    point: str = ""
    event: bool = False
    """Whether each of its readings is something that happened (a card seen, a frame received): it
    is read only when it did, is always stored, and never grows stale."""
    range: tuple[float, float] | None = field(default=None, compare=False)
    """What it can measure or take, in `unit`; None where nobody says. Left to the catalog."""


@dataclass(frozen=True, slots=True)
class Point:
    """A named quantity of the gateway, unique in it. `source` is "wisblock-1/a1", "onboard/climate/
    temperature" or "virtual"; `slot` the slot it belongs to, or "" (onboard, virtual)."""

    name: str
    unit: str = ""
    kind: Kind = Kind.FLOAT
    decimals: int = 3
    writable: bool = False
    safe: Value = None
    source: str = ""
    slot: str = ""
    interval: float | None = None
    """Seconds between samples; None for a point that changes only when it is set."""
    event: bool = False
    """As of its channel."""
    range: tuple[float, float] | None = None
    """What it can measure or take, in `unit`; None where nobody says."""


_TAKES: dict[Kind, tuple[tuple[type, ...], str]] = {
    Kind.BOOL: ((bool,), "true or false"),
    Kind.INT: ((int,), "a whole number"),
    Kind.FLOAT: ((int, float), "a number"),
    Kind.TEXT: ((str,), "a text"),
}

_INT64 = 2**63
"""What the store and every JSON reader can carry."""


def fitting(point: Point, value: Value) -> Value:
    """`value` in the kind of `point`: a whole number is a number too, true is neither. Raises
    ValueError that says what the point takes."""
    accepted, expected = _TAKES[point.kind]
    fits = isinstance(value, accepted) and (bool in accepted or not isinstance(value, bool))
    if not fits or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{point.name} takes {expected}, not {value!r}")
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        raise ValueError(f"{point.name} takes {expected} of at most 64 bits")
    return float(value) if point.kind is Kind.FLOAT and isinstance(value, int) else value


class Reading(NamedTuple):
    """A value, or the status that says why there is none. Below the pipeline `name` is a channel of
    the module, above it a point of the gateway. `time_ns` is UTC; 0 until the sampler dates it.
    A tuple: made several times for each value that passes, and a frozen dataclass takes three times
    as long."""

    name: str
    value: Value
    status: Status = Status.GOOD
    time_ns: int = 0
    cause: str = ""
    """Who wrote an output or a virtual point: "rule 1", "user anna", "safe state"."""


def moved(reading: Reading, shift: int) -> Reading:
    """A reading `shift` nanoseconds later."""
    return reading._replace(time_ns=reading.time_ns + shift) if shift else reading


reading_of: Callable[[tuple[str, Value, Status, int, str]], Reading] = partial(
    tuple.__new__, Reading
)
"""A reading of all its fields, in half the time of `Reading(…)`: for where thousands come."""


@dataclass(frozen=True)
class Group:
    """Channels that are read in one conversation. One per module, or one per Modbus unit."""

    name: str
    channels: tuple[Channel, ...]
    interval: Seconds


@dataclass(frozen=True)
class Hold:
    """Yielded by a sampling: from here on nobody else may use `chip` (the slot ADC)."""

    chip: object = field(compare=False)


@dataclass(frozen=True)
class Release:
    """Yielded by a sampling: `chip` is free again. The sampler releases at any end by itself."""

    chip: object = field(compare=False)


@dataclass(frozen=True)
class Await:
    """Yielded where the answer comes over the network: the event loop waits for what `start` begins
    and sends it back into the steps, or throws what it raised."""

    start: Callable[[], Awaitable[Any]] = field(compare=False)


Step = float | Hold | Release | Await

Sampling = Generator[Step, Any, Sequence[Reading]]
"""A sampling in steps: each yielded number gives the bus back for that many seconds."""

Writing = Generator[Step, Any, None]
"""A write in steps, of a module behind a network."""

Commanding = Generator[Step, Any, Mapping[str, Value]]
"""A command in steps, as a sampling; what it returns is shown to who gave it."""


T = TypeVar("T")
Conversation: TypeAlias = Generator[Seconds, None, T]
"""What a driver has to say to a chip that takes its time, in steps, as a sampling; what it returns
is what came of it."""


class Module(Protocol):
    """What the gateway samples and writes: a module in a slot, or a function of the carrier.

    Plain blocking code, called only in the lane of its bus. Raises BusError and ChipError.
    """

    @property
    def groups(self) -> Sequence[Group]: ...

    def open(self) -> None:
        """Identify the chips and put every output into its safe state. Called once before the
        first sampling, and again after a loss."""
        ...

    def sample(self, group: Group) -> Sampling:
        """Read every channel of `group` once."""
        ...

    def write(self, channel: str, value: Value) -> Writing | None:
        """Set a writable channel; behind a network in the steps that are returned. Raises
        OutputRefused when it is not one."""
        ...

    def close(self) -> None:
        """Put every output into its safe state and let go of the lines. Never needs `open`."""
        ...


Answer = tuple[Sequence[Reading], float]
"""Every channel of a group, and when they came, in monotonic seconds."""


@runtime_checkable
class Joint(Protocol):
    """A module of the event loop that samples several groups faster than one after the other."""

    async def sample_together(self, groups: Sequence[Group]) -> Mapping[str, Answer | None]:
        """Answers by the names of those groups that were asked: the first of them, so that none
        waits long for others. None for one that gave no good answer. The caller asks again for
        those that are left, as long as anybody answers, and then `sample`. Raises nothing that a
        wire or a chip is the cause of."""
        ...


@runtime_checkable
class Commanded(Protocol):
    """A module whose catalog entry lists commands: actions that are no value of a channel."""

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Do what the catalog calls `name`; every argument of its entry is there, checked and in
        base units, None where it was left out and may be. Raises OutputRefused, BusError,
        ChipError."""
        ...
