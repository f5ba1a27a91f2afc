"""Small real servers on loopback, for what asks one question at a time over TCP. Their protocol: a
frame is a length, then as many bytes; none is longer than 200."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from wisgate.bus.peer import Question
from wisgate.bus.tcp import TcpPeer
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import UnexpectedValue

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def line_size(heard: memoryview | bytes) -> int:
    """Bytes of the frame at the beginning."""
    if heard and heard[0] > 200:
        raise UnexpectedValue("no frame begins so")
    return heard[0] + 1 if heard else 0


def frame(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


@asynccontextmanager
async def served(
    answers: Answers, port: int = 0
) -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """A server whose connections are each given to `answers`, and their number counted."""
    connections: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        try:
            await answers(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1], connections
    finally:
        server.close()
        for writer in connections:
            writer.close()


async def request(reader: asyncio.StreamReader) -> str:
    return (await reader.readexactly((await reader.readexactly(1))[0])).decode()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(frame(await request(reader)))


def peer(port: int, clock: SystemClock | VirtualClock | None = None) -> TcpPeer:
    return TcpPeer("127.0.0.1", port, line_size, clock or SystemClock())


async def asked(to: TcpPeer, text: str, *, patience: float = 5.0, again: bool = False) -> str:
    wanted = frame(text)
    return (await to.ask(Question(wanted, wanted.__eq__, patience), again=again))[1:].decode()


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 20))
