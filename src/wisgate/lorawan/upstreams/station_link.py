"""The way of one gateway to a server of the LNS protocol: discovery, the connection, and what of it
is not about frames."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from ...config.secret_files import text_in
from ...config.upstreams.station import StationConfig
from ...core import eui as euis
from ...core import tls
from ...core.errors import SinkError
from .. import lns
from ..radio import Eui

CONNECT_S = 10.0
ANSWER_S = 10.0
"""How long a server may take for an answer."""
ALIVE_S = 20.0
"""Between two questions whether the other side is still there, and how long it may take."""
CLOSE_S = 1.0
STATION = "wisgate"

log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.websockets")
quiet.setLevel(logging.CRITICAL)


class StationLink:
    """Threads: the event loop only."""

    def __init__(self, eui: Eui, config: StationConfig, take: Callable[[str | bytes], None]):
        """`take` gets what the server says behind its router_config."""
        self._eui, self._config, self._take = eui, config, take
        self.place = f"{config.name} {config.url}"
        self.router_config: lns.RouterConfig | None = None
        self._connection: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def open(self) -> bool:
        """Connect unless connected; whether that was needed. Raises SinkError."""
        if self.alive:
            return False
        await self.close()
        try:
            headers, context = await asyncio.to_thread(self._secrets)
            uri = await self._discover(headers, context)
            self._connection = opened = await self._connect(uri, headers, context)
            self.router_config = await self._begin(opened)
        except (OSError, WebSocketException, ValueError) as error:
            await self.close()
            raise SinkError(f"{self.place}: {_why(error)}") from None
        except SinkError:
            await self.close()
            raise
        self._listening = asyncio.create_task(self._listen(opened), name=f"lns {self._eui}")
        return True

    async def say(self, text: str) -> None:
        """Raises SinkError."""
        if self._connection is None:
            raise SinkError(f"{self.place}: not connected")
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise SinkError(f"{self.place}: {_why(error)}") from None

    async def confirm(self) -> None:
        """Return when the other side has everything that was said. Raises SinkError."""
        if self._connection is None:
            raise SinkError(f"{self.place}: not connected")
        try:
            async with asyncio.timeout(ANSWER_S):
                await (await self._connection.ping())
        except (ConnectionClosed, TimeoutError) as error:
            await self.close()
            raise SinkError(f"{self.place}: {_why(error)}") from None

    async def close(self) -> None:
        listening, self._listening = self._listening, None
        connection, self._connection = self._connection, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if connection is not None:
            await connection.close()

    def _secrets(self) -> tuple[dict[str, str], ssl.SSLContext | None]:
        """What is read from files, at every connect. Raises SinkError, OSError, ValueError."""
        config, headers = self._config, {}
        if config.token_file is not None:
            token = text_in(config.token_file, "token_file").strip()
            name, colon, value = token.partition(":")
            token = value.strip() if colon and name.lower() == "authorization" else token
            headers["Authorization"] = token if " " in token else f"Bearer {token}"
            if not headers["Authorization"].isprintable():
                raise ValueError("token_file holds no token in one line")
        if config.url.scheme != "wss":
            return headers, None
        files = config.ca_file, config.cert_file, config.key_file
        return headers, tls.context(self.place, *files)

    async def _connect(
        self, uri: str, headers: dict[str, str], context: ssl.SSLContext | None
    ) -> ClientConnection:
        return await connect(
            uri,
            additional_headers=headers,
            ssl=context,
            max_size=lns.LARGEST,
            open_timeout=CONNECT_S,
            ping_interval=ALIVE_S,
            ping_timeout=ALIVE_S,
            close_timeout=CLOSE_S,
            compression=None,
            proxy=None,
            user_agent_header=None,
            logger=quiet,
        )

    async def _discover(self, headers: dict[str, str], context: ssl.SSLContext | None) -> str:
        """Where the server wants this gateway. Raises SinkError and others."""
        url = self._config.url
        root = str(url).removesuffix("/")
        asking = await self._connect(root + lns.DISCOVERY_PATH, headers, context)
        try:
            await asking.send(lns.written(lns.Discovery(euis.id6(self._eui))))
            async with asyncio.timeout(ANSWER_S):
                answer = lns.discovery(await asking.recv())
        finally:
            with suppress(WebSocketException, OSError):
                await asking.close()
        if answer.error or not answer.uri:
            told = (answer.error or "it does not say where")[:200]
            raise SinkError(f"{self.place}: the server does not want {self._eui}: {told}")
        if not answer.uri.startswith(f"{url.scheme}://"):
            raise SinkError(f"{self.place}: the server wants us without TLS, or with it alone")
        return answer.uri

    async def _begin(self, connection: ClientConnection) -> lns.RouterConfig:
        """Raises SinkError and others."""
        await connection.send(lns.written(lns.Version(station=STATION, model=STATION)))
        async with asyncio.timeout(ANSWER_S):
            while True:
                said = lns.from_server(await connection.recv())
                if isinstance(said, lns.RouterConfig):
                    return said

    async def _listen(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                self._take(text)
        except ConnectionClosed:
            pass
        except Exception:
            log.exception("%s: unexpected; it is connected anew", self.place)


def _why(error: Exception) -> str:
    """What went wrong, in a line."""
    match error:
        case TimeoutError():
            return "the server does not answer"
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate is not trusted ({error.verify_message}); name its CA in ca_file"
            )
        case ConnectionRefusedError():
            return "connection refused; is the server running, and is this its port?"
        case InvalidStatus() if error.response.status_code in (401, 403):
            return "the server does not let us in; check token_file and the rights there"
        case InvalidStatus():
            return f"the server answers with HTTP {error.response.status_code}; check the url"
        case ConnectionClosed():
            told = error.rcvd.reason if error.rcvd else ""
            return f"the server ended the connection {f'({told})' if told else ''}".strip()
    return str(error) or type(error).__name__
