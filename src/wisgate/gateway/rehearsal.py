"""Lets the logic of a file live through readings of the past, in virtual time and with nothing
behind its outputs: what would its alarms and rules have done?

Measured points come from the records, and so does what people set. What rules, interlocks and
calculated points make is made anew. The states of the alarms begin as normal, outputs as safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import msgspec

from ..config.model import Config, PointConfig
from ..core.clock import VirtualClock
from ..core.errors import OutputRefused
from ..core.points import Kind, Point, Reading, Value
from ..store.records import ALARM, AlarmState, Phase, Record
from .live import STALE_INTERVALS, Live
from .logic import Logic, expressions
from .outputs import PEOPLE, Outputs
from .pipeline.deadband import HEARTBEAT_S

BEFORE = "before"
"""The cause of what a point was set to when the span begins."""


@dataclass(frozen=True)
class Event:
    """What would have happened at `time_ns`, UTC. Of an alarm: its new phase, and the value that it
    watches. Otherwise a `point` was set to a value, and `name` is the cause: a rule, or what keeps
    an output from staying where it may not be."""

    time_ns: int
    name: str
    value: Value
    phase: Phase | None = None
    point: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Points:
    points: Sequence[PointConfig]


class _Nothing:
    """Where the outputs of a rehearsal end."""

    def __init__(self, config: Config) -> None:
        slots = [p for slot in config.slots for p in slot.points]
        onboard = [p for function in config.onboard for p in function.points]
        hosts = [p for host in config.modbus for p in host.points]
        motes = config.lorawan.points if config.lorawan else ()
        self.placed = _Points([*slots, *onboard, *hosts, *motes])

    async def write(self, channel: str, value: Value) -> None:
        return None


class Rehearsal:
    """Threads: the event loop of virtual time only, whose clock begins where the span does."""

    def __init__(self, config: Config, clock: VirtualClock, told: Callable[[Event], None]) -> None:
        self._clock, self._told = clock, told
        nothing = _Nothing(config)
        self._live = Live(_as_stored(config, nothing.placed.points), clock)
        self.outputs = Outputs([nothing], config.virtuals, clock, self._set)
        self._logic = Logic(
            config, self._live, self.outputs, clock, self._alarm_changed, self._live.put
        )
        self._made = {c.point.name for c in config.calculates}
        self._settable = {p.point.name for p in nothing.placed.points if p.point.writable}
        self._settable |= {v.point.name for v in config.virtuals}

    async def run(
        self, before: Iterable[Record], records: Iterable[Sequence[Record]], end_ns: int
    ) -> None:
        """`before`: the last of each point ahead of the span."""
        self.outputs.start()
        for record in before:
            await self._take(record, BEFORE)
        tasks = [asyncio.ensure_future(run()) for run in self._logic.tasks().values()]
        try:
            for several in records:
                for record in sorted(several, key=lambda r: r.time_ns):
                    await self._until(record.time_ns)
                    await self._take(record, record.cause)
                if any(task.done() and task.exception() for task in tasks):
                    break
            else:
                await self._until(end_ns)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _until(self, time_ns: int) -> None:
        left = (time_ns - self._clock.utc_ns()) / 1e9
        if left > 0:
            await asyncio.sleep(left)

    async def _take(self, record: Record, cause: str) -> None:
        name = record.point
        if name not in self._live.points or name in self._made:
            return
        if name not in self._settable:
            self._live.put(Reading(name, record.value, record.status, record.time_ns))
        elif cause.startswith(PEOPLE) or (cause == BEFORE and not self.outputs.is_output(name)):
            with suppress(OutputRefused):  # as it would have been
                await self.outputs.write(name, record.value, cause)

    def _set(self, reading: Reading) -> None:
        self._live.put(reading)
        if reading.cause not in (BEFORE, "initial") and not reading.cause.startswith(PEOPLE):
            now = self._clock.utc_ns()
            self._told(Event(now, reading.cause, reading.value, point=reading.name))

    def _alarm_changed(self, reading: Reading) -> None:
        state = msgspec.json.decode(str(reading.value), type=AlarmState)
        name = reading.name.removeprefix(ALARM)
        self._told(Event(reading.time_ns, name, state.value, state.phase, text=state.text))


def names_of(config: Config) -> set[str]:
    """The points whose past matters to the logic of a file."""
    used = {name for expression in expressions(config) for name in expression.names}
    return used | {a.point for a in config.alarms if a.point} | {
        p.name for p in config.points if p.writable
    }  # fmt: skip


def _as_stored(config: Config, points: Sequence[PointConfig]) -> list[Point]:
    """A point whose value is stored only when it moves is not stale between two records."""
    numbers = (Kind.FLOAT, Kind.INT)
    each = {p.point.name for p in points if not p.deadband and p.point.kind in numbers}
    return [
        p if p.interval is None or p.name in each
        else replace(p, interval=HEARTBEAT_S / STALE_INTERVALS + p.interval)
        for p in config.points
    ]  # fmt: skip
