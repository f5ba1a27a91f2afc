"""Modules on a virtual board, sampled as the gateway does it, in virtual time, lanes timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from wisgate.board import open_board
from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane
from wisgate.bus.trace import TracedLane
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Reading
from wisgate.gateway.sampler import Holds, Sampled
from wisgate.plan.plan import make

HEAD = 'name = "bench"\nboard = "rak7391"\n'
HAT = 'name = "bench"\nboard = "rak6421"\n'
"""A HAT on a Raspberry Pi, for modules of sensor slots: `ModuleBench(..., head=HAT)`."""
LANE_LIMIT_S = 0.025


def slot(name: int | str, module: str, **options: object) -> str:
    """A `[[slot]]` of the file: WisBlock slot 1 or 2, or one by its name."""
    name = f"wisblock-{name}" if isinstance(name, int) else name
    lines = [f'[[slot]]\nslot = "{name}"\nmodule = "{module}"']
    lines += [
        f"{key} = {str(value).lower()}" if isinstance(value, int) else f'{key} = "{value}"'
        for key, value in options.items()
    ]
    return "\n".join(lines) + "\n"


class ModuleBench:
    """The modules of a file, each as `Sampled`, on one virtual board."""

    def __init__(self, *tables: str, head: str = HEAD) -> None:
        self.clock = VirtualClock()
        config = read(toml.parse(head + "".join(tables), "gateway.toml"), Path(), load())
        self.lanes: list[TracedLane] = []
        self.board = open_board(
            make(config, load()), clock=self.clock, lane=self._lane, virtual=True
        )
        assert isinstance(self.board.surroundings, Twins)
        self.twins = self.board.surroundings.board
        self.world, self.faults = self.twins.world, self.twins.faults
        self.counters: Counter[str] = Counter()
        holds = Holds()
        self.sampled = {
            p.name: Sampled(p, self.clock, holds, self.counters) for p in self.board.placed
        }

    def _lane(self, name: str) -> TracedLane:
        self.lanes.append(TracedLane(InlineLane(name), self.clock))
        return self.lanes[-1]

    async def read(self, name: str) -> list[Reading]:
        """Every group of one module, once."""
        one = self.sampled[name]
        return [r for g in one.placed.module.groups for r in await one.sample(g)]

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """Run and check that no job held a lane for too long."""
        run(main, self.clock)
        held = {lane.name: lane.longest_hold for lane in self.lanes}
        assert all(seconds <= LANE_LIMIT_S for seconds in held.values()), held
