"""What expressions are about: points now and over a while, alarms, and the time of day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ..config.expressions import CLOCKS, WINDOWS, Call, Expression
from ..core.clock import Clock, SteadyClock
from ..core.points import Reading, Value
from .live import Live
from .windows import Window

AGAIN_S = 1.0
"""How often an expression is looked at whose value moves with time alone."""


class Scene:
    """Gives values to expressions (`config.expressions.Values`). Threads: the event loop only."""

    def __init__(self, live: Live, clock: Clock, expressions: Iterable[Expression]) -> None:
        self.alarm_holds: Callable[[str], bool | None] = lambda name: None
        self._live, self._clock = live, SteadyClock.over(clock)
        self._windows: dict[str, dict[float, Window]] = {}
        for call in (c for e in expressions for c in e.calls if c.function in WINDOWS):
            self.watch(call.name, call.seconds)
        live.listen(self._take, self._windows.keys())

    def watch(self, name: str, seconds: float) -> Window:
        """The window over a point, filled from now on."""
        return self._windows.setdefault(name, {}).setdefault(seconds, Window(seconds))

    def __call__(self, asked: str | Call) -> Value:
        if isinstance(asked, str):
            reading = self._live.get(asked)
            return None if reading is None else reading.value
        if asked.function in WINDOWS:
            return self._over(asked)
        if asked.function in CLOCKS:
            return self._time(asked.function)
        if asked.function == "alarm":
            return self.alarm_holds(asked.name)
        return self(asked.name) is not None

    def _over(self, call: Call) -> float | None:
        window, now = self.watch(call.name, call.seconds), self._clock.monotonic()
        if self(call.name) is None:
            return None  # stale: what was says nothing of now
        match call.function:
            case "avg":
                return window.average(now)
            case "rate":
                return window.change(now)
        extremes = window.extremes(now)
        if extremes is None:
            return None
        return extremes[0] if call.function == "min" else extremes[1]

    def _time(self, function: str) -> float | None:
        if not self._clock.trusted:
            return None
        local = datetime.fromtimestamp(self._clock.utc_ns() / 1e9)  # local on purpose
        if function == "weekday":
            return float(local.isoweekday())
        return local.hour + local.minute / 60 + local.second / 3600

    def _take(self, reading: Reading) -> None:
        value = reading.value
        number = None if isinstance(value, bool | str) or value is None else float(value)
        for window in self._windows[reading.name].values():
            window.put(self._clock.monotonic(), number)


def moves(expression: Expression) -> bool:
    """Whether the value of `expression` may change though no point does."""
    return any(c.function in (*WINDOWS, *CLOCKS) for c in expression.calls)
