"""Who is signed in. Kept in memory: a restart signs everybody out."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from ..core.clock import Clock

LIFETIME_S = 12 * 3600
_MOST = 1000
"""The oldest session ends when one more begins."""


@dataclass(frozen=True)
class _Session:
    user: str
    until: float


class Sessions:
    """Only a digest of each token is kept, so a dump of memory signs nobody in and the look-up
    tells nothing by its time. Threads: the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[bytes, _Session] = {}

    def begin(self, user: str) -> str:
        """Returns the token that the browser keeps."""
        self._end_old()
        token = secrets.token_urlsafe(32)
        until = self._clock.monotonic() + LIFETIME_S
        self._sessions[_digest(token)] = _Session(user, until)
        return token

    def user(self, token: str) -> str | None:
        session = self._sessions.get(_digest(token))
        if session is None or self._clock.monotonic() >= session.until:
            return None
        return session.user

    def end(self, token: str) -> None:
        self._sessions.pop(_digest(token), None)

    def _end_old(self) -> None:
        now = self._clock.monotonic()
        for digest in [d for d, s in self._sessions.items() if now >= s.until]:
            del self._sessions[digest]
        while len(self._sessions) >= _MOST:
            del self._sessions[next(iter(self._sessions))]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
