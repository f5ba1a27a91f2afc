"""One row of the API: what is called, what it takes and gives, who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..core.errors import WisgateError
from .answers import failure, json
from .guard import Caller, caller_of


class Access(Enum):
    OPEN = "everyone"
    READ = "everyone on a loopback listener; otherwise a signed-in user"
    WRITE = "a signed-in user"
    CONSOLE = "the Unix socket only"


@dataclass(frozen=True)
class Query:
    """A parameter after the question mark."""

    name: str
    schema: dict[str, Any]
    description: str


@dataclass(frozen=True)
class Operation:
    """`call` gets the request and the decoded body and returns what becomes JSON; None is an empty
    answer. `returns` and `body` are types of `shapes`; the status `degraded` has the same body."""

    method: str
    path: str
    call: Callable[[Request, Any], Awaitable[object]]
    summary: str
    access: Access
    returns: type | None = None
    body: type | None = None
    query: tuple[Query, ...] = ()
    refusals: tuple[int, ...] = ()
    media: str = "application/json"
    degraded: int = 0

    def route(self) -> Route:
        return Route(self.path, self._endpoint, methods=[self.method])

    async def _endpoint(self, request: Request) -> Response:
        require(self.access, caller_of(request))
        try:
            answer = await self.call(request, await self._decoded(request))
        except WisgateError as error:
            return failure(error)
        if isinstance(answer, Response):
            return answer
        return Response(status_code=204) if answer is None else json(answer)

    async def _decoded(self, request: Request) -> object:
        if self.body is None:
            return None
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(415, "the body must be application/json")
        try:
            return msgspec.json.decode(await request.body(), type=self.body)
        except msgspec.DecodeError as error:
            raise HTTPException(422, f"the body does not fit: {error}") from error


def require(access: Access, caller: Caller) -> None:
    """Raises HTTPException 401 or 403."""
    if access is Access.CONSOLE and not caller.console:
        raise HTTPException(403, "this is possible on the gateway's own console only")
    if access is Access.WRITE and caller.user is None:
        raise HTTPException(401, "sign in first: only signed-in users may switch or set")
    if access is Access.READ and not caller.readable:
        raise HTTPException(401, "sign in first: this gateway is reachable from outside")
