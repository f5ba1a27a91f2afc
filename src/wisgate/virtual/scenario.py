"""Scenario files: what happens to a virtual board, and when. TOML, a list of `[[at]]`:

time = "10s"                      after the start; needed
every = "1h"                      again and again from then on
set = { "tank.level" = "1.2m" }   hold a quantity there
ramp = { "tank.level" = "3m" }    take it there in a straight line, over = "30s"
release = ["tank.level"]          give it back to its dynamics
fault = "open-loop"               with target = "wisblock-1", parameters = { rate = 0.1 }
clear = "open-loop"               with target: end a fault
for = "20s"                       then release what was set, clear the fault
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import ConfigError
from ..core.toml import load
from .scenario_file import Event, Reader

if TYPE_CHECKING:
    from .frame import VirtualBoard


@dataclass(frozen=True)
class Scenario:
    """A scenario, read and checked. `file` is the name that messages begin with."""

    file: str
    events: tuple[Event, ...]

    @classmethod
    def load(cls, path: Path) -> Scenario:
        """Read a file. Raises ConfigError with every fault, each `file:line: what; cure`."""
        reader = Reader(load(path))
        events = reader.events()
        if reader.faults:
            raise ConfigError(reader.faults)
        return cls(str(path), events)

    def apply(self, board: VirtualBoard, seconds: float) -> None:
        """Let the scenario happen for so long, on the clock of the board. Raises ConfigError."""
        player, end = Player(self, board), board.clock.monotonic() + seconds
        while (at := player.next()) is not None and at <= end:
            board.clock.sleep(max(0.0, at - board.clock.monotonic()))
            player.step()
        board.clock.sleep(max(0.0, end - board.clock.monotonic()))


@dataclass(frozen=True, order=True)
class _Due:
    time: float
    order: int
    event: Event = field(compare=False)
    ends: bool = field(compare=False)


class Player:
    """Plays a scenario to a board; its time begins now. An event loop waits for `next` and calls
    `step`. Raises ConfigError for a fault that this board cannot have. Threads: one at a time.
    """

    def __init__(self, scenario: Scenario, board: VirtualBoard) -> None:
        self._board = board
        self._order = count()
        _check(scenario, board)
        start = board.clock.monotonic()
        self._due = [_Due(start + e.time, next(self._order), e, False) for e in scenario.events]
        heapify(self._due)

    def next(self) -> float | None:
        """Monotonic seconds of the next action, or None when nothing more will happen."""
        return self._due[0].time if self._due else None

    def step(self) -> None:
        """Do everything that is due by now."""
        now = self._board.clock.monotonic()
        while self._due and self._due[0].time <= now:
            due = heappop(self._due)
            if due.ends:
                self._end(due.event)
            else:
                self._begin(due)

    def _begin(self, due: _Due) -> None:
        event, world, faults = due.event, self._board.world, self._board.faults
        for name, value in event.values:
            world.ramp(name, value, event.over)
        for name in event.release:
            world.release(name)
        if event.fault is not None:
            faults.inject(event.fault, event.target, **event.parameters)
        if event.clear is not None:
            faults.clear(event.clear, event.target)
        if event.lasts is not None:
            self._later(due.time + event.lasts, event, ends=True)
        if event.every is not None:
            self._later(due.time + event.every, event, ends=False)

    def _end(self, event: Event) -> None:
        for name, _value in event.values:
            self._board.world.release(name)
        if event.fault is not None:
            self._board.faults.clear(event.fault, event.target)

    def _later(self, time: float, event: Event, *, ends: bool) -> None:
        heappush(self._due, _Due(time, next(self._order), event, ends))


def _check(scenario: Scenario, board: VirtualBoard) -> None:
    wrong = []
    known = set(board.world.names)
    for event in scenario.events:
        for name in (*(n for n, _ in event.values), *event.release):
            if name not in known:
                what = f'no quantity "{name}" around this board; put its module into a slot'
                wrong.append(f"{scenario.file}:{event.line}: {what}")
        for kind in filter(None, (event.fault, event.clear)):
            try:
                board.faults.check(kind, event.target)
            except ValueError as error:
                wrong.append(f"{scenario.file}:{event.line}: {error}")
    if wrong:
        raise ConfigError(wrong)
