"""The code that makes the first user: printed on the console, never in a log."""

from __future__ import annotations

import hmac
import secrets

from ..core.clock import Clock

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1 and I, which people mix up."""
_LENGTH = 8
_LIFETIME_S = 15 * 60.0


class ClaimCode:
    """A code that works once, for 15 minutes. Threads: the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._code = ""
        self._made = 0.0

    def renew(self) -> str:
        """Make a new code and forget the old one. Returns it as people read it: "7KQ2-MX9D"."""
        self._code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        self._made = self._clock.monotonic()
        return self.shown

    @property
    def shown(self) -> str:
        """ "" when there is none that works."""
        return f"{self._code[:4]}-{self._code[4:]}" if self.valid else ""

    @property
    def valid(self) -> bool:
        return bool(self._code) and self._clock.monotonic() - self._made < _LIFETIME_S

    def matches(self, typed: str) -> bool:
        """Small letters, spaces and dashes don't matter. Takes the same time for any code."""
        plain = "".join(c for c in typed.upper() if c.isalnum())
        return hmac.compare_digest(plain.encode(), self._code.encode()) and self.valid

    def spend(self) -> None:
        """It worked; it never will again."""
        self._code = ""
