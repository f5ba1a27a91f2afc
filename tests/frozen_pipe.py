"""A way to a broker that can stop carrying anything towards it, without anybody noticing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pipe:
    """What is sent while `frozen` is lost; `cut` ends every connection."""

    def __init__(self, target: int) -> None:
        self.frozen = False
        self._target, self._open = target, list[asyncio.StreamWriter]()
        self.carrying: list[asyncio.Future[list[BaseException | None]]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._open += [writer, back]
        self.carrying.append(
            asyncio.gather(
                self._carry(reader, back, outward=True),
                self._carry(there, writer),
                return_exceptions=True,  # who reads from an end that was cut
            )
        )

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outward: bool = False
    ) -> None:
        while part := await reader.read(65536):
            if not (outward and self.frozen):
                writer.write(part)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        for writer in self._open:
            writer.close()


@asynccontextmanager
async def pipe_to(port: int) -> AsyncIterator[tuple[Pipe, int]]:
    """A pipe to the broker at `port`, and the port at which it listens itself."""
    pipe = Pipe(port)
    async with await asyncio.start_server(pipe.serve, "127.0.0.1", 0) as server:
        yield pipe, int(server.sockets[0].getsockname()[1])
        pipe.cut()
        await asyncio.gather(*pipe.carrying)
