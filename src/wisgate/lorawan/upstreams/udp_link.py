"""The way of one gateway to a server that speaks Semtech's UDP protocol: its socket, the server's
acknowledgements, and the PULL_DATA that keeps the way back open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress

from ...config.upstreams.udp import UdpConfig
from ...core.clock import Clock
from ...core.errors import SinkError
from .. import gwmp
from ..radio import Eui

KEEPALIVE_S = 10.0
"""Between two PULL_DATA: firewalls forget a way back after 30 s (RFC 4787: two minutes, if they
kept to it)."""
ANSWER_S = 3.0
"""How long a server may take for an acknowledgement."""
MOST_UNANSWERED = 3
"""PULL_DATA without an answer, after which the server counts as gone."""
AT_ONCE = 64
"""Datagrams taken in one turn of the event loop, so that nobody else waits for long."""
TOKENS = 1 << 16

Say = Callable[[int], bytes]
"""The datagram with a token."""


class Link:
    """Threads: the event loop only."""

    def __init__(
        self, eui: Eui, config: UdpConfig, clock: Clock, order: Callable[[bytes], None]
    ) -> None:
        """`order` gets what is no acknowledgement."""
        self._eui, self._name = eui, config.name
        self._host, self._port = config.host, config.port
        self._order = order
        self._socket: socket.socket | None = None
        self._token = clock.utc_ns() // 1000 % TOKENS
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._unanswered = 0
        self._pulling: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        return self._socket is not None and self._unanswered < MOST_UNANSWERED

    async def open(self) -> None:
        """Have an answer of the server, unless it answers already. Raises SinkError."""
        if self.alive:
            return
        self.close()
        await self._connect()
        self._unanswered = 0
        try:
            await self.ask([lambda token: gwmp.pull(token, self._eui)])
        except SinkError:
            self.close()
            raise
        self._pulling = asyncio.create_task(self._pull_on(), name=f"pull {self._name}")

    async def ask(self, sayings: Iterable[Say]) -> None:
        """Send datagrams, and return when the server has acknowledged them. Raises SinkError."""
        loop = asyncio.get_running_loop()
        expected: dict[int, asyncio.Future[None]] = {}
        for say in sayings:
            token = self._next()
            expected[token] = self._waiting[token] = loop.create_future()
            self.send(say(token))
        try:
            async with asyncio.timeout(ANSWER_S):
                for waiting in expected.values():
                    await waiting
        except TimeoutError:
            if all(each.done() and not each.cancelled() for each in expected.values()):
                return  # the answers were there, and this process too busy to look
            self._unanswered += 1
            where = f"{self._host}:{self._port}"
            raise SinkError(f"{self._name}: {where} does not answer") from None
        finally:
            for token in expected:
                self._waiting.pop(token, None)

    def say(self, saying: Say) -> None:
        """Send a datagram whose acknowledgement nobody waits for."""
        self.send(saying(self._next()))

    def send(self, datagram: bytes) -> None:
        """What cannot be sent is not acknowledged either."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.send(datagram)

    def close(self) -> None:
        """The protocol has no good-bye."""
        if self._pulling is not None:
            self._pulling.cancel()
            self._pulling = None
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _next(self) -> int:
        self._token = (self._token + 1) % TOKENS
        return self._token

    async def _connect(self) -> None:
        """Raises SinkError."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = found[0]
            self._socket = opened = socket.socket(family, kind, protocol)
            loop.add_reader(opened.fileno(), self._drain)
            opened.setblocking(False)
            opened.connect(address)
        except OSError as error:
            self.close()
            found_at = f"no way to {self._host}:{self._port}"
            raise SinkError(f"{self._name}: {found_at}: {error.strerror}") from None

    async def _pull_on(self) -> None:
        while True:
            await asyncio.sleep(KEEPALIVE_S)
            self._unanswered += 1
            self.say(lambda token: gwmp.pull(token, self._eui))

    def _drain(self) -> None:
        for _ in range(AT_ONCE):
            try:
                if self._socket is None:
                    return
                datagram = self._socket.recv(gwmp.LARGEST)
            except OSError:  # nothing more, or nobody at that port
                return
            self._take(datagram)

    def _take(self, datagram: bytes) -> None:
        acknowledged = gwmp.acknowledged(datagram)
        if acknowledged is None:
            self._order(datagram)
            return
        self._unanswered = 0
        waiting = self._waiting.get(acknowledged)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
