"""The ends of the board's wires on twins, with a world behind them."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import RLock

from ..bus.i2c import I2c
from ..bus.lines import Edge, Input, Line, Lines, Output
from ..bus.trace import TracedI2c, TracedUart
from ..bus.uart import Uart
from ..chips.tpt29555 import Tpt29555
from ..core.clock import Clock, VirtualClock
from ..plan.plan import Plan
from ..virtual.board import VirtualRak7391
from ..virtual.faults import FaultKind
from ..virtual.scenario import Player, Scenario
from .board import LED_EXPANDER, SLOT_EXPANDER, Ends

Lock = AbstractContextManager[object]


class Twins:
    """A virtual board with its ends, and the scenario that happens to it.

    In real time several lanes use the one world: one lock around every access keeps it whole.
    """

    def __init__(self, plan: Plan, clock: Clock, seed: int, scenario: Path | None) -> None:
        self.board = VirtualRak7391(
            clock,
            seed=seed,
            modules={p.slot.name: p.module.id for p in plan.driven},
            adc_address=plan.adc_address,
            costs_time=isinstance(clock, VirtualClock),
            options={p.slot.name: dict(p.config.options) for p in plan.driven},
            addresses={p.slot.name: p.address for p in plan.driven if p.address is not None},
        )
        self._clock = clock
        self._lock: Lock = nullcontext() if isinstance(clock, VirtualClock) else RLock()
        self.board.host.guard = self._lock
        self._player = Player(Scenario.load(scenario), self.board) if scenario else None
        self.ends = self._ends(plan)

    def link(self) -> bool:
        """Whether the network is there."""
        with self._lock:
            return not self.board.faults.active(FaultKind.BROKER_GONE, "broker")

    async def play(self) -> None:
        """Let the scenario happen, each action at its time."""
        while self._player is not None and (at := self._player.next()) is not None:
            await asyncio.sleep(max(0.0, at - self._clock.monotonic()))
            with self._lock:
                self._player.step()

    def _ends(self, plan: Plan) -> Ends:
        i2c: I2c = self.board.i2c
        host_lines: Lines = self.board.lines
        uarts: dict[str, Uart] = dict(self.board.uarts)
        if not isinstance(self._clock, VirtualClock):
            i2c = _LockedI2c(i2c, self._lock)
            host_lines = _LockedLines(host_lines, self._lock)
            uarts = {name: _LockedUart(uart, self._lock) for name, uart in uarts.items()}
        i2c = TracedI2c(i2c, self._clock, name="i2c-1")
        uarts = {name: TracedUart(uart, self._clock, name=name) for name, uart in uarts.items()}
        expanders = {
            ref: Tpt29555(i2c, chip.address, clock=self._clock)
            for ref in (SLOT_EXPANDER, LED_EXPANDER)
            if (chip := plan.board.chip(ref)) is not None and chip.address is not None
        }
        return Ends(self._clock, self.board.host, i2c, expanders, host_lines, uarts, _nothing)


def _nothing() -> None:
    """Twins need no closing."""


class _LockedI2c:
    def __init__(self, bus: I2c, lock: Lock) -> None:
        self._bus, self._lock = bus, lock

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        with self._lock:
            return self._bus.transfer(address, write, read)


class _LockedLines:
    def __init__(self, lines: Lines, lock: Lock) -> None:
        self._lines, self._lock = lines, lock
        self.interrupts = lines.interrupts

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        with self._lock:
            return _LockedLine(self._lines.request(offset, settings, consumer), self._lock)


class _LockedLine:
    def __init__(self, line: Line, lock: Lock) -> None:
        self._line, self._lock = line, lock

    def get(self) -> bool:
        with self._lock:
            return self._line.get()

    def set(self, value: bool) -> None:
        with self._lock:
            self._line.set(value)

    def edges(self) -> list[Edge]:
        with self._lock:
            return self._line.edges()

    def release(self) -> None:
        with self._lock:
            self._line.release()


class _LockedUart:
    """Only what reaches the world is locked: a reader waits outside, so that a silent unit does not
    hold up the rest of the board."""

    def __init__(self, uart: Uart, lock: Lock) -> None:
        self._uart, self._lock = uart, lock
        self.read, self.flush = uart.read, uart.flush
        self.send_break, self.set_baud = uart.send_break, uart.set_baud

    @property
    def baud(self) -> int:
        return self._uart.baud

    def write(self, data: bytes) -> None:
        with self._lock:
            self._uart.write(data)
