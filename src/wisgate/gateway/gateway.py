"""The running gateway: built from a plan, started, watched over and stopped in a written order."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..board.board import Board
from ..board.scan import BUS, Seen, scan
from ..bus.lane import Lane, ThreadLane
from ..catalog.catalog import load as load_catalog
from ..config.model import Config
from ..config.readers import did_you_mean
from ..core.clock import SteadyClock
from ..core.errors import OutputRefused, StoreError, WisgateError
from ..core.points import Reading, Value
from ..store.records import ALARM, AlarmState
from ..store.store import Store
from .display import keep_showing
from .doctor import Examined, examine
from .ending import end_all
from .forwarder import Forwarder
from .kept import kept
from .live import Live
from .logic import Logic
from .outputs import Outputs
from .pipeline import Pipelines
from .power_fail import FUNCTION as POWER
from .power_fail import PowerFail
from .sampler import Sampled
from .servers import Servers
from .timekeeping import Timekeeper
from .turns import Turn, keep_sampling, turns
from .view import Health, health, plan_view
from .walking import Holds

if TYPE_CHECKING:
    from .radio import Radio

log = logging.getLogger(__name__)

MOST_COMMANDS = 100
"""Commands of sinks under way at once."""


@dataclass(frozen=True)
class Parts:
    """What a gateway is made of: opened by who composes it, closed by the gateway."""

    board: Board
    store: Store
    store_lane: Lane
    folder: Path
    virtual: bool = False
    timekeeper: Timekeeper | None = None
    """None for a clock that is right already."""


class Gateway:
    """Threads: the event loop only; buses and the store are reached through their lanes."""

    lorawan: Radio | None = None
    """If the file has it; set before `run`."""
    radio: Radio | None = None
    """The same, once it is open."""

    def __init__(self, parts: Parts) -> None:
        self.board, self.store, self.folder = parts.board, parts.store, parts.folder
        self.virtual, self.store_lane = parts.virtual, parts.store_lane
        self.forwarders: dict[str, Forwarder] = {}
        """By the name of the sink; filled before `run`, as `servers`."""
        self.servers = Servers()
        self.config: Config = parts.board.plan.config
        steady = SteadyClock.over(parts.board.ends.clock)
        self.timekeeper = parts.timekeeper or Timekeeper(steady, parts.board)
        self.clock = self.timekeeper.clock
        self.started = self.clock.monotonic()
        self.claim_code: Callable[[], str] = lambda: ""
        """The code that makes the first user, "" when there is none; set by who opens the web."""
        self.counters: Counter[str] = Counter()
        self._closed, self.at_work = False, asyncio.Event()
        """Set once every module was opened, outputs safe, and sampling begins."""
        self._forwarding: list[asyncio.Task[None]] = []
        self._commands: set[asyncio.Task[None]] = set()
        self._complained: set[str] = set()
        self.live = Live(self.config.points, self.clock)
        holds, clock = Holds(), self.clock
        live, store = self.live.put_all, self.store.extend
        self.sampled = [Sampled(p, self.clock, holds, self.counters) for p in self.board.placed]
        self._pipelines = {
            s.placed.name: Pipelines({p.channel: p for p in s.placed.points}, clock, live, store)
            for s in self.sampled
        }
        self._by_point = {
            p.point.name: self._pipelines[s.placed.name]
            for s in self.sampled
            for p in s.placed.points
        }
        self.outputs = Outputs(self.sampled, self.config.virtuals, self.clock, self._written)
        self.logic = Logic(
            self.config, self.live, self.outputs, self.clock, self.store.append, self._written
        )
        self.alarms = self.logic.alarms
        self.power_fail = PowerFail(self)
        for sampled in self.sampled:
            sampled.recovered.append(partial(self._reopened, sampled))

    async def write(self, point: str, value: Value, cause: str) -> Reading:
        """Set an output or a virtual point. Raises OutputRefused, BusError, ChipError."""
        if self._closed:
            raise OutputRefused(f"{point} cannot be written: the gateway is stopping")
        return await self.outputs.write(point, value, cause)

    async def perform(
        self, place: str, name: str, given: Mapping[str, Value], cause: str
    ) -> Mapping[str, Value]:
        """Let the module in slot `place`, or a function of the board, do its command `name`; who
        gave it is logged. Raises OutputRefused, BusError, ChipError."""
        if self._closed:
            raise OutputRefused(f"{name} is not done: the gateway is stopping")
        sampled = next((s for s in self.sampled if s.placed.name == place), None)
        if sampled is None:
            there = [s.placed.name for s in self.sampled if s.placed.commands]
            cure = did_you_mean(place, there, "what takes commands")
            raise OutputRefused(f'there is no "{place}" here; {cure}')
        result = await sampled.command(name, given)
        log.info("%s: %s by %s", place, name, cause)
        return result

    def command(self, point: str, value: Value, cause: str) -> None:
        """Set a point for somebody who does not wait. A refusal is logged until the point takes a
        value again; what comes too fast is counted and left out."""
        if len(self._commands) >= MOST_COMMANDS:
            self.counters["commands_dropped"] += 1
            return
        task = asyncio.get_running_loop().create_task(self._command(point, value, cause))
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _command(self, point: str, value: Value, cause: str) -> None:
        try:
            await self.write(point, value, cause)
        except WisgateError as error:
            self.counters["commands_refused"] += 1
            if point in self.live.points and point not in self._complained:
                self._complained.add(point)
                log.warning("%s wanted %s = %r: %s", cause, point, value, error)
        else:
            self._complained.discard(point)

    async def read_now(self, names: Collection[str] | None = None) -> None:
        """Sample the groups of these points once, None for all, beside the regular samples."""
        for sampled in self.sampled:
            points = sampled.placed.points
            mine = {p.channel for p in points if names is not None and p.point.name in names}
            for group in sampled.placed.module.groups:
                if names is None or any(channel.name in mine for channel in group.channels):
                    self._take(sampled, await sampled.sample(group))

    async def examine(self) -> Examined:
        """What `doctor` says of the box, beside the regular work. Takes some seconds."""
        return await examine(self, ThreadLane, alone=False)

    async def scan(self) -> list[Seen]:
        """Who answers on i2c-1, asked between the conversations of the modules."""
        ends, plan = self.board.ends, self.board.plan
        lane = next(lane for lane in self.board.lanes if lane.name == BUS)
        return await lane.run(lambda: scan(plan, load_catalog(), ends.host, ends.i2c))

    @property
    def started_ns(self) -> int:
        """When it was started, in nanoseconds since 1970-01-01 UTC, as far as that is known."""
        return self.clock.utc_ns() - round((self.clock.monotonic() - self.started) * 1e9)

    def health(self) -> Health:
        """What is wrong right now, in words."""
        return health(self)

    def plan_view(self) -> dict[str, Any]:
        """Board, slots and what sits in them, for people."""
        return plan_view(self)

    async def start(self) -> None:
        """Open every module, outputs in their safe state. A module that does not answer is tried
        again with each sampling."""
        for sampled in self.sampled:
            await sampled.open()
        self.outputs.start()
        for alarm in self.config.alarms:
            record = await self.store.latest(ALARM + alarm.name)
            state = AlarmState.of(record) if record is not None else None
            if record is not None and state is not None:
                self.alarms.restore(alarm.name, state, record.time_ns)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then close. An unexpected exception in one of its parts never
        ends the gateway. Raises StoreError when the last readings could not be stored, Unavailable
        when a server or a front of the radio cannot listen."""
        try:
            await self.start()
            await self.servers.open()
            if self.lorawan is not None:
                await self.lorawan.open()
                self.radio = self.lorawan
            self._forwarding = [
                asyncio.create_task(kept(f"sink {name}", forwarder.run), name=f"forward {name}")
                for name, forwarder in self.forwarders.items()
            ]
            self.at_work.set()
            await self._work(stop)
        finally:
            await self.close()

    async def close(self) -> None:
        """In order: servers, outputs to safe, modules, radio silent, store flushed, upstreams and
        sinks with a deadline, lanes, store; each whatever became of the one before. Idempotent.
        Raises StoreError when readings or frames could not be stored."""
        if self._closed:
            return
        self._closed = True
        async with AsyncExitStack() as last_first:
            last_first.push_async_callback(self.store_lane.close)
            last_first.push_async_callback(self.store.close)
            last_first.push_async_callback(self.board.close)
            last_first.push_async_callback(self._end_delivering)
            last_first.push_async_callback(self._flush)
            if self.lorawan is not None:
                last_first.push_async_callback(self.lorawan.silence)
            for sampled in self.sampled:
                last_first.push_async_callback(sampled.close)
            last_first.push_async_callback(self._end_commands)
            last_first.push_async_callback(self.outputs.close)
            last_first.push_async_callback(self.servers.close)

    async def _end_commands(self) -> None:
        """Those that came late were refused; none may write once the modules are closed."""
        await asyncio.gather(*self._commands, return_exceptions=True)

    async def _flush(self) -> None:
        try:
            await self.store.flush()
        except StoreError as error:
            log.warning("%s", error)

    async def _end_delivering(self) -> None:
        """Sinks and upstreams at the same time. Raises StoreError when frames could not be kept."""
        ends = [end_all("sink", self.forwarders, self._forwarding)]
        if self.lorawan is not None:
            ends.append(self.lorawan.close())
        for error in await asyncio.gather(*ends, return_exceptions=True):
            if error is not None:
                raise error

    async def _work(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(
                    kept(turn.sampled.placed.name, partial(self._sample_on, turn)),
                    name=f"sample {turn.sampled.placed.name} {turn.groups[0].name}",
                )
                for turn in turns(self.sampled)
            ]
            parts = self.logic.tasks() | {
                "power fail": self.power_fail.run,
                "time": partial(self.timekeeper.run, self.store, self.live),
                "display": partial(keep_showing, self),
            }
            for name, run in parts.items():
                running.append(tasks.create_task(kept(name, run), name=name))
            running.append(tasks.create_task(self.board.surroundings.play(), name="scenario"))
            await stop.wait()
            for task in running:
                task.cancel()

    async def _sample_on(self, turn: Turn) -> None:
        await keep_sampling(turn, self.clock, self._take, self.counters)

    def _take(self, sampled: Sampled, readings: Sequence[Reading]) -> None:
        if self.power_fail.down and sampled.placed.name != POWER:
            return  # the gap is marked already
        self._pipelines[sampled.placed.name].take(readings)

    def _written(self, reading: Reading) -> None:
        if (pipelines := self._by_point.get(reading.name)) is not None:
            pipelines.written(reading)
        else:
            self.live.put(reading)
            self.store.append(reading)

    def _reopened(self, sampled: Sampled) -> None:
        self.logic.rules.rearm(self.outputs.reopened(sampled))
