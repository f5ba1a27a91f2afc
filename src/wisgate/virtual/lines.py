"""A virtual GPIO chip with edges in hardware: the CM4's own gpiochip0."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..bus.lines import Bias, Edge, Input, Output
from ..core.clock import Clock
from ..core.errors import BusUnavailable

EDGES_KEPT = 16
"""The kernel keeps so many edges per line and drops the oldest."""


class VirtualLines:
    """The `Lines` contract, with `drive` for the outside world. Levels are electrical, values of
    the contract logical. Threads: lane only.

    `refresh` is called before a line is looked at, so that a lazy world can drive what has changed
    meanwhile. Not modelled: drive strength, debouncing, alternate functions of a pin.
    """

    interrupts = True

    def __init__(
        self, clock: Clock, count: int = 58, *, refresh: Callable[[], None] = lambda: None
    ) -> None:
        self.refresh = refresh
        self._clock = clock
        self._count = count
        self._driven: dict[int, bool] = {}
        self._requests: dict[int, VirtualLine] = {}
        self._watchers: dict[int, list[Callable[[bool], None]]] = {}

    def request(self, offset: int, settings: Input | Output, consumer: str) -> VirtualLine:
        if not 0 <= offset < self._count:
            raise ValueError(f"no line {offset}; this chip has lines 0 to {self._count - 1}")
        holder = self._requests.get(offset)
        if holder is not None and not holder.released:
            raise BusUnavailable(f"line {offset} belongs to {holder.consumer}; release it there")
        before = self.level(offset)
        line = VirtualLine(self, offset, settings, consumer)
        self._requests[offset] = line
        self.told(offset, before)
        return line

    def driven(self, offset: int) -> bool:
        """Whether the processor itself drives the pin high, with the strength of an output."""
        line = self._requests.get(offset)
        return line is not None and line.output is True

    def watch(self, offset: int, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell(level)` when the level at a pin changes; returns what ends it."""
        watchers = self._watchers.setdefault(offset, [])
        watchers.append(tell)
        return lambda: watchers.remove(tell)

    def told(self, offset: int, before: bool) -> None:
        """Tell who watches a pin whose level was `before`, if it is another now."""
        if (level := self.level(offset)) != before:
            for tell in tuple(self._watchers.get(offset, ())):
                tell(level)

    def drive(self, offset: int, level: bool | None, time: float | None = None) -> None:
        """Put a level on a pin from outside, or let go of it (None). `time` is when it happened,
        monotonic seconds; now if not given."""
        before = self.level(offset)
        if level is None:
            self._driven.pop(offset, None)
        else:
            self._driven[offset] = level
        line = self._requests.get(offset)
        if line is not None and self.level(offset) != before:
            line.changed(not before, self._clock.monotonic() if time is None else time)
        self.told(offset, before)

    def level(self, offset: int) -> bool:
        """The level at the pin: an output's own, else what is driven, else what the bias pulls."""
        line = self._requests.get(offset)
        if line is not None and line.output is not None:
            return line.output
        if offset in self._driven:
            return self._driven[offset]
        return line is not None and line.bias is Bias.PULL_UP


class VirtualLine:
    """One requested line. Threads: lane only."""

    def __init__(
        self, lines: VirtualLines, offset: int, settings: Input | Output, consumer: str
    ) -> None:
        self.consumer = consumer
        self.released = False
        self.output: bool | None = None
        self.bias = Bias.AS_IS
        self._lines, self._offset, self._inverted = lines, offset, settings.active_low
        self._edges: deque[Edge] = deque(maxlen=EDGES_KEPT)
        self._watched = False
        if isinstance(settings, Output):
            self.output = settings.value != self._inverted
        else:
            self.bias, self._watched = settings.bias, settings.edges

    def get(self) -> bool:
        self._held()
        self._lines.refresh()
        return self._lines.level(self._offset) != self._inverted

    def set(self, value: bool) -> None:
        self._held()
        if self.output is None:
            raise BusUnavailable(f"line {self._offset} is an input; request it as an output")
        before = self._lines.level(self._offset)
        self.output = value != self._inverted
        self._lines.told(self._offset, before)

    def edges(self) -> list[Edge]:
        self._held()
        self._lines.refresh()
        seen = list(self._edges)
        self._edges.clear()
        return seen

    def release(self) -> None:
        """Let go. Idempotent; the pin keeps its direction and level."""
        self.released = True

    def changed(self, level: bool, time: float) -> None:
        """The chip noticed a change of the pin."""
        if self._watched and not self.released:
            self._edges.append(Edge(level != self._inverted, time))

    def _held(self) -> None:
        if self.released:
            raise BusUnavailable(f"line {self._offset} was released; request it again")
