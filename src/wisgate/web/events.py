"""The stream of server-sent events: a snapshot, then what changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from ..core.points import Reading, Status
from .contract import Gateway
from .shapes import PointsView, SnapshotView
from .views import live_point, status_view

MAX_CLIENTS = 50
PAUSE_S = 0.2
"""At least so long between two batches for one client."""
LOOK_S = 1.0
"""So often we look for what nobody reports: stale points, sinks, health."""
PART = 200
"""Points in one part of a snapshot."""
PING_S = 10.0
PING = b"event: ping\ndata: {}\n\n"
_RETRY_MS = 1000


class Streams:
    """Every open stream. Threads: the event loop only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._closing = asyncio.Event()
        self._open = 0

    @property
    def open(self) -> int:
        return self._open

    @property
    def full(self) -> bool:
        return self._open >= MAX_CLIENTS

    def close(self) -> None:
        """End every stream within moments."""
        self._closing.set()

    async def stream(
        self, allowed: Callable[[], bool], about: About | None = None
    ) -> AsyncIterator[bytes]:
        """Events until the client leaves, the gateway stops or `allowed` says no. `about`: of what,
        if not of points."""
        self._open += 1
        changes = about(self._closing) if about else _Changes(self._gateway, self._closing)
        try:
            yield b"retry: %d\n" % _RETRY_MS
            for part in changes.first():
                yield part
            while allowed() and not self._closing.is_set():
                for message in await changes.next():
                    yield message
        finally:
            changes.end()
            self._open -= 1


class Changes(Protocol):
    """What one client has not heard yet."""

    def first(self) -> Iterable[bytes]:
        """The event with which a stream begins, in parts."""
        ...

    async def next(self) -> list[bytes]:
        """Wait a moment, then return what came meanwhile."""
        ...

    def end(self) -> None: ...


About = Callable[[asyncio.Event], Changes]
"""Makes what is told; it is given what is set when the gateway stops."""


class _Changes:
    """What one client has not heard yet: of each point the last reading, never a growing queue."""

    def __init__(self, gateway: Gateway, closing: asyncio.Event) -> None:
        self._gateway = gateway
        self._closing = closing
        self._waiting: set[str] = set()
        self._statuses = self._current_statuses()
        self._status = status_view(gateway)
        self._pinged = self._looked = gateway.clock.monotonic()
        self.end = gateway.live.listen(self._take)

    def first(self) -> Iterator[bytes]:
        """Part by part: the megabytes of some thousand points at once would stay in the heap."""
        whole = event("snapshot", SnapshotView(status_view(self._gateway), []))
        end = b"]}\n\n"
        yield whole.removesuffix(end)
        names = tuple(self._gateway.live.points)
        for at in range(0, len(names), PART):
            points = [live_point(self._gateway, name) for name in names[at : at + PART]]
            yield b"," * (at > 0) + msgspec.json.encode(points)[1:-1]
        yield end

    def _take(self, reading: Reading) -> None:
        self._waiting.add(reading.name)

    async def next(self) -> list[bytes]:
        """Wait a moment, then return what came meanwhile."""
        await self._pause()
        messages = [self._readings()]
        now = self._gateway.clock.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            messages += [self._changed_status(), self._ping(now)]
        return [message for message in messages if message]

    async def _pause(self) -> None:
        """A fifth of a second; longer while nothing comes, up to the next look."""
        for _ in range(round(LOOK_S / PAUSE_S)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), PAUSE_S)
            if self._waiting or self._closing.is_set():
                return

    def _readings(self) -> bytes:
        statuses = self._current_statuses()
        names = self._waiting | {n for n, s in statuses.items() if s is not self._statuses.get(n)}
        self._statuses = statuses
        self._waiting = set()
        if not names:
            return b""
        order = [name for name in self._gateway.live.points if name in names]
        return event("readings", PointsView([live_point(self._gateway, n) for n in order]))

    def _current_statuses(self) -> dict[str, Status]:
        return {reading.name: reading.status for reading in self._gateway.live.all()}

    def _changed_status(self) -> bytes:
        status = status_view(self._gateway)
        if status == self._status:
            return b""
        self._status = status
        return event("status", status)

    def _ping(self, now: float) -> bytes:
        if now - self._pinged < PING_S:
            return b""
        self._pinged = now
        return PING


def event(name: str, body: object) -> bytes:
    """One event on the wire. JSON has no line breaks, so one `data:` line holds it."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(body))
