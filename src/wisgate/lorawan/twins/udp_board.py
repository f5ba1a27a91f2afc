"""A packet forwarder with its chip on the air: timers and sockets around its twin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...core.clock import Clock
from .air import Air
from .channel import Antenna, Hearing, Tuning
from .udp_forwarder import UdpForwarder

POLL_S = 0.010
"""How often an idle forwarder looks for packets."""
KEEPALIVE_S, STATISTICS_S = 10.0, 30.0

Send = Callable[[bytes], None]


def _nobody(datagram: bytes) -> None:
    """Where datagrams go that have no way."""


class UdpBoard:
    """Threads: the event loop only, which may be a virtual one."""

    def __init__(
        self, forwarder: UdpForwarder, air: Air, channels: tuple[Tuning, ...], clock: Clock
    ) -> None:
        self.forwarder = forwarder
        self._air, self._clock = air, clock
        setup = forwarder.setup
        self._antenna = Antenna(setup.eui, setup.place, channels)
        self._up: Send = _nobody
        self._down: Send = _nobody
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._sockets: list[asyncio.DatagramTransport] = []

    def start(self, up: Send, down: Send) -> None:
        """`up` and `down` bring datagrams to the server, each from a port of its own."""
        self._up, self._down = up, down
        self._air.listen(self._antenna, self._hear)
        self._pull()
        self._later("statistics", STATISTICS_S, self._tell_statistics)

    async def connect(self, host: str, port: int) -> None:
        """Start, with sockets."""
        loop = asyncio.get_running_loop()
        for _ in range(2):
            socket, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(self.take), remote_addr=(host, port)
            )
            self._sockets.append(socket)
        self.start(self._sockets[0].sendto, self._sockets[1].sendto)

    def stop(self) -> None:
        """Die: nothing is heard, sent or told any more."""
        self._air.leave(self._antenna.name)
        for timer in self._timers.values():
            timer.cancel()
        for socket in self._sockets:
            socket.close()
        self._timers.clear()
        self._sockets.clear()
        self._up = self._down = _nobody

    def take(self, datagram: bytes) -> None:
        """What the server sends."""
        answer = self.forwarder.take(datagram, self._air.now())
        if answer is not None:
            self._down(answer)
            self._wait_for_due()

    def _hear(self, hearing: Hearing) -> None:
        self.forwarder.hear(hearing)
        if "push" not in self._timers:
            self._later("push", POLL_S, self._push)

    def _push(self) -> None:
        del self._timers["push"]
        while datagram := self.forwarder.push():
            self._up(datagram)

    def _pull(self) -> None:
        self._down(self.forwarder.pull())
        self._later("pull", KEEPALIVE_S, self._pull)

    def _tell_statistics(self) -> None:
        self._up(self.forwarder.push_statistics(self._clock.utc_ns() / 1e9))
        self._later("statistics", STATISTICS_S, self._tell_statistics)

    def _wait_for_due(self) -> None:
        due = self.forwarder.next_due
        if due is not None:
            self._later("due", (due - self._air.now()) / 1e6, self._program)

    def _program(self) -> None:
        for sent in self.forwarder.programmed(self._air.now()):
            self._air.transmit(sent)
        self._wait_for_due()

    def _later(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(max(0.0, seconds), do)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody is there yet; a forwarder goes on."""
