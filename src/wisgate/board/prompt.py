"""Modules for people at a prompt and for short programs: no event loop, no gateway.

    with open_modules('''
        name = "bench"
        board = "rak7391"
        [[slot]]
        slot = "wisblock-2"
        module = "rak13007"
    ''') as board:
        board.write("wisblock-2", "relay", True)
        print(board.read("wisblock-2"))

Without `hardware=True` this happens on a virtual board, in virtual time: nothing waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ..bus.lane import InlineLane
from ..catalog.catalog import load as load_catalog
from ..config.load import load, read
from ..config.model import Config
from ..core import toml
from ..core.clock import Clock, SystemClock, VirtualClock
from ..core.errors import BusError, ChipError, Unavailable, WisgateError
from ..core.points import Await, Group, Hold, Reading, Release, Step, Value
from ..plan.plan import make
from ..virtual.frame import VirtualBoard
from ..virtual.world import World
from . import open_board
from .board import Board, Placed
from .twins import Twins
from .virtual_time import VirtualLoop

log = logging.getLogger(__name__)

T = TypeVar("T")

PROMPT = "<prompt>"
"""What messages call a file that was given as text."""


class Prompt:
    """The modules of one board, called directly. Threads: one."""

    def __init__(self, board: Board) -> None:
        self.clock: Clock = board.ends.clock
        self._board = board
        self._placed = {p.name: p for p in board.placed}
        self._open: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def read(self, name: str) -> list[Reading]:
        """Every channel of the module in slot `name`, or of a function of the board ("climate"),
        read now. A module that failed is opened again with the next call. Raises Unavailable for
        a name that is not there, BusError, ChipError."""
        placed = self._opened(name)
        readings: list[Reading] = []
        try:
            for group in placed.module.groups:
                readings += self._walked(placed.module.sample(group))
        except (BusError, ChipError):
            self._open.discard(name)
            raise
        now = self.clock.utc_ns()
        return [r._replace(time_ns=now) for r in readings]

    def groups(self) -> Iterator[tuple[str, Group]]:
        """What is sampled in one conversation each, with the name of its module."""
        for placed in self._board.placed:
            for group in placed.module.groups:
                yield placed.name, group

    def open_one(self, name: str) -> list[Reading]:
        """Open a module if it is not. Raises BusError, ChipError."""
        self._opened(name)
        return []

    def sample(self, name: str, group: str) -> list[Reading]:
        """One group of a module, read now; as `read` otherwise."""
        placed = self._opened(name)
        try:
            one = next(g for g in placed.module.groups if g.name == group)
            return list(self._walked(placed.module.sample(one)))
        except (BusError, ChipError):
            self._open.discard(name)
            raise

    def write(self, name: str, channel: str, value: Value) -> None:
        """Set an output. Raises OutputRefused, Unavailable, BusError, ChipError."""
        steps = self._opened(name).module.write(channel, value)
        if steps is not None:
            self._walked(steps)

    def command(self, name: str, command: str, **arguments: Value) -> Mapping[str, Value]:
        """Let a module or a function of the board do one of its commands. Raises OutputRefused,
        Unavailable, BusError, ChipError."""
        return self._walked(self._opened(name).told(command, arguments))

    def sleep(self, seconds: float) -> None:
        """Let time pass; on a virtual board at once."""
        self.clock.sleep(seconds)

    @property
    def world(self) -> World:
        """What the sensors of a virtual board see. Raises Unavailable on a real one."""
        return self.twins.world

    @property
    def twins(self) -> VirtualBoard:
        """The virtual board itself, with its faults. Raises Unavailable on a real one."""
        surroundings = self._board.surroundings
        if not isinstance(surroundings, Twins):
            raise Unavailable("the world of a real board cannot be set; leave out hardware=True")
        return surroundings.board

    def open(self) -> None:
        """Open every module in a slot: outputs become safe. Raises BusError, ChipError."""
        for placed in self._board.placed:
            if placed.placement is not None:
                self._opened(placed.name)

    def close(self) -> None:
        """Outputs to safe, one module after the other even when one fails, then the buses. Raises
        what the last failing module raised."""
        with ExitStack() as stack:
            if self._loop is not None:
                stack.callback(self._loop.close)
            stack.callback(self._board.ends.close)
            for placed in self._board.placed:
                if placed.placement is not None or placed.name in self._open:
                    stack.callback(placed.module.close)

    def _opened(self, name: str) -> Placed:
        placed = self._placed.get(name)
        if placed is None:
            raise Unavailable(f"{name} is not on this board; there are {', '.join(self._placed)}")
        if name not in self._open:
            placed.module.open()
            self._open.add(name)
        return placed

    def _walked(self, steps: Generator[Step, Any, T]) -> T:
        """Nobody else uses the board meanwhile, so that a held chip needs no lock."""
        answer: Any = None
        while True:
            try:
                thrown = isinstance(answer, WisgateError)
                step = steps.throw(answer) if thrown else steps.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = None
            if isinstance(step, Await):
                answer = self._awaited(step)
            elif not isinstance(step, (Hold, Release)):
                self.clock.sleep(step)

    def _awaited(self, step: Await) -> Any:
        """What comes over the network, or the error; in a loop of our own, in the board's time."""
        if self._loop is None:
            clock = self.clock
            if isinstance(clock, VirtualClock):
                self._loop = VirtualLoop(clock)
            else:
                self._loop = asyncio.new_event_loop()

        async def wait() -> Any:
            return await step.start()

        try:
            return self._loop.run_until_complete(wait())
        except WisgateError as error:
            return error


@contextmanager
def open_modules(source: str | Path, hardware: bool = False) -> Iterator[Prompt]:
    """Open the modules of a gateway's file: its path, or the text itself. Outputs are safe at any
    exit. Raises ConfigError, PlanConflict, BusError, ChipError."""
    plan = make(_config(source), load_catalog())
    plan.check()
    clock = SystemClock() if hardware else VirtualClock()
    prompt = Prompt(open_board(plan, clock=clock, lane=InlineLane, virtual=not hardware))
    try:
        prompt.open()
        yield prompt
    except BaseException:
        try:
            prompt.close()
        except (BusError, ChipError) as error:
            log.warning("not closed cleanly: %s", error)
        raise  # what went wrong first matters more
    prompt.close()


def _config(source: str | Path) -> Config:
    if isinstance(source, str) and ("\n" in source or "=" in source):
        return read(toml.parse(source, PROMPT), Path(), load_catalog())
    return load(Path(source))
