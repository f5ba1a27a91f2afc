"""Keeps the forwarders of others running: starts them in their order with our files, resets their
card before, and starts them again when they end or fall silent. When new files do not work, the
last ones that did are used."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from ..core.clock import Clock
from ..core.errors import BusError, StoreError, Unavailable
from ..store.backoff import Backoff
from .concentrators import Reset
from .job import Job
from .radio import Eui

log = logging.getLogger(__name__)

SILENT_S = 100.0
"""Without a word from it a forwarder hangs: it tells of itself every 30 s, and is there sooner."""
STEADY_S = 60.0
"""When its files are taken for good."""
NEXT_S = 20.0
"""How long the next one waits for this one to be heard of: two cards on one bus start in turn."""
REST_S = 5.0
"""At least, before it is started again: chips want a rest, too."""
TRIES = 3
"""With new files, before the last good ones are used."""
EARLY_S = 1e-3
"""A timer may fire so early."""
END_S = 3.0
"""For a forwarder to end by itself when it is asked to."""


class Process(Protocol):
    async def wait(self) -> int:
        """Return its exit code when it has ended."""
        ...

    def terminate(self) -> None:
        """Ask it to end."""
        ...

    def kill(self) -> None: ...

    @property
    def last_words(self) -> str:
        """The last line that it printed."""
        ...


Start = Callable[[Job], Awaitable[Process]]
"""Starts a program in its folder. Raises Unavailable."""
Pulse = Callable[[Reset], Awaitable[None]]
"""Resets a card. Raises BusError."""
Connected = Callable[[Eui], bool]
"""Whether a board has a connection that it would lose when it ended: a station says nothing as long
as it hears nothing."""


class Phase(Enum):
    WAITING = "waiting for its turn"
    STARTING = "started, not heard of yet"
    RUNNING = "running"
    RESTING = "resting before the next start"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ForwarderState:
    """For the dashboard, metrics and doctor."""

    name: str
    eui: Eui
    phase: Phase
    since_ns: int
    """UTC."""
    starts: int = 0
    fallback: bool = False
    """Whether it runs with the last good files instead of the new ones."""
    trouble: str = ""
    """Why it did not go on, the last time; "" when it is well."""


class Supervised:
    """One forwarder. Threads: the event loop only."""

    def __init__(
        self, job: Job, start: Start, pulse: Pulse, connected: Connected, clock: Clock
    ) -> None:
        self.job = job
        self._connected = connected
        self._start, self._pulse, self._clock = start, pulse, clock
        self._backoff = Backoff(clock)
        self._changed = asyncio.Event()
        self._stopping = False
        self._heard = False
        """Since the start of the process."""
        self._last_word = 0.0
        self._worked = False
        """Whether these files ever did."""
        self.heard_of = asyncio.Event()
        """Set when the next one may start."""
        self.state = ForwarderState(job.name, job.eui, Phase.WAITING, clock.utc_ns())

    def told(self) -> None:
        """It said something. Cheap: it is called for every frame."""
        self._last_word = self._clock.monotonic()
        if not self._heard and self.state.phase is Phase.STARTING:
            self._heard = self._worked = True
            self._backoff.worked()
            self._enter(Phase.RUNNING, trouble="")
            self.heard_of.set()
            self._changed.set()

    def stop(self) -> None:
        self._stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping:
            try:
                why = await self._once()
            except (Unavailable, BusError, StoreError) as error:
                why = str(error)
            if self._stopping:
                break
            self._failed(why)
            self.heard_of.set()
            await self._rest(self._backoff.delay(REST_S))
        self._enter(Phase.STOPPED)

    async def _once(self) -> str:
        """From reset to the end of the process; returns why it ended."""
        fallback = self._falls_back()
        if fallback != self.state.fallback:
            log.warning("%s: the new files do not work; back to the last good ones", self.job.name)
        self.job.write(last_good=fallback)
        if self.job.reset is not None:
            await self._pulse(self.job.reset)
        process = await self._start(self.job)
        self._heard, self._last_word = False, self._clock.monotonic()
        starts = self.state.starts + 1
        self._enter(Phase.STARTING, starts=starts, fallback=fallback)
        async with asyncio.TaskGroup() as group:
            ending = group.create_task(process.wait())
            ending.add_done_callback(lambda _: self._changed.set())
            try:
                why = await self._watch(ending)
            finally:
                await _end(process, ending)
        return f"{why}: {process.last_words}" if process.last_words else why

    def _falls_back(self) -> bool:
        if self._worked or self._backoff.failures < TRIES:
            return self.state.fallback
        return self.job.has_last_good

    async def _watch(self, ending: asyncio.Task[int]) -> str:
        """Until it ends, falls silent, or shall stop."""
        began, steady = self._clock.monotonic(), False
        while not ending.done():
            now = self._clock.monotonic() + EARLY_S
            if self._stopping:
                return "stopped"
            if now >= self._last_word + SILENT_S and self._connected(self.job.eui):
                self.told()
            elif now >= self._last_word + SILENT_S:
                return f"not heard of for {SILENT_S:.0f} s"
            if self._heard and not steady and now >= began + STEADY_S:
                steady = True
                self._keep()
            due = [self._last_word + SILENT_S, *([] if steady else [began + STEADY_S])]
            await self._sleep(max(EARLY_S, min(at for at in due if at > now) - now))
        return f"ended with code {ending.result()}"

    def _keep(self) -> None:
        try:
            self.job.keep()
        except StoreError as error:  # it runs, all the same
            log.warning(
                "%s: its files are not kept as the last good ones: %s", self.job.name, error
            )

    async def _rest(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while not self._stopping and (left := until - self._clock.monotonic()) > EARLY_S:
            await self._sleep(left)

    async def _sleep(self, seconds: float) -> None:
        """For so long, or until something changes."""
        self._changed.clear()
        if self._stopping:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _failed(self, why: str) -> None:
        first = not self._backoff.failures or why != self.state.trouble
        self._backoff.failed()
        if first:
            log.warning("%s: %s; it is started again", self.job.name, why)
        self._enter(Phase.RESTING, trouble=why)

    def _enter(self, phase: Phase, **changes: object) -> None:
        since = self._clock.utc_ns()
        self.state = replace(self.state, phase=phase, since_ns=since, **changes)  # type: ignore[arg-type]  # of its own fields


async def _end(process: Process, ending: asyncio.Task[int]) -> None:
    """Return when it has ended, which a process that hangs is made to."""
    if ending.done():
        return
    process.terminate()
    _, left = await asyncio.wait({ending}, timeout=END_S)
    if left:
        process.kill()
        await asyncio.wait({ending})


class Supervisor:
    """All forwarders of this computer, started one after another. Threads: the event loop only."""

    def __init__(
        self, jobs: Sequence[Job], start: Start, pulse: Pulse, connected: Connected, clock: Clock
    ) -> None:
        self._supervised = [Supervised(job, start, pulse, connected, clock) for job in jobs]
        self._stopping = asyncio.Event()

    @property
    def cards(self) -> dict[str, Eui]:
        """Under which EUI each works, by its name."""
        return {s.job.name: s.job.eui for s in self._supervised}

    @property
    def states(self) -> tuple[ForwarderState, ...]:
        return tuple(s.state for s in self._supervised)

    def told(self, board: Eui) -> None:
        """A board was heard of, by a frame or by what it tells of itself."""
        for supervised in self._supervised:
            if supervised.job.eui == board:
                supervised.told()

    def stop(self) -> None:
        """Let `run` return when every forwarder has ended."""
        self._stopping.set()
        for supervised in self._supervised:
            supervised.stop()
            supervised.heard_of.set()

    async def run(self) -> None:
        """Until `stop`."""
        async with asyncio.TaskGroup() as group:
            for supervised in self._supervised:
                if self._stopping.is_set():
                    break
                group.create_task(supervised.run(), name=f"forwarder {supervised.job.name}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(NEXT_S):
                        await supervised.heard_of.wait()
