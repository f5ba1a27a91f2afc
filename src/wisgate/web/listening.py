"""uvicorn inside a running loop: no signals of its own, no logging set up, a bounded stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_HEADERS_TIMEOUT_S = 10.0
"""A client that does not finish the headers of its request in this time is cut off."""
_IDLE_TIMEOUT_S = 30
_STOP_TIMEOUT_S = 2
_MOST_CONNECTIONS = 150


class Listening(uvicorn.Server):
    """One server on one socket that is already bound. Threads: the event loop only."""

    def __init__(
        self,
        app: ASGIApp,
        closing: Callable[[], None],
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_keep_alive=_IDLE_TIMEOUT_S,
                timeout_graceful_shutdown=_STOP_TIMEOUT_S,
                h11_max_incomplete_event_size=16 * 1024,
                ssl_certfile=certificate,
                ssl_keyfile=key,
                workers=1,
            )
        )
        self.up = asyncio.Event()
        self._closing = closing

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until cancelled; then tell the application to end its streams, let the others
        finish for 2 s, and cut off what is left."""
        try:
            await self._serve([listener])
        finally:
            self._closing()
            if self.started:
                await self.shutdown([listener])

    async def main_loop(self) -> None:
        """Instead of looking for signals ten times a second: only what `on_tick` does each second,
        the date for the headers."""
        self.up.set()
        while True:
            await self.on_tick(0)
            await asyncio.sleep(1.0)


class _Connection(H11Protocol):
    """uvicorn bounds the time between requests, but not the time a request's headers may take."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]  # as uvicorn declares it
    ) -> None:
        super().connection_made(transport)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._patience is None:
            self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_headers(self) -> None:
        self._patience = self.loop.call_later(_HEADERS_TIMEOUT_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
