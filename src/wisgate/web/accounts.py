"""Operations on users and sessions: claim, sign in, sign out."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..core.clock import Clock
from ..core.rate_limit import RateLimit
from .answers import json
from .claim import ClaimCode
from .guard import Caller, caller_of, cookie_name
from .sessions import LIFETIME_S, Sessions
from .shapes import ClaimBody, ClaimCodeView, SessionView, SignInBody
from .users import Users

log = logging.getLogger(__name__)

_MINUTE_S = 60.0


class Accounts:
    """Threads: the event loop only; scrypt runs in a thread, one at a time."""

    def __init__(self, users: Users, sessions: Sessions, claim: ClaimCode, clock: Clock) -> None:
        self._users = users
        self._sessions = sessions
        self._claim = claim
        self._claims = RateLimit(5, _MINUTE_S, clock)
        self._sign_ins = RateLimit(5, _MINUTE_S, clock)
        self._all_sign_ins = RateLimit(30, _MINUTE_S, clock)
        self._one_hash = asyncio.Lock()

    async def who(self, request: Request, _body: Any) -> SessionView:
        return self._view(caller_of(request))

    async def claim(self, request: Request, body: ClaimBody) -> Response:
        """Make the first user and sign it in."""
        if not self._claims.take():
            raise HTTPException(429, "too many tries; wait a minute")
        async with self._one_hash:
            self._check_claim(body.code)
            await asyncio.to_thread(self._users.add, body.user, body.password)
            self._claim.spend()
        log.info("the gateway was claimed by user %s", body.user)
        return self._signed_in(request, body.user)

    async def renew(self, _request: Request, _body: Any) -> ClaimCodeView:
        if not self._users.empty:
            raise HTTPException(409, "this gateway has its first user; sign in instead")
        return ClaimCodeView(self._claim.renew())

    async def sign_in(self, request: Request, body: SignInBody) -> Response:
        address = caller_of(request).address
        if not (self._sign_ins.take(address) and self._all_sign_ins.take()):
            raise HTTPException(429, "too many tries; wait a minute")
        async with self._one_hash:
            right = await asyncio.to_thread(self._users.check, body.user, body.password)
        if not right:
            raise HTTPException(403, "user and password don't fit")
        self._sign_ins.forget(address)
        return self._signed_in(request, body.user)

    async def sign_out(self, request: Request, _body: Any) -> Response:
        self._sessions.end(caller_of(request).token)
        response = Response(status_code=204)
        response.delete_cookie(cookie_name(request.scope), httponly=True, samesite="strict")
        return response

    def _check_claim(self, code: str) -> None:
        if not self._users.empty:
            raise HTTPException(409, "this gateway has its first user; sign in instead")
        if not self._claim.valid:
            raise HTTPException(403, "the code has expired; get a new one on the console")
        if not self._claim.matches(code):
            raise HTTPException(403, "that is not the code; it is printed on the console")

    def _signed_in(self, request: Request, user: str) -> Response:
        response = json(SessionView(user, claimed=True, readable=True))
        response.set_cookie(
            cookie_name(request.scope),
            self._sessions.begin(user),
            max_age=LIFETIME_S,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response

    def _view(self, caller: Caller) -> SessionView:
        return SessionView(caller.user, not self._users.empty, caller.readable)
