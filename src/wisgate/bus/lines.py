"""The contract of GPIO lines, in the words of libgpiod: offset, request, value, edge, consumer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Bias(Enum):
    AS_IS = "as-is"
    PULL_UP = "pull-up"
    PULL_DOWN = "pull-down"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Input:
    """Settings of a line that the host reads. `edges`: remember changes for `Line.edges`."""

    active_low: bool = False
    bias: Bias = Bias.AS_IS
    edges: bool = False


@dataclass(frozen=True)
class Output:
    """Settings of a line that the host drives. `value` is latched before the line turns to output,
    so that no other level ever appears on the pin. Logical: True is active."""

    value: bool
    active_low: bool = False


@dataclass(frozen=True)
class Edge:
    """A change of level. `active` is the new logical value, `time` monotonic seconds."""

    active: bool
    time: float


class Line(Protocol):
    """One requested line. Threads: lane only."""

    def get(self) -> bool:
        """The logical value at the pin, for outputs too. Raises BusError."""
        ...

    def set(self, value: bool) -> None:
        """Drive an output. Raises BusError."""
        ...

    def edges(self) -> list[Edge]:
        """The changes since the last call, oldest first; never blocks. A line whose chip has no
        interrupt (every expander line of the RAK7391) is compared with its last value instead, so
        that a pulse between two calls is not seen: `Lines.interrupts` tells which it is."""
        ...

    def release(self) -> None:
        """Let go. The pin keeps its last direction and level (so does libgpiod)."""
        ...


class Lines(Protocol):
    """The lines of one GPIO chip. Threads: lane only."""

    @property
    def interrupts(self) -> bool:
        """Whether edges are caught by hardware, or only by comparing."""
        ...

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        """Take a line. Raises BusUnavailable when somebody else has it, ValueError for an offset
        that the chip does not have."""
        ...


@dataclass(frozen=True)
class LineAt:
    """One line of a GPIO chip, not yet requested."""

    lines: Lines
    offset: int
    consumer: str

    def request(self, settings: Input | Output) -> Line:
        """Take the line. Raises BusUnavailable."""
        return self.lines.request(self.offset, settings, self.consumer)
