"""A real HTTP server on the loopback that keeps what it gets and answers what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import uvicorn
from certificates import Pair
from peers import DEADLINE_S, free_port, until
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Got(NamedTuple):
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    status: int = 200
    text: str = ""
    headers: Mapping[str, str] | None = None


@dataclass
class Receiver:
    port: int
    requests: list[Got] = field(default_factory=list)
    reply: Callable[[Got], Reply] = lambda got: Reply()
    """What it answers; called in the thread of the server."""

    async def take(self, request: Request) -> Response:
        got = Got(
            request.url.path, dict(request.query_params), request.headers, await request.body()
        )
        self.requests.append(got)
        reply = self.reply(got)
        return Response(reply.text, reply.status, dict(reply.headers or {}))


@contextmanager
def receiver(*, port: int | None = None, tls: Pair | None = None) -> Iterator[Receiver]:
    """Listens until the end of the context. `tls`: its certificate and key."""
    there = Receiver(port or free_port())
    app = Starlette(routes=[Route("/{path:path}", there.take, methods=["POST"])])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=there.port, log_config=None, lifespan="off", ws="none",
        ssl_certfile=tls.certificate if tls else None, ssl_keyfile=tls.key if tls else None,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="receiver", daemon=True)
    thread.start()
    try:
        until(lambda: server.started, "the receiver listens")
        yield there
    finally:
        server.should_exit = True
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
