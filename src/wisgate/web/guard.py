"""What every request passes first: known host, own page, size and time of the body, who asks; and
what every response carries."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import refusal
from .console import LOGIN_HEADER, named
from .origins import Origins
from .sessions import Sessions

MAX_BODY = 64 * 1024
_BODY_TIMEOUT_S = 10.0
_READING_METHODS = frozenset({"GET", "HEAD"})

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True)
class Caller:
    """Who asks. `user` is None when not signed in, `token` what the browser's cookie says;
    `bound` may read only as long as the session lasts."""

    user: str | None
    readable: bool
    console: bool
    address: str
    token: str = ""
    bound: bool = False


def caller_of(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def cookie_name(scope: Scope) -> str:
    """Cookies know no ports: two gateways of one host need two names."""
    server = scope.get("server")
    return f"wisgate_{server[1]}" if server and server[1] else "wisgate"


class ConsoleGuard:
    """In front of the Unix socket: whoever may open it, by its mode the owner, may do all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = named(Headers(scope=scope).get(LOGIN_HEADER, ""))
        scope.setdefault("state", {})["caller"] = Caller(who, True, True, "console")
        await _with_body(self._app, scope, receive, send)


class Guard:
    """In front of the TCP port. `open_to_read` when only this machine can reach it."""

    def __init__(
        self, app: ASGIApp, origins: Origins, sessions: Sessions, open_to_read: bool
    ) -> None:
        self._app = app
        self._origins = origins
        self._sessions = sessions
        self._open_to_read = open_to_read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _protecting(send, scope["path"])
        refused = self._refused(scope, Headers(scope=scope))
        if refused is not None:
            await refused(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = self._caller(scope)
        await _with_body(self._app, scope, receive, send)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._origins.known(host):
            return refusal(
                421, f'"{host[:80]}" is not a name of this gateway; add it to `hosts` under [web]'
            )
        if scope["method"] in _READING_METHODS:
            return None
        origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
        if not self._origins.same(scope["scheme"], host, origin, site):
            return refusal(403, "this request comes from another site's page")
        return None

    def _caller(self, scope: Scope) -> Caller:
        token = Request(scope).cookies.get(cookie_name(scope), "")
        user = self._sessions.user(token) if token else None
        client = scope.get("client")
        readable = self._open_to_read or user is not None
        address = client[0] if client else ""
        return Caller(user, readable, False, address, token, bound=not self._open_to_read)


async def _with_body(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body before anything else runs, within its size and time."""
    if scope["method"] in _READING_METHODS:
        await app(scope, receive, send)
        return
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            body = await _body(receive)
    except ClientDisconnect:
        return
    except TimeoutError:
        await refusal(408, "the body took too long")(scope, receive, send)
        return
    if body is None:
        too_big = refusal(413, f"a body is at most {MAX_BODY} bytes")
        too_big.headers["connection"] = "close"
        await too_big(scope, receive, send)
        return
    await app(scope, _replaying(body, receive), send)


async def _body(receive: Receive) -> bytes | None:
    """None when there is too much of it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _protecting(send: Send, path: str) -> Send:
    cache = "no-store" if path.startswith("/api/") else "no-cache"

    async def protect(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", cache)
        await send(message)

    return protect
