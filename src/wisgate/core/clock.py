"""Time, injected. Nothing below the command line asks the operating system for it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Threads: any."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back. For intervals."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC. For records."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block. Only inside a lane, and only for what the wire itself makes us wait."""
        ...


class SystemClock:
    """The clock of the host."""

    def monotonic(self) -> float:
        return time.monotonic()

    def utc_ns(self) -> int:
        return time.time_ns()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


VIRTUAL_START_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z: where every virtual day begins, so that one seed gives the same bytes."""


class VirtualClock:
    """A clock that moves only when told. Threads: one."""

    def __init__(self, start_utc_ns: int = VIRTUAL_START_NS) -> None:
        self._elapsed_ns = 0
        self._start_utc_ns = start_utc_ns

    def monotonic(self) -> float:
        return self._elapsed_ns / 1e9

    def utc_ns(self) -> int:
        return self._start_utc_ns + self._elapsed_ns

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a negative step."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds} s")
        self._elapsed_ns += round(seconds * 1e9)
