"""InfluxDB 1 over UDP: line protocol in datagrams. Nobody acknowledges them: what counts as
delivered has left this computer, no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from ...config.sinks.influx import InfluxConfig
from ...core.errors import SinkError, SinkRefused
from ...store.records import Entry
from .line_protocol import line

FITS = 1400
"""Bytes of a datagram that no network cuts in pieces (Ethernet less IPv6, UDP and a tunnel)."""
LARGEST = 65_000
"""Bytes that UDP carries at all, less its heads."""


class _Ends(asyncio.DatagramProtocol):
    """What the network says of the datagrams before."""

    def __init__(self) -> None:
        self.error: OSError | None = None

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self.error = exc


class InfluxUdpSink:
    """One server. Threads: the event loop only."""

    def __init__(self, config: InfluxConfig, gateway: str) -> None:
        self.name = config.name
        self._config, self._gateway = config, gateway
        self._transport: asyncio.DatagramTransport | None = None
        self._ends = _Ends()

    async def open(self) -> None:
        """Look up the name. Raises SinkError."""
        await self._opened()

    async def _opened(self) -> asyncio.DatagramTransport:
        if self._transport is None:
            self._ends = _Ends()
            address = (self._config.host, self._config.port)
            try:
                self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: self._ends, remote_addr=address
                )
            except OSError as error:
                raise SinkError(f"{self._place}: {error}; check url and network") from error
        return self._transport

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Send. Raises SinkError when the network has refused a datagram of the batch before;
        SinkRefused for what no datagram can hold."""
        transport = await self._opened()
        texts = [
            line(entry, self._gateway, self._config.measurement).encode("utf-8", "backslashreplace")
            for entry in batch
        ]
        for datagram in _datagrams(t for t in texts if len(t) <= LARGEST):
            transport.sendto(datagram)
            await asyncio.sleep(0)  # what the network says comes in between
            self._demand_no_error()
        if refused := [e.seq for e, t in zip(batch, texts, strict=True) if len(t) > LARGEST]:
            raise SinkRefused(f"{self._place}: larger than a datagram can be", refused)

    async def close(self, deadline: float) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _demand_no_error(self) -> None:
        if (error := self._ends.error) is not None:
            self._drop()
            what = "nobody listens" if isinstance(error, ConnectionRefusedError) else str(error)
            raise SinkError(f"{self._place}: {what}; is UDP switched on in the server?") from error

    @property
    def _place(self) -> str:
        return f"{self.name}: {self._config.host}:{self._config.port}"


def _datagrams(lines: Iterator[bytes]) -> Iterator[bytes]:
    """As many lines in each as fit."""
    waiting = b""
    for text in lines:
        if waiting and len(waiting) + 1 + len(text) > FITS:
            yield waiting
            waiting = b""
        waiting = waiting + b"\n" + text if waiting else text
    if waiting:
        yield waiting
