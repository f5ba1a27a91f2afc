"""A module that does what a test tells it to, and notes what is done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from wisgate.board.board import Placed
from wisgate.bus.lane import InlineLane, Lane
from wisgate.catalog.settings import Argument, Command
from wisgate.config.model import PointConfig, Where
from wisgate.core.clock import Clock
from wisgate.core.errors import OutputRefused
from wisgate.core.points import (
    Channel,
    Commanding,
    Group,
    Kind,
    Point,
    Reading,
    Sampling,
    Step,
    Value,
)
from wisgate.core.units import Seconds
from wisgate.gateway.sampler import Holds, Sampled

HERE = Where("gateway.toml", 1)
LEVEL = Channel("level", "m")
SWITCH = Channel("switch", kind=Kind.BOOL, writable=True, safe=False)
BEEP = Command(
    name="beep",
    title="Make a noise",
    arguments=(Argument(name="for", title="How long", dimension="time", source="test"),),
    source="test",
)
LOOP = Group("loop", (LEVEL, SWITCH), Seconds(1.0))


class ScriptedModule:
    """`failures` are raised by the next samplings, in turn; `steps` are what each sampling yields;
    `done` is what happened, in order."""

    def __init__(self, groups: Sequence[Group] = (LOOP,)) -> None:
        self.groups = tuple(groups)
        self.value: Value = 1.0
        self.on = False
        self.steps: list[Step] = []
        self.failures: list[Exception | None] = []
        self.open_failures: list[Exception | None] = []
        self.write_failures: list[Exception | None] = []
        self.close_failure: Exception | None = None
        self.done: list[str] = []
        self.watch: Callable[[str], None] = lambda what: None

    def open(self) -> None:
        self._do("open")
        _fail(self.open_failures)
        self.on = False

    def sample(self, group: Group) -> Sampling:
        self._do(f"begin {group.name}")
        yield from self.steps
        _fail(self.failures)
        self._do(f"end {group.name}")
        values = {"level": self.value, "switch": self.on}
        return [Reading(c.name, values.get(c.name, self.value)) for c in group.channels]

    def write(self, channel: str, value: Value) -> None:
        self._do(f"write {channel} {value}")
        if channel != SWITCH.name or not isinstance(value, bool):
            raise OutputRefused(f"{channel} is no switch")
        _fail(self.write_failures)
        self.on = value

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        self._do(f"begin {name}")
        yield from self.steps
        _fail(self.failures)
        self._do(f"end {name}")
        return dict(arguments)

    def close(self) -> None:
        self._do("close")
        if self.close_failure is not None:
            raise self.close_failure
        self.on = False

    def _do(self, what: str) -> None:
        self.done.append(what)
        self.watch(what)


def _fail(failures: list[Exception | None]) -> None:
    failure = failures.pop(0) if failures else None
    if failure is not None:
        raise failure


def point(
    name: str, channel: Channel = SWITCH, *, interval: float = 1.0, min_on: float = 0.0,
    min_off: float = 0.0,
) -> PointConfig:  # fmt: skip
    found = Point(
        name, channel.unit, channel.kind, channel.decimals, channel.writable, channel.safe,
        f"wisblock-1/{channel.name}", "wisblock-1", interval,
    )  # fmt: skip
    return PointConfig(HERE, channel.name, found, min_on=min_on, min_off=min_off)


def sampled(
    module: ScriptedModule,
    clock: Clock,
    *,
    name: str = "wisblock-1",
    lane: Lane | None = None,
    holds: Holds | None = None,
    counters: Counter[str] | None = None,
    points: Sequence[PointConfig] = (),
) -> Sampled:
    own = lane or InlineLane("test")
    placed = Placed(name, "Scripted", module, own, tuple(points), commands=(BEEP,))
    return Sampled(placed, clock, holds or Holds(), Counter() if counters is None else counters)
