"""The border: below it blocking code and exceptions, above it asyncio and readings."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, TypeVar

from ..board.board import Placed
from ..core.clock import Clock
from ..core.columns import dated
from ..core.errors import (
    BusError,
    BusUnavailable,
    ChipError,
    NoAnswer,
    OutputRefused,
    Saturated,
    WisgateError,
)
from ..core.points import Answer, Group, Joint, Reading, Status, Step, Value
from .walking import Holds, walk

log = logging.getLogger(__name__)

T = TypeVar("T")
Together = Mapping[str, Sequence[Reading] | None]
"""By the names of groups; None for one that gave no good answer."""

RESTART_S, LONGEST_REST_S = 5.0, 300.0
"""How long a module rests after an unexpected exception: twice as long after each one."""
QUIET_S = 60.0
"""A group that comes and goes is told of this often at most; counters have the rest."""


class Sampled:
    """One placed module: opened when needed, sampled group by group, written in between.

    Never raises for a bad wire or chip while sampling: every channel gets a reading with the
    status of the error. A module whose own code fails rests, and is tried again; the first
    traceback is logged. Threads: the event loop only.
    """

    def __init__(self, placed: Placed, clock: Clock, holds: Holds, counters: Counter[str]) -> None:
        self.placed = placed
        self.opened = False
        self.recovered: list[Callable[[], None]] = []
        """Called when the module was opened again after a loss: its outputs are safe now."""
        self.errors: deque[tuple[float, BusError | ChipError]] = deque(maxlen=32)
        """What went wrong lately and when, in monotonic seconds; also what a retry mended."""
        self.joint = placed.module if isinstance(placed.module, Joint) else None
        """The module, if it samples several groups in one go."""
        self._clock, self._holds, self._counters = clock, holds, counters
        self._busy, self._closed, self._paused = asyncio.Lock(), False, False
        self._lost: dict[str, str] = {}
        self._failures: Counter[str] = Counter()
        self._told: set[str] = set()
        self._quiet_until: dict[str, float] = {}
        self._had_to_reopen = False
        self._crashes: Counter[str] = Counter()
        self._rests_until = float("-inf")

    @property
    def lost(self) -> str:
        """Why the module, or a unit behind it, does not answer; "" while all do."""
        return "; ".join(dict.fromkeys(self._lost.values()))

    async def sample(self, group: Group) -> Sequence[Reading]:
        """Read `group` once, from one conversation at a time per module."""
        async with self._busy:
            if self._paused:
                return ()
            if self._resting:
                return self._without_value(group, Status.FAULT)
            try:
                await self._ensure_open()
                readings = await self._retried(group)
            except Saturated:
                readings = self._without_value(group, Status.SATURATED)  # it answers, and is fine
            except (BusError, ChipError) as error:
                await self._fail(group, error)
                return self._without_value(group, error.status)
            except Exception as error:  # noqa: BLE001  # `_crash` tells
                self._crash(group.name, error)
                return self._without_value(group, Status.FAULT)
        self._answered(group.name)
        return dated(readings, self._clock.utc_ns())

    async def sample_together(self, groups: Sequence[Group]) -> Together:
        """Some of these groups in one go, where the module can do that and nothing is wrong. What
        fails once is not tried again."""
        if self.joint is not None:
            try:
                async with self._busy:
                    if self.opened and not self._resting:
                        return self._taken(await self.joint.sample_together(groups))
            except Exception as error:  # noqa: BLE001  # `_crash` tells
                self.joint = None
                self._crash(groups[0].name, error)
        return {}

    def _taken(self, answers: Mapping[str, Answer | None]) -> Together:
        now, utc_ns = self._clock.monotonic(), self._clock.utc_ns()
        found: dict[str, Sequence[Reading] | None] = {}
        for name, answer in answers.items():
            if answer is None:
                found[name] = None
                continue
            readings, came = answer
            self._answered(name)
            found[name] = dated(readings, utc_ns - int((now - came) * 1e9))
        return found

    async def open(self) -> None:
        """Open now instead of at the first sampling: outputs become safe. Never raises."""
        async with self._busy:
            try:
                await self._ensure_open()
            except (BusError, ChipError) as error:
                for group in self.placed.module.groups:
                    self._mark_lost(group.name, error)
            except Exception as error:  # noqa: BLE001  # `_crash` tells
                self._crash("", error)

    async def write(self, channel: str, value: Value) -> None:
        """Set an output, before anything else that waits for the bus; a lost module is opened
        first. Raises OutputRefused, BusError, ChipError."""
        if not self.opened:
            await self._open_to_write()
        module = self.placed.module
        try:
            steps = await self.placed.lane.run(lambda: module.write(channel, value), urgent=True)
            if steps is not None:
                await self._steps(steps)
        except WisgateError as error:
            if isinstance(error, BusError):  # nobody knows what the output does now
                self._mark_lost(self._group_of(channel), error)
            raise
        except Exception as error:
            self._crash(self._group_of(channel), error)
            raise ChipError(f"{self.placed.name}: unexpected: {error!r}") from error

    async def command(self, name: str, given: Mapping[str, Value]) -> Mapping[str, Value]:
        """Do a command of the module, between two samplings; a lost module is opened first.
        Raises OutputRefused, BusError, ChipError."""
        async with self._busy:
            self._demand_working("commands")
            steps = self.placed.told(name, given)
            try:
                await self._ensure_open()
                return await walk(steps, self.placed.lane, self._holds, self._ended)
            except WisgateError as error:
                if isinstance(error, BusError):
                    self._mark_lost("", error)
                raise
            except Exception as error:
                self._crash("", error)
                raise ChipError(f"{self.placed.name}: unexpected: {error!r}") from error

    async def close(self) -> None:
        """Outputs to safe, for good. Never raises; logs what could not be done."""
        self.opened, self._closed = False, True
        try:
            await self.placed.lane.run(self.placed.module.close, urgent=True)
        except (BusError, ChipError) as error:
            log.warning("%s: not closed cleanly: %s", self.placed.name, error)
        except Exception:
            log.exception("%s: unexpected while closing", self.placed.name)

    async def pause(self) -> None:
        """Close, and give no readings until `resume`. Never raises."""
        self._paused = True
        await self.close()

    async def resume(self) -> None:
        """Work again after `pause`. Never raises."""
        async with self._busy:  # a command that was under way must see its end
            self._paused, self._closed, self._had_to_reopen = False, False, True
        await self.open()

    async def _ensure_open(self) -> None:
        if self.opened:
            return
        await self.placed.lane.run(self._open_in_lane)
        self.opened = not self._closed
        if self._had_to_reopen:
            self._had_to_reopen = False
            for tell in self.recovered:
                tell()

    def _open_in_lane(self) -> None:
        """Asked when its turn comes: a close is urgent, and may have overtaken it in the lane."""
        if self._closed:
            raise BusUnavailable(f"{self.placed.name} is closed; start the gateway again")
        self.placed.module.open()

    def _ended(self) -> OutputRefused | None:
        told = f"{self.placed.name} was closed meanwhile; try again"
        return OutputRefused(told) if self._closed else None

    async def _open_to_write(self) -> None:
        async with self._busy:
            self._demand_working("writes")
            await self._ensure_open()

    def _demand_working(self, what: str) -> None:
        if self._closed or self._resting:
            why = self.lost or "it is closed"
            raise OutputRefused(f"{self.placed.name} takes no {what}: {why}")

    async def _retried(self, group: Group) -> Sequence[Reading]:
        """Once more at once after an error that may pass; a silent unit has cost its time-out."""
        try:
            return await self._steps(self.placed.module.sample(group))
        except (BusError, ChipError) as error:
            if not error.retryable or isinstance(error, NoAnswer):
                raise
            self._counters["retries"] += 1
            self.errors.append((self._clock.monotonic(), error))
            return await self._steps(self.placed.module.sample(group))

    async def _steps(self, steps: Generator[Step, Any, T]) -> T:
        return await walk(steps, self.placed.lane, self._holds)

    async def _fail(self, group: Group, error: BusError | ChipError) -> None:
        """Note the loss; a module that was open is opened again at once, so that its outputs do
        not wait for the next sampling to be safe."""
        was_open = self.opened
        self._mark_lost(group.name, error)
        if was_open and not self.opened:
            try:
                await self._ensure_open()
            except (BusError, ChipError) as again:
                log.debug("%s: not opened again yet: %s", self.placed.name, again)
            except Exception as unexpected:  # noqa: BLE001  # `_crash` tells
                self._crash(group.name, unexpected)

    def _crash(self, group: str, error: Exception) -> None:
        """Our own code failed: let the module rest, and tell where, once."""
        rest = min(RESTART_S * 2.0 ** self._crashes[group], LONGEST_REST_S)
        if self._crashes[group]:
            log.error("%s: unexpected again: %r; rests %g s", self.placed.name, error, rest)
        else:
            log.error("%s: unexpected; rests for %g s", self.placed.name, rest, exc_info=error)
        self._crashes[group] += 1
        self._counters["unexpected"] += 1
        self._rests_until = self._clock.monotonic() + rest
        self._failures[group] += 1
        self._told.add(group)
        self._lost[group] = f"unexpected: {error!r}"
        self.opened, self._had_to_reopen = False, True

    @property
    def _resting(self) -> bool:
        return self._clock.monotonic() < self._rests_until

    def _without_value(self, group: Group, status: Status) -> Sequence[Reading]:
        now = self._clock.utc_ns()
        return [Reading(c.name, None, status, now) for c in group.channels]

    def _group_of(self, channel: str) -> str:
        groups = self.placed.module.groups
        return next((g.name for g in groups if any(c.name == channel for c in g.channels)), "")

    def _mark_lost(self, group: str, error: BusError | ChipError) -> None:
        """A unit on a serial line that stays silent takes nobody else with it; every other error
        has the whole module opened again."""
        now = self._clock.monotonic()
        news = str(error) not in self._lost.values()  # units of one host have one trouble
        if news and not self._failures[group] and now >= self._quiet_until.get(group, now):
            log.warning("%s: %s", self.placed.name, error)
            self._told.add(group)
            self._quiet_until[group] = now + QUIET_S
        self._counters["failures"] += 1
        self.errors.append((now, error))
        self._failures[group] += 1
        self._lost[group] = str(error)
        if not isinstance(error, NoAnswer):
            self.opened, self._had_to_reopen = False, True

    def _answered(self, group: str) -> None:
        self._counters["samples"] += 1
        if not (self._failures or self._told or self._crashes or self._lost):
            return  # nearly always
        failures = self._failures.pop(group, 0)
        if group in self._told:
            self._told.discard(group)
            log.warning("%s: answers again after %d failures", self.placed.name, failures)
        for key in (group, ""):
            self._crashes.pop(key, None)
            self._lost.pop(key, None)
