"""The websocket server of the station front."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ...config.addresses import Listen
from ...core.clock import Clock
from ...core.errors import Unavailable
from .. import lns
from .station import TRAFFIC, StationFront

MOST_CONNECTIONS = 32
"""Stations ask and speak through connections of their own; sixteen boards may do both."""
OPEN_S = 10.0
"""How long a handshake or a question may take."""
CLOSE_S = 1.0

log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.websockets")
"""The library tells each handshake that fails, with a traceback."""
quiet.setLevel(logging.CRITICAL)


class StationServer:
    """Threads: the event loop only."""

    def __init__(self, front: StationFront, listen: Listen, clock: Clock) -> None:
        self._front, self._listen, self._clock = front, listen, clock
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        port: int = next(iter(self._server.sockets)).getsockname()[1] if self._server else 0
        return port

    async def open(self) -> None:
        """Raises Unavailable."""
        listen = self._listen
        try:
            self._server = await serve(
                self._serve,
                listen.host,
                listen.port,
                process_request=self._judge,
                max_size=lns.LARGEST,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                compression=None,
                server_header=None,
                logger=quiet,
            )
        except OSError as error:
            found = f"[lorawan] station {listen.host}:{listen.port} cannot be used"
            cure = "write another address or port"
            raise Unavailable(f"{found} ({error.strerror}); {cure}") from None

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path
        if path != lns.DISCOVERY_PATH and TRAFFIC.fullmatch(path) is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "stations begin at /router-info\n")
        if self._server is None or len(self._server.connections) >= MOST_CONNECTIONS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many stations\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        request = connection.request
        traffic = TRAFFIC.fullmatch(request.path) if request is not None else None
        try:
            if request is None or traffic is None:
                host = request.headers.get("Host", "") if request is not None else ""
                await self._discover(connection, host)
            else:
                await self._traffic(connection, traffic[1])
        except (ConnectionClosed, TimeoutError):
            pass
        except Exception:  # the library would end the connection without a word that we show
            log.exception("a station: unexpected; its connection ends")

    async def _discover(self, connection: ServerConnection, host: str) -> None:
        async with asyncio.timeout(OPEN_S):
            answer = self._front.discover(await connection.recv(), host)
        if answer is not None:
            await connection.send(answer)

    async def _traffic(self, connection: ServerConnection, eui: str) -> None:
        async def say(text: str) -> None:
            try:
                await connection.send(text)
            except ConnectionClosed:
                raise ConnectionError(f"station {eui} is gone") from None

        board = self._front.connect(eui, say)
        if board is None:
            return
        try:
            async for text in connection:
                answer = self._front.take(board, text, self._clock.utc_ns())
                if answer is not None:
                    await connection.send(answer)
        finally:
            board.connected = False
