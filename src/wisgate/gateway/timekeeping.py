"""Finds out what time it is, and tells the clock of the gateway and the store.

Whom we trust: a time service that keeps the computer's clock right; else a clock chip that did not
stand still. Nobody else: the clock of a computer that was without supply says anything, and jumps.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..board.board import Board
from ..core.clock import SteadyClock
from ..core.errors import BusError, ChipError, StoreError
from ..store.store import Store
from .live import Live

log = logging.getLogger(__name__)

UNKNOWN = "nobody knows the time, neither a time service nor a clock chip"
LOOK_S = 5.0
"""How often the time is asked for."""
HOLD_S = 120.0
"""How long records wait for their time before they are offered with an estimate. A box that has a
network and a time service knows the time within a minute."""
LEAST_STEP_NS = 20_000_000
"""What the computer's clock is off by less than this is the moment between asking two clocks."""
CHIP_STEP_NS = 2_000_000_000
"""As before, for a clock chip, which counts whole seconds."""
WRONG_NS = 60_000_000_000
"""A chip that is off by more was set wrong, and did not only drift."""
RECENT_S = 3600.0
"""For so long after the start a time service may still say what a chip should have said."""
EARLIEST_NS = 1_735_689_600_000_000_000
"""2025-01-01: before that there was no such gateway, and a chip that says so was never set."""


@runtime_checkable
class TellsTime(Protocol):
    """A module with a clock that goes on without supply; `onboard.clock` is one."""

    def utc(self) -> float | None:
        """Seconds since 1970; None when it lost the time. Raises BusError, ChipError."""
        ...


@dataclass(frozen=True)
class _Found:
    offset_ns: int
    """UTC less the monotonic clock."""
    by_service: bool


class Timekeeper:
    """Threads: the event loop only; the computer and the chip are asked in their lanes."""

    def __init__(self, clock: SteadyClock, board: Board) -> None:
        self.clock = clock
        self._host = board.ends.host
        self._host_lane = next(lane for lane in board.lanes if lane.name == "gpiochip0")
        self._chips = [(p, p.module) for p in board.placed if isinstance(p.module, TellsTime)]
        self._begin = clock.monotonic()
        self._by_service = self._released = False

    async def begin(self) -> None:
        """Before the store is opened: set the clock, if somebody knows the time; else what the
        computer says is a first estimate."""
        if (found := await self._ask()) is not None:
            self._by_service = found.by_service
            self.clock.know(found.offset_ns)
        else:
            host, elapsed = self._host, self.clock.elapsed_ns
            said = await self._host_lane.run(lambda: host.utc_ns() - elapsed())
            self.clock.estimate(said)

    async def run(self, store: Store, live: Live) -> None:
        """Keep the clock right, and date what was made before it was."""
        if not self.clock.trusted:
            log.warning("%s; records wait for it, %g s at most", UNKNOWN, HOLD_S)
        while True:
            try:
                await self._look(store, live)
            except StoreError as error:
                log.debug("looking at the time: %s", error)
            await asyncio.sleep(LOOK_S)

    async def _look(self, store: Store, live: Live) -> None:
        found = await self._ask()
        if found is None:
            await self._wait(store)
        elif not self.clock.trusted:
            shift = found.offset_ns - self.clock.offset_ns
            self._by_service = found.by_service
            self.clock.know(found.offset_ns)
            store.correct(shift)
            live.correct(shift)
            log.warning("the time is known; records before are dated %+.3f s", shift / 1e9)
        elif found.by_service or not self._by_service:
            self._steer(found, store, live)

    async def _wait(self, store: Store) -> None:
        waited = self.clock.monotonic() - self._begin
        if self.clock.trusted or waited < HOLD_S:
            return
        await store.release()  # each time: a store that was repaired holds them again
        if not self._released:
            self._released = True
            log.warning("%s after %.0f s; records go out with estimates", UNKNOWN, waited)

    def _steer(self, found: _Found, store: Store, live: Live) -> None:
        """Follow who knows better. What a chip that was set wrong has dated is dated anew."""
        off = found.offset_ns - self.clock.offset_ns
        first, self._by_service = found.by_service and not self._by_service, found.by_service
        if abs(off) < (LEAST_STEP_NS if found.by_service else CHIP_STEP_NS):
            return
        self.clock.know(found.offset_ns)
        recent = self.clock.monotonic() - self._begin < RECENT_S
        if first and recent and abs(off) > WRONG_NS:
            store.correct(off)
            live.correct(off)
            log.warning("the clock chip was wrong; records are dated %+.3f s", off / 1e9)
        elif abs(off) >= CHIP_STEP_NS:
            log.warning("the time was set %+.3f s; records before keep theirs", off / 1e9)

    async def _ask(self) -> _Found | None:
        elapsed, host = self.clock.elapsed_ns, self._host
        synchronized, system = await self._host_lane.run(
            lambda: (host.time_synchronized(), host.utc_ns() - elapsed())
        )
        if synchronized:
            return _Found(system, by_service=True)
        kernels = await self._host_lane.run(host.clock_chip)
        chip = await self._chip(kernels.time if kernels else None)
        if chip is None:
            return None
        near = abs(chip - system) < CHIP_STEP_NS
        return _Found(system if near else chip, by_service=False)

    async def _chip(self, seconds: float | None) -> int | None:
        """UTC less the monotonic clock by a clock chip: that of the kernel, or of the board."""
        for placed, module in self._chips:
            try:
                seconds = await placed.lane.run(module.utc)
            except (BusError, ChipError) as error:
                log.debug("%s: %s", placed.name, error)
        if seconds is None or seconds * 1e9 < EARLIEST_NS:
            return None
        return round((seconds + 0.5) * 1e9) - self.clock.elapsed_ns()
