"""The border: below it blocking code and exceptions, above it asyncio and readings."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..board.board import Placed
from ..core.clock import Clock
from ..core.errors import BusError, ChipError, NoAnswer, OutputRefused
from ..core.points import Group, Hold, Reading, Release, Sampling, Status, Step, Value

log = logging.getLogger(__name__)

RESTART_S = 5.0
"""How long a module rests after an unexpected exception."""


class Holds:
    """Who may use a chip that several modules share. Threads: the event loop only."""

    def __init__(self) -> None:
        self._locks: dict[int, asyncio.Lock] = {}

    def lock(self, chip: object) -> asyncio.Lock:
        return self._locks.setdefault(id(chip), asyncio.Lock())


class Sampled:
    """One placed module: opened when needed, sampled group by group, written in between.

    Never raises for a bad wire or chip while sampling: every channel gets a reading with the
    status of the error. Threads: the event loop only.
    """

    def __init__(self, placed: Placed, clock: Clock, holds: Holds, counters: Counter[str]) -> None:
        self.placed = placed
        self.opened = False
        self.recovered: list[Callable[[], None]] = []
        """Called when the module was opened again after a loss."""
        self._clock, self._holds, self._counters = clock, holds, counters
        self._busy = asyncio.Lock()
        self._lost: dict[str, str] = {}
        self._failures: Counter[str] = Counter()
        self._had_to_reopen = False

    @property
    def lost(self) -> str:
        """Why the module, or a unit behind it, does not answer; "" while all do."""
        return "; ".join(dict.fromkeys(self._lost.values()))

    async def sample(self, group: Group) -> Sequence[Reading]:
        """Read `group` once, from one conversation at a time per module."""
        async with self._busy:
            try:
                await self._ensure_open()
                readings = await self._retried(group)
            except (BusError, ChipError) as error:
                return self._failed(group, error, str(error))
            except Exception as error:
                log.exception("%s: unexpected; resting for %g s", self.placed.name, RESTART_S)
                await asyncio.sleep(RESTART_S)
                return self._failed(group, error, f"unexpected: {error}")
        self._answered(group.name)
        self._counters["samples"] += 1
        now = self._clock.utc_ns()
        return [replace(r, time_ns=now) for r in readings]

    async def open(self) -> None:
        """Open now instead of at the first sampling: outputs become safe. Never raises."""
        async with self._busy:
            try:
                await self._ensure_open()
            except (BusError, ChipError) as error:
                for group in self.placed.module.groups:
                    self._mark_lost(group.name, error, str(error))

    async def write(self, channel: str, value: Value) -> None:
        """Set an output, before anything else that waits for the bus. Raises OutputRefused,
        BusError, ChipError."""
        if not self.opened:
            raise OutputRefused(
                f"{self.placed.name} does not answer: {self.lost or 'not open yet'}"
            )
        module = self.placed.module
        await self.placed.lane.run(lambda: module.write(channel, value), urgent=True)

    async def close(self) -> None:
        """Outputs to safe. Logs what could not be done."""
        self.opened = False
        try:
            await self.placed.lane.run(self.placed.module.close, urgent=True)
        except (BusError, ChipError) as error:
            log.warning("%s: not closed cleanly: %s", self.placed.name, error)

    async def _ensure_open(self) -> None:
        if self.opened:
            return
        await self.placed.lane.run(self.placed.module.open)
        self.opened = True
        if self._had_to_reopen:
            self._had_to_reopen = False
            for tell in self.recovered:
                tell()

    async def _retried(self, group: Group) -> Sequence[Reading]:
        try:
            return await self._steps(self.placed.module.sample(group))
        except (BusError, ChipError) as error:
            if not error.retryable or error.status is Status.ABSENT:
                raise
            self._counters["retries"] += 1
            return await self._steps(self.placed.module.sample(group))

    async def _steps(self, steps: Sampling) -> Sequence[Reading]:
        """Walk through one sampling; a held chip is released at any end."""
        held: asyncio.Lock | None = None
        try:
            while True:
                step = await self.placed.lane.run(lambda: _next(steps))
                if isinstance(step, Hold):
                    lock = self._holds.lock(step.chip)
                    await lock.acquire()
                    held = lock
                elif isinstance(step, Release):
                    if held is not None:
                        held.release()
                    held = None
                elif isinstance(step, (int, float)):
                    await asyncio.sleep(step)
                else:
                    return step
        finally:
            if held is not None:
                held.release()

    def _failed(self, group: Group, error: Exception, why: str) -> Sequence[Reading]:
        self._counters["failures"] += 1
        self._mark_lost(group.name, error, why)
        status = error.status if isinstance(error, (BusError, ChipError)) else Status.FAULT
        now = self._clock.utc_ns()
        return [Reading(c.name, None, status, now) for c in group.channels]

    def _mark_lost(self, group: str, error: Exception, why: str) -> None:
        """A unit on a serial line that stays silent takes nobody else with it; every other error
        has the whole module opened again."""
        if not self._failures[group]:
            log.warning("%s: %s", self.placed.name, why)
        self._failures[group] += 1
        self._lost[group] = why
        if not isinstance(error, NoAnswer):
            self.opened, self._had_to_reopen = False, True

    def _answered(self, group: str) -> None:
        if failures := self._failures.pop(group, 0):
            log.warning("%s: answers again after %d failures", self.placed.name, failures)
        self._lost.pop(group, None)


def _next(steps: Sampling) -> Step | Sequence[Reading]:
    try:
        return next(steps)
    except StopIteration as done:
        readings: Sequence[Reading] = done.value
        return readings


async def keep_sampling(
    sampled: Sampled,
    group: Group,
    clock: Clock,
    phase: float,
    take: Callable[[Sampled, Sequence[Reading]], None],
    counters: Counter[str],
) -> None:
    """Sample `group` at its interval for ever, first after `phase` seconds. What comes too late is
    counted and left out, never queued up."""
    await asyncio.sleep(phase)
    take(sampled, await sampled.sample(group))
    due = clock.monotonic() + group.interval  # the first sampling may wait for a sensor to warm up
    while True:
        await asyncio.sleep(max(0.0, due - clock.monotonic()))
        take(sampled, await sampled.sample(group))
        due += group.interval
        behind = clock.monotonic() - due
        if behind > 0:
            missed = int(behind // group.interval) + 1
            counters["late"] += missed
            due += missed * group.interval
