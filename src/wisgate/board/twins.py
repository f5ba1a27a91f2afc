"""The ends of the board's wires on twins, with a world behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from threading import RLock

from ..bus.i2c import I2c
from ..bus.lines import Lines
from ..bus.peer import Peer
from ..bus.spi import Spi
from ..bus.trace import TracedI2c, TracedUart
from ..bus.uart import Uart
from ..chips.tpt29555 import Tpt29555
from ..core.clock import Clock, VirtualClock
from ..plan.plan import Plan
from ..virtual.board import VirtualRak7391
from ..virtual.faults import FaultKind
from ..virtual.frame import VirtualBoard
from ..virtual.rak6421 import VirtualRak6421
from ..virtual.scenario import Player, Scenario
from .board import LED_EXPANDER, SLOT_EXPANDER, Ends, Picture
from .cards import cards
from .locked import Lock, LockedI2c, LockedLines, LockedSpi
from .memory import Memories
from .peers import is_local, real_peers
from .twin_hosts import TwinPeer, twin_of
from .virtual_time import RESOLUTION_S


class Twins:
    """A virtual board with its ends, and the scenario that happens to it.

    In real time several lanes use the one world: one lock around every access keeps it whole.
    """

    def __init__(
        self, plan: Plan, clock: Clock, seed: int, scenario: Path | None, memory: Memories
    ) -> None:
        self.board = _virtual_board(plan, clock, seed)
        for socket, card, modem in cards(plan):
            self.board.fit_card(socket, card)
            self.board.host.modem = modem or self.board.host.modem
        self._clock, self._memory = clock, memory
        self._lock: Lock = nullcontext() if isinstance(clock, VirtualClock) else RLock()
        self.board.host.guard = self._lock
        for uart in self.board.uarts.values():
            uart.guard = self._lock
        self._player = Player(Scenario.load(scenario), self.board) if scenario else None
        if self._player is not None:
            self._player.step()  # what the box wakes up to
        self.ends = self._ends(plan)

    def link(self) -> bool:
        """Whether the network is there."""
        with self._lock:
            return not self.board.faults.active(FaultKind.BROKER_GONE, "broker")

    def picture(self) -> Picture | None:
        """See `Surroundings.picture`."""
        with self._lock:
            panel = self.board.panel()
            return panel.shown() if panel else None

    def inject(self, kind: str, target: str) -> None:
        """Let a fault happen now. Raises ValueError that says what can."""
        with self._lock:
            self.board.faults.inject(kind, target)

    async def play(self) -> None:
        """Let the scenario happen, each action at its time."""
        while self._player is not None and (at := self._player.next()) is not None:
            if (wait := at - self._clock.monotonic()) > 0:
                # Less than a tick of a virtual clock would be no wait at all, again and again.
                await asyncio.sleep(wait + RESOLUTION_S)
            with self._lock:
                self._player.step()

    def _ends(self, plan: Plan) -> Ends:
        i2c: I2c = self.board.i2c
        host_lines: Lines = self.board.lines
        uarts: dict[str, Uart] = dict(self.board.uarts)
        if not isinstance(self._clock, VirtualClock):
            i2c = LockedI2c(i2c, self._lock)
            host_lines = LockedLines(host_lines, self._lock)
        i2c = TracedI2c(i2c, self._clock, name="i2c-1")
        uarts = {name: TracedUart(uart, self._clock, name=name) for name, uart in uarts.items()}
        expanders: dict[str, Lines] = {
            ref: LockedLines(Tpt29555(i2c, chip.address, clock=self._clock), self._lock)
            for ref in (SLOT_EXPANDER, LED_EXPANDER)
            if (chip := plan.board.chip(ref)) is not None and chip.address is not None
        }
        return Ends(
            self._clock,
            self.board.host,
            i2c,
            expanders,
            host_lines,
            uarts,
            _nothing,
            {name: self._selected(spi) for name, spi in self.board.spis.items()},
            self._memory,
            self.board.pwms,
            self._peers(plan),
        )

    def _peers(self, plan: Plan) -> dict[str, Peer]:
        """Twins of the hosts. What listens on this computer is as real as the gateway itself, but
        for a time that is not."""
        real = not isinstance(self._clock, VirtualClock)
        peers = real_peers([h for h in plan.config.modbus if real and is_local(h)], self._clock)
        for host in plan.config.modbus:
            if host.name not in peers:
                twin = twin_of(host, self.board.world)
                self.board.fit_host(host.name, twin)
                peers[host.name] = TwinPeer(host.name, twin, self._lock)
        return peers

    def _selected(self, spi: Spi) -> Callable[[int, int], Spi]:
        """A twin takes any clock and mode; in real time it shares the world's lock."""
        shared = spi if isinstance(self._clock, VirtualClock) else LockedSpi(spi, self._lock)
        return lambda hertz, mode: shared


def _virtual_board(plan: Plan, clock: Clock, seed: int) -> VirtualBoard:
    kind: Callable[..., VirtualBoard] = VirtualRak7391
    if plan.board.id == "rak6421":
        kind = partial(VirtualRak6421, revision=plan.wiring.revision)
    return kind(
        clock,
        seed=seed,
        modules=_modules(plan),
        adc_address=plan.adc_address,
        costs_time=isinstance(clock, VirtualClock),
        options={p.slot.name: dict(p.config.options) for p in plan.driven},
        addresses={p.slot.name: p.address for p in plan.driven if p.address is not None},
    )


def _modules(plan: Plan) -> dict[str, str]:
    """What is plugged in, by slot. A function that takes a connector needs what belongs there."""
    used = {function.name for function in plan.config.onboard}
    fits = {
        f.slot: slot.fits[0].module
        for f in plan.board.onboard
        if f.slot and f.name in used and (slot := plan.board.slot(f.slot)) and slot.fits
    }
    return fits | {p.slot.name: p.module.id for p in plan.driven}


def _nothing() -> None:
    """Twins need no closing."""
