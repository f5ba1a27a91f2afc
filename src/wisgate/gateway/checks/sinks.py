"""Where readings are sent: whether each destination can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

from ...config.model import SinkConfig
from ...config.requests import RequestConfig
from ..verdicts import Box, Level, Verdict, fine, unknown

LONGEST_S = 3.0


@runtime_checkable
class Reached(Protocol):
    """The configuration of a sink that listens somewhere."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


async def check(box: Box) -> Sequence[Verdict]:
    """A gateway that runs knows; otherwise the port is opened and closed again, without a name and
    password: a client with ours would throw out the one that may be connected."""
    return [await _sink(box, sink) for sink in box.gateway.config.sinks]


async def _sink(box: Box, sink: SinkConfig) -> Verdict:
    subject = f"sink {sink.name}"
    if not box.gateway.board.surroundings.link():
        return _unreachable(subject, "the network between is gone")
    if not box.alone and (forwarder := box.gateway.forwarders.get(sink.name)) is not None:
        state = forwarder.state
        if state.connected:
            return fine(subject, f"connected, {state.lag} records wait")
        return _unreachable(subject, state.error or "not connected yet")
    if box.gateway.virtual:
        return unknown(subject, "a virtual board opens no sink; wisgate run --virtual does")
    if isinstance(sink, RequestConfig) and sink.url.scheme == "udp":
        return unknown(subject, "whether datagrams arrive, nobody says")
    if isinstance(sink, Reached):
        return await _port(subject, sink.host, sink.port)
    return unknown(subject, f"only a running gateway tries a {sink.type}")


async def _port(subject: str, host: str, port: int) -> Verdict:
    try:
        async with asyncio.timeout(LONGEST_S):
            _reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return _unreachable(subject, f"{host} port {port} does not answer within {LONGEST_S:g} s")
    except OSError as error:
        return _unreachable(subject, f"{host} port {port}: {error.strerror or error}")
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return fine(subject, f"{host} port {port} is open")


def _unreachable(subject: str, found: str) -> Verdict:
    return Verdict(
        Level.DIFFERENCE,
        "broker-unreachable",
        subject,
        found,
        "a destination that can be reached",
        "check its name and port in the file, whether it runs, and the network between; readings"
        " wait in the store meanwhile",
    )
