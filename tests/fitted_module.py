"""A module on the twins of its own slot, without a file or a plan: for modules whose connector the
virtual RAK7391 does not have."""

from __future__ import annotations

from collections.abc import Generator
from importlib import import_module
from typing import Any, TypeVar

from wisgate.bus.lines import LineAt
from wisgate.catalog.catalog import load
from wisgate.chips.sgm58031 import Sgm58031
from wisgate.chips.tpt29555 import Tpt29555
from wisgate.config.arguments import read_arguments
from wisgate.config.model import SlotConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Reading, Step, Value
from wisgate.core.quantities import parse
from wisgate.modules.wires import Wires
from wisgate.virtual.board import VirtualRak7391

SLOT = "wisblock-1"
T = TypeVar("T")


class FittedModule:
    """`read` and `command` walk to the end, waiting as the module says; errors come out."""

    def __init__(self, name: str, **options: object) -> None:
        self.clock = VirtualClock()
        self.board = VirtualRak7391(self.clock, modules={SLOT: name})
        self.world, self.faults, self.i2c = self.board.world, self.board.faults, self.board.i2c
        self._entry = load().modules[name]
        expander = Tpt29555(self.i2c, 0x26, clock=self.clock)
        wires = Wires(
            SLOT,
            self.clock,
            self.i2c,
            Sgm58031(self.i2c),
            {"AIN0": 0, "AIN1": 1},
            {f"IO{n}": LineAt(expander, n, "test") for n in range(1, 7)},
            self.board.uarts[SLOT],
        )
        defaults = {
            o.name: parse(str(o.default)).si if o.dimension else o.default
            for o in self._entry.options
        }
        given = tuple({**defaults, **options}.items())
        kind = getattr(import_module(f"wisgate.modules.{name}"), name.capitalize())
        self.module: Any = kind.fit(
            wires, SlotConfig(Where("gateway.toml", 1), SLOT, name, 1.0, (), given)
        )
        self.module.open()

    def read(self) -> dict[str, Reading]:
        """Every group, once."""
        return {
            r.name: r for group in self.module.groups for r in self.walk(self.module.sample(group))
        }

    def values(self) -> dict[str, Value]:
        return {name: reading.value for name, reading in self.read().items()}

    def command(self, name: str, **arguments: Value) -> dict[str, Value]:
        command = next(c for c in self._entry.commands if c.name == name)
        return dict(self.walk(self.module.command(name, read_arguments(command, arguments))))

    def walk(self, steps: Generator[Step, None, T]) -> T:
        while True:
            try:
                step = next(steps)
            except StopIteration as done:
                return done.value
            if isinstance(step, int | float):
                self.clock.sleep(step)
