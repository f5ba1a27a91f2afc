"""The application: operations, dashboard and what they share."""

from __future__ import annotations

import socket
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ..config.model import WebConfig
from .accounts import Accounts
from .alarms import Alarms
from .answers import refusal
from .claim import ClaimCode
from .commands import Commands
from .contract import Gateway
from .events import Streams
from .guard import ConsoleGuard, Guard
from .metrics import Exposition
from .origins import Origins, loopback
from .points import Points
from .routes import Whole, operations
from .sessions import Sessions
from .users import Users

_STATIC = Path(__file__).parent / "static"


class App:
    """One application with two doors: `public` for the TCP port, `console` for the Unix socket.

    Raises Unavailable when the file of users cannot be read. Threads: the event loop only.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._users = Users(gateway.folder / "users.json")
        self._claim = ClaimCode(gateway.clock)
        self._sessions = Sessions(gateway.clock)
        self._streams = Streams(gateway)
        accounts = Accounts(self._users, self._sessions, self._claim, gateway.clock)
        whole = Whole(gateway, self._streams, self._sessions)
        points, alarms, commands = Points(gateway), Alarms(gateway), Commands(gateway)
        figures = Exposition(gateway)
        self.operations = operations(points, alarms, commands, whole, accounts, figures)
        self._application = _application([operation.route() for operation in self.operations])
        if self._users.empty:
            self._claim.renew()

    @property
    def claim_code(self) -> str:
        """What creates the first user, to be printed on the console and nowhere else; "" when
        there is a user, or when the code has expired."""
        return self._claim.shown if self._users.empty else ""

    def renew(self) -> str:
        """A new claim code; "" when there is a user. The old one works no more."""
        return self._claim.renew() if self._users.empty else ""

    def public(self, listen: WebConfig) -> ASGIApp:
        """For what comes over the network: every check."""
        own = socket.gethostname().lower()
        origins = Origins(listen.host, (*listen.hosts, own, f"{own}.local"))
        return Guard(self._application, origins, self._sessions, loopback(listen.host))

    @property
    def console(self) -> ASGIApp:
        """For what comes from this machine's owner: user "local"."""
        return ConsoleGuard(self._application)

    def close(self) -> None:
        """End every stream, so that the servers can stop."""
        self._streams.close()


def _application(routes: list[Route]) -> Starlette:
    return Starlette(
        routes=[*routes, Mount("/", StaticFiles(directory=_STATIC, html=True))],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return refusal(error.status_code, error.detail)


async def _broken(_request: Request, _error: Exception) -> Response:
    """Starlette raises the error again afterwards, so the server logs it."""
    return refusal(500, "something went wrong inside the gateway; its log says what")
