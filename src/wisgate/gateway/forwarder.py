"""Moves entries from the store to one sink: at least once, in order, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..core.clock import Clock
from ..core.errors import SinkError, SinkRefused, StoreError
from ..store.allowance import Allowance
from ..store.backoff import Backoff
from ..store.records import Entry, Gap
from ..store.store import Store
from .sinks.base import Sink

log = logging.getLogger(__name__)

LIMIT = 1000
"""Entries offered at once: some 100 kB in full, which a bad line still carries."""

LOOK_S = 15.0
"""How long nothing comes until the connection is looked at: whoever watches us, or commands, waits
for no record."""


@dataclass(frozen=True)
class ForwarderState:
    """For the dashboard and metrics. `since_ns` is the time (UTC) of the last change between
    connected and backing off; `delivered` counts records since start."""

    sink: str
    connected: bool
    error: str
    since_ns: int
    delivered: int
    refused: int
    lag: int
    """Numbers between the sink's cursor and the newest record."""


def _link_up() -> bool:
    return True


class Forwarder:
    """Threads: the event loop only."""

    def __init__(
        self,
        sink: Sink,
        store: Store,
        clock: Clock,
        *,
        points: frozenset[str] | None = None,
        rate: float | None = None,
        limit: int = LIMIT,
        density: int = 1,
        link: Callable[[], bool] = _link_up,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`points`: what the sink gets, None for all; gaps it always gets. `rate`: entries a second
        at most, None for no limit. `density`: entries in columns that take the room of one in full,
        for this sink. `link`: whether the way to the other side is there (a fault of the virtual
        board). `chance`: 0 to 1."""
        self._sink, self._store, self._clock = sink, store, clock
        self._points, self._limit, self._density = points, limit, density
        self._link = link
        self._allowance, self._backoff = Allowance(rate, clock), Backoff(clock, chance)
        self._cursor: int | None = None
        self._connected, self._error = False, ""
        self._since_ns = clock.utc_ns()
        self._delivered = self._refused = 0
        self._stopping, self._moved = False, asyncio.Event()
        self._until: asyncio.Timeout | None = None
        """When `_or_stop` is over at the latest."""

    @property
    def state(self) -> ForwarderState:
        lag = self._store.last_seq - (self._cursor or 0)
        return ForwarderState(
            self._sink.name, self._connected, self._error, self._since_ns, self._delivered,
            self._refused, max(0, lag),
        )  # fmt: skip

    def stop(self) -> None:
        """Let `run` return once everything committed is delivered, or at the next failure."""
        self._stopping = True
        if self._until is not None and not self._until.expired():
            self._until.reschedule(asyncio.get_running_loop().time())

    async def caught_up(self, seq: int) -> None:
        """Return when everything up to `seq` is delivered, or at a failure."""
        while self._connected and (self._cursor or 0) < seq:
            self._moved.clear()
            await self._moved.wait()

    async def close(self, deadline: float) -> None:
        """Let go of the sink, within `deadline` seconds. After `run` has ended."""
        await self._sink.close(deadline)

    async def run(self) -> None:
        """Deliver until `stop`. Raises nothing that a sink or the store is expected to raise; what
        nobody expected is a failure for whoever looks at the state."""
        while True:
            try:
                await self._forward()
                return
            except (SinkError, StoreError) as error:
                await self._back_off(error)
            except Exception as error:
                self._lost(f"{self._sink.name}: unexpected {type(error).__name__}; see the log")
                raise
            if self._stopping:
                return

    async def _forward(self) -> None:
        """Until `stop`."""
        self._check_link()
        await self._sink.open()
        self._cursor = await self._store.cursor(self._sink.name)
        while True:
            batch = await self._store.after(self._cursor, self._limit, self._density)
            if batch:
                for part in self._allowance.slices(self._wanted(batch)):
                    await self._allowance.wait()
                    await self._deliver(part)
                    self._advance(part[-1].seq)
                self._advance(batch[-1].seq)
            elif self._stopping:
                return
            else:
                self._restored()
                await self._or_stop(self._store.wait(self._cursor), LOOK_S)
                if self._store.offered <= self._cursor and not self._stopping:
                    self._check_link()
                    await self._sink.open()

    def _advance(self, seq: int) -> None:
        if seq != self._cursor:
            self._store.advance(self._sink.name, seq)
            self._cursor = seq
        self._restored()

    async def _deliver(self, batch: Sequence[Entry]) -> None:
        self._check_link()
        refused = 0
        try:
            await self._sink.deliver(batch)
        except SinkRefused as error:
            refused = len(error.seqs)
            log.warning("%s; %d records set aside", error, refused)
            await self._store.set_aside(self._sink.name, error.seqs, str(error))
        self._allowance.spend(len(batch))
        self._refused += refused
        self._delivered += len(batch) - refused

    def _wanted(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        points = self._points
        if points is None:
            return batch
        return [e for e in batch if isinstance(e, Gap) or e.point in points]

    def _check_link(self) -> None:
        if not self._link():
            raise SinkError(f"{self._sink.name}: the way to it is gone")

    async def _or_stop(
        self, waiting: Coroutine[Any, Any, object], longest: float | None = None
    ) -> None:
        """Return when `waiting` is over, after `longest` seconds, or at `stop`. Without tasks of
        its own: it is done for every commit."""
        with suppress(TimeoutError):
            try:
                async with asyncio.timeout(0.0 if self._stopping else longest) as self._until:
                    await waiting
            finally:
                self._until = None

    async def _back_off(self, error: SinkError | StoreError) -> None:
        if not self._backoff.failures:
            log.warning("%s; trying again", error)
        self._lost(str(error))
        rest = error.rest_s if isinstance(error, SinkError) else 0.0
        await self._or_stop(asyncio.sleep(self._backoff.delay(rest)))

    def _lost(self, error: str) -> None:
        if not self._backoff.failures:
            self._since_ns = self._clock.utc_ns()
        self._connected, self._error = False, error
        self._backoff.failed()
        self._moved.set()

    def _restored(self) -> None:
        if tries := self._backoff.failures:
            log.warning("%s: back after %d failed tries", self._sink.name, tries)
        if not self._connected:
            self._since_ns = self._clock.utc_ns()
        self._connected, self._error = True, ""
        self._backoff.worked()
        self._moved.set()
