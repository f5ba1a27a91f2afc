"""What switching inputs share: a level that is polled, and how often it came on."""

from __future__ import annotations

from ..bus.lines import Bias, Input, Line, LineAt
from ..core.clock import Clock
from ..core.errors import BusUnavailable


class CountedInput:
    """One line; `active_low` tells which level is on. `debounce` is how many seconds a new level
    must last before it counts. Threads: lane only."""

    def __init__(
        self, at: LineAt, clock: Clock, *, active_low: bool, debounce: float = 0.0
    ) -> None:
        self._at, self._clock = at, clock
        self._settings = Input(active_low=active_low, bias=Bias.PULL_UP, edges=True)
        self._debounce = debounce
        self._line: Line | None = None
        self.on = False
        """What counts now."""
        self.count = 0
        """How often it came on since the start of the program."""
        self._seen, self._since = False, 0.0

    def open(self) -> None:
        """Take the line; what it is now is no event. Raises BusError."""
        self.close()
        self._line = self._at.request(self._settings)
        self.on = self._seen = self._line.get()
        self._since = self._clock.monotonic()

    def poll(self) -> None:
        """Look at the line. Where it has an interrupt no change is missed, otherwise what is
        shorter than the time between two looks is. Raises BusError."""
        if self._line is None:
            raise BusUnavailable(f"{self._at.consumer}: the line is not open")
        edges = [(e.active, e.time) for e in self._line.edges()]
        for active, time in (*edges, (self._line.get(), self._clock.monotonic())):
            self._settle(time)
            if active != self._seen:
                self._seen, self._since = active, time
            self._settle(time)

    def close(self) -> None:
        """Let go of the line."""
        if self._line is not None:
            line, self._line = self._line, None
            line.release()

    def _settle(self, time: float) -> None:
        """Take over a level that has lasted long enough."""
        if self._seen != self.on and time - self._since >= self._debounce:
            self.on = self._seen
            self.count += self.on
