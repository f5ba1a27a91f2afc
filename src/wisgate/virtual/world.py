"""The physical world around one board: named quantities with simple dynamics.

    tank.level m        tank.inflow m³/s    tank.outflow m³/s   pump.running 0 or 1
    room.temperature °C room.humidity 0..1  cpu.temperature °C  supply.volts V
    load.volts V        load.amps A         pressure.volts V    valve.open 0 or 1
    fan.duty 0..1       fan.speed rpm

The world is integrated in fixed steps up to the clock, whenever somebody asks: its history depends
on the seed and on what was set when, never on how often it was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from ..core.clock import Clock

STEP = 0.25
"""Seconds of one integration step."""


class Process(Protocol):
    """A piece of dynamics."""

    def start(self, values: dict[str, float], random: Random) -> None:
        """Put the first value of every quantity of the process into `values`."""
        ...

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        """Advance `values` by one STEP; `seconds_utc` is the time of day's source."""
        ...


P = TypeVar("P", bound=Process)


@dataclass(frozen=True)
class _Ramp:
    begin: float
    end: float
    start: float
    target: float

    def at(self, time: float) -> float:
        if time >= self.end:
            return self.target
        return self.start + (self.target - self.start) * (time - self.begin) / (
            self.end - self.begin
        )


@dataclass
class _Watch:
    name: str
    threshold: float
    below: bool
    tell: Callable[[bool, float], None]


@dataclass
class _Follow:
    name: str
    tell: Callable[[float, float], None]


class World:
    """Threads: one at a time; who shares it between lanes puts a lock around every access."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 1,
        processes: Iterable[Process] = (),
    ) -> None:
        self._clock = clock
        self._begin = clock.monotonic()
        self._begin_utc = clock.utc_ns() / 1e9
        self._steps = 0
        self._next = self._begin + STEP
        self._values: dict[str, float] = {}
        self._held: dict[str, _Ramp] = {}
        self._frozen: dict[str, float] = {}
        self._pending: dict[str, tuple[float, float]] = {}
        self._watches: list[_Watch] = []
        self._follows: list[_Follow] = []
        self._processes = tuple(processes)
        for process in self._processes:
            process.start(self._values, Random(f"{seed}/{type(process).__name__}"))

    def utc_ns(self) -> int:
        """The right time in this world, in nanoseconds since 1970-01-01 UTC."""
        return self._clock.utc_ns()

    def process(self, kind: type[P]) -> P:
        """The process of a kind. Raises ValueError when this world has none."""
        for process in self._processes:
            if isinstance(process, kind):
                return process
        raise ValueError(f"no {kind.__name__} in this world")

    @property
    def names(self) -> tuple[str, ...]:
        """Every quantity."""
        return tuple(self._values)

    def get(self, name: str) -> float:
        """The value now. Raises ValueError for a quantity that does not exist."""
        now = self._clock.monotonic()
        if now >= self._next or self._held or self._pending:
            self.catch_up()
        try:
            return self._values[name]
        except KeyError:
            raise ValueError(self._unknown(name)) from None

    def observe(self, name: str) -> float:
        """What a sensor sees: `get`, or the value at which the sensor froze."""
        return self._frozen[name] if name in self._frozen else self.get(name)

    def set(self, name: str, value: float) -> None:
        """Hold a quantity at a value, until `release`. Raises ValueError."""
        self.ramp(name, value, 0.0)

    def ramp(self, name: str, value: float, seconds: float) -> None:
        """Take a quantity to a value in a straight line and hold it there. Raises ValueError."""
        start = self.get(name)
        now = self._clock.monotonic()
        self._notice(now)
        self._held[name] = _Ramp(now, now + seconds, start, float(value))
        self.catch_up()

    def release(self, name: str) -> None:
        """Give a quantity back to its dynamics, which go on from where it is. Raises ValueError."""
        self.get(name)
        self._held.pop(name, None)

    def drive(self, name: str, value: float, after: float = 0.0) -> None:
        """Set an input of the world as the board does: at once or `after` seconds; whoever holds
        the quantity with `set` wins. A later call replaces one that is still waiting."""
        self.get(name)
        self._pending[name] = (self._clock.monotonic() + after, float(value))
        self.catch_up()

    def freeze(self, name: str, frozen: bool, at: float | None = None) -> None:
        """Let every sensor of a quantity see its present value from now on, or `at`, or see
        again."""
        value = self.get(name) if at is None else at
        self._frozen.pop(name, None)
        if frozen:
            self._frozen[name] = value
        self._notice(self._clock.monotonic())

    def watch(
        self, name: str, threshold: float, tell: Callable[[bool, float], None]
    ) -> Callable[[], None]:
        """Call `tell(below, time)` now and at every crossing of a threshold, when the world comes
        to know of it. `time` is monotonic seconds of the crossing, to one STEP. Returns what ends
        it."""
        watch = _Watch(name, threshold, self.observe(name) < threshold, tell)
        self._watches.append(watch)
        tell(watch.below, self._clock.monotonic())
        return lambda: self._watches.remove(watch)

    def follow(self, name: str, tell: Callable[[float, float], None]) -> Callable[[], None]:
        """Call `tell(value, time)` now and whenever the world moves. Between two calls the quantity
        went in a straight line; a jump is two calls at one time. Returns what ends it."""
        follow = _Follow(name, tell)
        tell(self.observe(name), self._clock.monotonic())
        self._follows.append(follow)
        return lambda: self._follows.remove(follow)

    def catch_up(self) -> None:
        """Integrate up to now."""
        now = self._clock.monotonic()
        while self._next <= now:
            self._step()
        if self._held or self._pending:
            self._impose(now)

    def _step(self) -> None:
        time = self._next
        if self._held or self._pending:
            self._impose(time)
        values, seconds_utc = self._values, self._begin_utc + (time - self._begin)
        for process in self._processes:
            process.step(values, seconds_utc)
        self._steps += 1
        self._next = self._begin + (self._steps + 1) * STEP
        if self._held:
            self._impose(time)
        elif self._watches or self._follows:
            self._notice(time)

    def _impose(self, time: float) -> None:
        """Inputs that are due, then what is held, at `time`."""
        for name, (due, value) in tuple(self._pending.items()):
            if due <= time:
                del self._pending[name]
                self._values[name] = value
        for name, ramp in self._held.items():
            self._values[name] = ramp.at(time)
        self._notice(time)

    def _notice(self, time: float) -> None:
        """Tell who watches; what is frozen stays as it was for them, too."""
        frozen, values = self._frozen, self._values
        for watch in self._watches:
            name = watch.name
            below = (frozen[name] if name in frozen else values[name]) < watch.threshold
            if below != watch.below:
                watch.below = below
                watch.tell(below, time)
        for follow in self._follows:
            follow.tell(self._seen(follow.name), time)

    def _seen(self, name: str) -> float:
        return self._frozen.get(name, self._values[name])

    def _unknown(self, name: str) -> str:
        return f'no quantity "{name}"; there are {", ".join(sorted(self._values))}'
