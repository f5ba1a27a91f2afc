"""The socket of the UDP front."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...config.addresses import Listen
from ...core.clock import Clock
from ...core.errors import Unavailable
from .. import gwmp

AT_ONCE = 64
"""Datagrams taken in one turn of the event loop, so that nobody else waits for long."""
BUFFER = 4 << 20
"""Bytes that the kernel may keep for us while we are busy; it grants what it is allowed to."""

Take = Callable[[bytes, Any, int], bytes | None]
"""`UdpFront.take`."""


class UdpSocket:
    """Reads from the socket itself: a protocol of asyncio takes one datagram per turn of the loop.
    Threads: the event loop only."""

    def __init__(self, listen: Listen, clock: Clock) -> None:
        self._listen, self._clock = listen, clock
        self._socket: socket.socket | None = None
        self._take: Take | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        port: int = self._socket.getsockname()[1] if self._socket else 0
        return port

    async def open(self, take: Take) -> None:
        """Raises Unavailable."""
        loop, listen = asyncio.get_running_loop(), self._listen
        what = f"[lorawan] udp {listen.host}:{listen.port}"
        try:
            found = await loop.getaddrinfo(listen.host, listen.port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = found[0]
            opened = socket.socket(family, kind, protocol)
        except OSError as error:
            raise Unavailable(f"{what}: {error.strerror}; write an address of this box") from None
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            opened.bind(address)
        except OSError as error:
            opened.close()
            cure = "is a network server or another gateway running here? Or write another port"
            raise Unavailable(f"{what} cannot be used ({error.strerror}); {cure}") from None
        self._socket, self._take = opened, take
        loop.add_reader(opened.fileno(), self._drain)

    def send_to(self, datagram: bytes, address: Any) -> None:
        """What cannot be sent is lost, as datagrams are."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendto(datagram, address)

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _drain(self) -> None:
        opened, take = self._socket, self._take
        if opened is None or take is None:
            return
        now_ns = self._clock.utc_ns()
        for _ in range(AT_ONCE):
            try:
                datagram, address = opened.recvfrom(gwmp.LARGEST)
            except OSError:  # nothing more, or a port of the other side that is gone
                return
            reply = take(datagram, address, now_ns)
            if reply is not None:
                self.send_to(reply, address)
