"""Moves frames from the queue to one upstream: at once while it takes them, and what it missed
afterwards, for as long as that takes.

What could not be passed on within LATE_S is replayed: marked, older frames of a mote always before
newer ones, and new frames of all other motes before any of it. When the upstream was away, it is
REPLAY_RATE at most; one that was only slow gets it as fast as it acknowledges.

- Join and rejoin requests are never replayed. The mote has given up waiting for the answer, and an
  accept that came now would change the keys on one side only.
- Confirmed uplinks are replayed like all others, as they were: their MIC covers what makes them
  confirmed. The acknowledgement that the server wants to send for one is due at a moment long past,
  and `Downlinks` refuses it as TOO_LATE; the next uplink of the mote is acknowledged in time. The
  same holds for what a server answers to MAC commands in a replayed frame.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from ..core.clock import Clock
from ..core.errors import SinkError, SinkRefused, StoreError
from ..store.allowance import Allowance
from ..store.backoff import Backoff
from .backlog import Backlog, for_now
from .filters import Wanted
from .queue import Queue
from .queue_file import mote
from .radio import Heard, Upstream

log = logging.getLogger(__name__)

LIMIT = 500
"""Frames offered at once."""
LATE_S = 2.0
"""When RX2 of the shortest RxDelay opens: nobody can answer a frame any more."""
JOIN_LATE_S = 4.5
"""The same for joins, whose windows open after 5 and 6 s; what is left is for the way and the
server."""
REPLAY_RATE = 50.0
"""Frames a second of what was missed while the upstream was away."""
CATCH_UP = 25
"""Frames of what was missed that are offered at once to an upstream that was only slow: so few that
what is new hardly waits for them."""
CHUNK = 500
"""Frames read from the disk at once."""
SCAN = 5000
"""Motes read from the disk at once."""
LOOK_S = 15.0
"""How long nothing comes until the connection is looked at."""

EARLY_S = 1e-3
"""A timer may fire so early."""


@dataclass(frozen=True)
class DeliveryState:
    """For the dashboard and metrics. `since_ns` is the time (UTC) of the last change between
    connected and backing off; counts are of frames since start."""

    upstream: str
    connected: bool
    error: str
    since_ns: int
    delivered: int
    """Replayed ones among them."""
    replayed: int
    expired: int
    """Joins that nobody could have answered any more."""
    refused: int
    lag: int
    """Frames that it has not got, about."""


class Delivery:
    """Threads: the event loop only."""

    def __init__(
        self, upstream: Upstream, queue: Queue, wanted: Wanted, clock: Clock, *,
        rate: float = REPLAY_RATE, chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        """`wanted`: which frames the upstream gets. `rate`: of the replay. `chance`: 0 to 1."""
        self._upstream, self._queue, self._wanted, self._clock = upstream, queue, wanted, clock
        self._allowance, self._backoff = Allowance(rate, clock), Backoff(clock, chance)
        self._backlog = Backlog(queue.progress(upstream.name))
        self._seen = self._backlog.cursor
        """Frames up to this number are delivered, or in the backlog."""
        self._chunk: list[Heard] = []
        self._chunk_end = self._seen
        self._readable = clock.monotonic()
        """When the disk is asked again."""
        self._came = queue.watch()
        self._was_away = True
        """Whether the upstream, or this process, was away since everything was delivered last."""
        self._failed = False
        """Since anything was delivered last."""
        self._connected, self._error = False, ""
        self._since_ns = clock.utc_ns()
        self._delivered = self._replayed = self._expired = self._refused = 0
        self._stopping = False

    @property
    def state(self) -> DeliveryState:
        lag = min(self._backlog.count + self._queue.last - self._seen, self._queue.held)
        return DeliveryState(
            self._upstream.name, self._connected, self._error, self._since_ns, self._delivered,
            self._replayed, self._expired, self._refused, lag,
        )  # fmt: skip

    def stop(self) -> None:
        """Let `run` return once what is new is delivered, or at the next failure. What has to be
        replayed stays for the next start."""
        self._stopping = True
        self._came.set()

    async def close(self, deadline: float) -> None:
        """Let go of the upstream, within `deadline` seconds. After `run` has ended."""
        await self._upstream.close(deadline)

    async def run(self) -> None:
        """Deliver until `stop`. Raises nothing that an upstream or the queue is expected to raise;
        what nobody expected is a failure for whoever looks at the state."""
        while True:
            try:
                await self._deliver_on()
                return
            except (SinkError, StoreError) as error:
                await self._back_off(error)
            except Exception as error:
                self._lost(f"{self._upstream.name}: unexpected {type(error).__name__}; see the log")
                raise
            if self._stopping:
                return

    async def _deliver_on(self) -> None:
        """Until `stop`."""
        await self._upstream.open()
        self._restored()
        while True:
            self._came.clear()
            while self._seen < self._queue.last:
                await self._deliver_new()
            if self._stopping:
                return
            if not self._backlog:
                self._was_away = False
                if not await self._wait(LOOK_S):
                    await self._upstream.open()
            elif (pause := self._pause()) > EARLY_S:
                await self._wait(pause)
            else:
                await self._replay()

    async def _wait(self, seconds: float) -> bool:
        """Until a frame comes, or for so long; whether one came."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came.wait()
        return self._came.is_set()

    # What is new

    async def _deliver_new(self) -> None:
        fresh = self._queue.recent(self._seen)
        if fresh is None:
            await self._miss(self._queue.forgotten)
            return
        part = fresh[:LIMIT]
        now, backlog, wanted = self._clock.monotonic(), self._backlog, self._wanted
        direct: list[Heard] = []
        for heard, came in part:
            if not wanted(heard):
                continue
            age = now - came
            late = age > LATE_S and not (age <= JOIN_LATE_S and for_now(heard.uplinks[0].phy))
            if late or (backlog and backlog.holds(heard)):
                backlog.put(heard.number, mote(heard.uplinks[0].phy))
            else:
                direct.append(heard)
        if direct:
            await self._hand_over(direct)
        self._seen = part[-1][0].number
        self._progressed(direct)

    async def _miss(self, upto: int) -> None:
        """Frames up to `upto` are on the disk only: all of them have to be replayed."""
        while self._seen < upto:
            rows = await self._queue.motes(self._seen, upto, SCAN)
            for number, whose in rows:
                self._backlog.put(number, whose)
            self._seen = rows[-1][0] if rows else upto

    # What was missed

    def _pause(self) -> float:
        """Seconds until something may be replayed."""
        unread = self._readable - self._clock.monotonic()
        return max(self._allowance.pause, unread) if self._was_away else unread

    async def _replay(self) -> None:
        """What may leave at once."""
        backlog = self._backlog
        try:
            part = await self._next()
        except StoreError as error:  # what is new needs no disk
            log.warning("%s: nothing is replayed: %s", self._upstream.name, error)
            self._readable = self._clock.monotonic() + LOOK_S
            return
        if part:
            await self._hand_over([msgspec.structs.replace(h, replayed=True) for h in part])
            if self._was_away:
                self._allowance.spend(len(part))
            self._replayed += len(part)
            del self._chunk[: len(part)]
        backlog.done(part, part[-1].number if self._chunk else self._chunk_end)
        self._progressed(())

    async def _next(self) -> Sequence[Heard]:
        """What may leave next; nothing when there was only what nobody wants. Raises StoreError."""
        backlog = self._backlog
        if not self._chunk:
            found = await self._queue.after(backlog.cursor, CHUNK)
            self._chunk_end = min(backlog.upto, found[-1].number if found else backlog.upto)
            for heard in backlog.waiting(found):
                if not self._wanted(heard):
                    backlog.count -= 1
                elif for_now(heard.uplinks[0].phy):
                    backlog.count -= 1
                    self._expired += 1
                else:
                    self._chunk.append(heard)
        if self._was_away:
            return next(iter(self._allowance.slices(self._chunk)), [])
        return self._chunk[:CATCH_UP]

    # What became of it

    async def _hand_over(self, batch: Sequence[Heard]) -> None:
        refused = 0
        try:
            await self._upstream.deliver(batch)
        except SinkRefused as error:
            refused = len(error.seqs)
            log.warning("%s; %d frames are not offered again", error, refused)
        self._failed = False
        self._refused += refused
        self._delivered += len(batch) - refused
        self._restored()

    def _progressed(self, direct: Sequence[Heard]) -> None:
        """`direct` was delivered at once."""
        backlog, name = self._backlog, self._upstream.name
        if backlog:
            backlog.passed(direct)
            self._queue.advance(name, backlog.cursor, [heard.number for heard in direct])
        else:
            backlog.follow(self._seen)
            self._queue.advance(name, self._seen)

    async def _back_off(self, error: SinkError | StoreError) -> None:
        if not self._backoff.failures:
            log.warning("%s; trying again", error)
        self._lost(str(error))
        rest = error.rest_s if isinstance(error, SinkError) else 0.0
        until = self._clock.monotonic() + self._backoff.delay(rest)
        while not self._stopping and (left := until - self._clock.monotonic()) > EARLY_S:
            self._came.clear()
            await self._wait(left)

    def _lost(self, error: str) -> None:
        self._was_away |= self._failed  # one failure alone may be a datagram that got lost
        self._failed = True
        if not self._backoff.failures:
            self._since_ns = self._clock.utc_ns()
        self._connected, self._error = False, error
        self._backoff.failed()

    def _restored(self) -> None:
        if tries := self._backoff.failures:
            log.warning("%s: back after %d failed tries", self._upstream.name, tries)
        if not self._connected:
            self._since_ns = self._clock.utc_ns()
        self._connected, self._error = True, ""
        self._backoff.worked()
