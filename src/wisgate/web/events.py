"""The stream of server-sent events: a snapshot, then what changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from ..core.points import Reading
from .contract import Gateway
from .views import points_json, status_view

MAX_CLIENTS = 50
PAUSE_S = 0.2
"""At least so long between two batches for one client."""
LOOK_S = 1.0
"""So often we look for what nobody reports: stale points, sinks, health."""
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
        self._stale = gateway.live.stale()
        """Told, and nothing came since."""
        self._status = status_view(gateway)
        self._pinged = self._looked = gateway.clock.monotonic()
        self.end = gateway.live.listen(self._take)

    def first(self) -> Iterator[bytes]:
        status = msgspec.json.encode(status_view(self._gateway))
        points = points_json(self._gateway, tuple(self._gateway.live.points))
        yield b'event: snapshot\ndata: {"status":%b,' % status + next(points).removeprefix(b"{")
        yield from points
        yield b"\n\n"

    def _take(self, reading: Reading) -> None:
        self._waiting.add(reading.name)

    async def next(self) -> list[bytes]:
        """Wait a moment, then return what came meanwhile."""
        await self._pause()
        now = self._gateway.clock.monotonic()
        looks = now - self._looked >= LOOK_S
        self._stale -= self._waiting
        if looks:
            self._looked = now
            stale = self._gateway.live.stale()
            self._waiting |= stale - self._stale
            self._stale = stale
        messages = [*self._readings()]
        if looks:
            messages += [self._changed_status(), self._ping(now)]
        return [message for message in messages if message]

    async def _pause(self) -> None:
        """A fifth of a second; longer while nothing comes, up to the next look."""
        for _ in range(round(LOOK_S / PAUSE_S)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), PAUSE_S)
            if self._waiting or self._closing.is_set():
                return

    def _readings(self) -> Iterator[bytes]:
        names, self._waiting = self._waiting, set()
        if names:
            yield b"event: readings\ndata: "
            yield from points_json(
                self._gateway, [n for n in self._gateway.live.points if n in names]
            )
            yield b"\n\n"

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
