"""Every write goes through here: to an output of a module, or to a virtual point."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..config.model import PointConfig, VirtualConfig
from ..core.clock import Clock
from ..core.errors import BusError, ChipError, OutputRefused, UnitRefused
from ..core.points import Point, Reading, Status, Value, fitting

log = logging.getLogger(__name__)

SAFE = "safe state"
PEOPLE = ("user ", "sink ", "server ", "command line")
"""How the cause of a write begins that somebody wanted, not a rule."""
ROUNDING_S = 1e-6
"""Differences of times below are rounding; nobody is made to wait for them."""


class TooSoon(OutputRefused):
    """The output must stay as it is for `wait` more seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class _HasPoints(Protocol):
    @property
    def points(self) -> Sequence[PointConfig]: ...


class Taker(Protocol):
    """What outputs are behind: a module."""

    @property
    def placed(self) -> _HasPoints: ...
    async def write(self, channel: str, value: Value) -> None:
        """Raises OutputRefused, BusError, ChipError."""
        ...


@dataclass
class _Output:
    point: PointConfig
    sampled: Taker
    value: Value
    """What was written last; None while nobody knows, after a write that failed."""
    changed: float = float("-inf")
    manual_until: float = float("-inf")
    """Until then rules leave it alone."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Outputs:
    """Checks kind and minimum times, writes, and hands the new value on as a reading whose cause
    says who wrote: the journal of every output is its own history. Threads: the event loop only."""

    def __init__(
        self,
        sampled: Iterable[Taker],
        virtuals: Iterable[VirtualConfig],
        clock: Clock,
        take: Callable[[Reading], None],
    ) -> None:
        self._clock, self._take = clock, take
        self._outputs = {
            p.point.name: _Output(p, s, p.point.safe)
            for s in sampled
            for p in s.placed.points
            if p.point.writable
        }
        self._virtuals = {v.point.name: v for v in virtuals}
        self._closed = False
        self.causes: dict[str, str] = {}
        """Who wrote each output last."""
        self.locked: Callable[[str], str] = lambda name: ""
        """Why an output may not leave its safe state now; "" when it may."""

    def start(self) -> None:
        """Virtual points get their initial values."""
        for virtual in self._virtuals.values():
            self._tell(virtual.point.name, virtual.initial, "initial")

    async def write(self, name: str, value: Value, cause: str) -> Reading:
        """Set a point; writes to one output take turns. Raises OutputRefused (no such point, wrong
        kind, minimum time, the gateway stops), BusError, ChipError."""
        if (virtual := self._virtuals.get(name)) is not None:
            return self._tell(name, checked(virtual.point, value), cause)
        if (output := self._outputs.get(name)) is None:
            raise OutputRefused(f"{name} cannot be written: it is not an output or a virtual point")
        value = checked(output.point.point, value)
        async with output.turn:
            if self._closed:
                raise OutputRefused(f"{name} is not set any more: the gateway stops")
            by_hand = cause.startswith(PEOPLE)
            self._check_manual(output, by_hand)
            if value != output.point.point.safe and (why := self.locked(name)):
                raise OutputRefused(f"{name} is locked: {why}")
            if value != output.value:
                self._check_minimum(output)
                self._check_rest(output)
            await self._to_module(output, value, cause)
            if by_hand:
                output.manual_until = self._clock.monotonic() + output.point.manual
            return self._tell(name, value, cause)

    def states(self) -> Iterator[tuple[PointConfig, Value, float]]:
        """Every output with its value and since when (monotonic seconds) it has it."""
        for output in self._outputs.values():
            yield output.point, output.value, output.changed

    async def make_safe(self, name: str, cause: str) -> None:
        """Put one output into its safe state now, whatever its minimum times; an output without one
        (a register of a Modbus unit) stays as it is. Raises BusError, ChipError, OutputRefused."""
        output = self._outputs[name]
        async with output.turn:
            safe = output.point.point.safe
            if safe is not None and output.value != safe:
                await self._to_module(output, safe, cause)
                self._tell(name, safe, cause)

    async def close(self) -> None:
        """Every output to its safe state, one after another, whatever happens to one of them; from
        now on nothing is written any more. Never raises."""
        self._closed = True
        for name in self._outputs:
            try:
                await self._made_safe_at_last(name)
            except Exception:
                log.exception("%s: unexpected on the way to the safe state", name)

    async def _made_safe_at_last(self, name: str) -> None:
        """A second try opens a module first that was lost in the first one. Where that fails, too,
        the module's own close may still succeed, but the journal must not end with what was
        commanded before."""
        for again in (True, False):
            try:
                await self.make_safe(name, SAFE)
                return
            except (BusError, ChipError, OutputRefused) as error:
                log.log(logging.INFO if again else logging.WARNING, "%s: %s", name, error)
        self._take(Reading(name, None, Status.FAULT, self._clock.utc_ns(), SAFE))

    def reopened(self, sampled: Taker) -> frozenset[str]:
        """A module that came back has its outputs in their safe state. Returns those that had
        another value before."""
        changed = set()
        for name, output in self._outputs.items():
            safe = output.point.point.safe
            if output.sampled is sampled and safe is not None and output.value != safe:
                output.value, output.changed = safe, self._clock.monotonic()
                self.causes[name] = SAFE
                self._tell(name, safe, SAFE)
                changed.add(name)
        return frozenset(changed)

    def is_output(self, name: str) -> bool:
        return name in self._outputs

    async def _to_module(self, output: _Output, value: Value, cause: str) -> None:
        try:
            await output.sampled.write(output.point.channel, value)
        except (OutputRefused, UnitRefused):
            raise  # and stays as it is
        except BaseException:  # of a write that was cancelled, nobody knows either
            if value != output.value:
                output.value = None
            raise
        if value != output.value:
            output.changed = self._clock.monotonic()
        output.value = value
        self.causes[output.point.point.name] = cause

    def _check_minimum(self, output: _Output) -> None:
        if output.value is None:
            return
        on = bool(output.value)
        least = output.point.min_on if on else output.point.min_off
        since = self._clock.monotonic() - output.changed
        if since < least - ROUNDING_S:
            state = "on" if on else "off"
            raise TooSoon(
                f"{output.point.point.name} was switched {state} {since:.0f} s ago and stays so for"
                f" {least:g} s (min_{state}); try again in {least - since:.0f} s",
                least - since,
            )

    def _check_rest(self, output: _Output) -> None:
        left = output.point.rest - (self._clock.monotonic() - output.changed)
        if left > ROUNDING_S:
            name, rest = output.point.point.name, output.point.rest
            raise TooSoon(
                f"{name} rests {rest:g} s between two changes; {left:.1f} s are left", left
            )

    def _check_manual(self, output: _Output, by_hand: bool) -> None:
        left = output.manual_until - self._clock.monotonic()
        if not by_hand and left > ROUNDING_S:
            name = output.point.point.name
            raise TooSoon(f"{name} was set by hand; rules leave it alone for {left:.0f} s", left)

    def _tell(self, name: str, value: Value, cause: str) -> Reading:
        reading = Reading(name, value, time_ns=self._clock.utc_ns(), cause=cause)
        self._take(reading)
        return reading


def checked(point: Point, value: Value) -> Value:
    """`value` in the kind of `point`. Raises OutputRefused."""
    try:
        return fitting(point, value)
    except ValueError as error:
        raise OutputRefused(str(error)) from error
