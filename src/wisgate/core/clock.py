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


LONGEST_SLEW_NS = 60_000_000_000
"""By how much a steady clock may be ahead and still be slowed down instead of set back."""


class SteadyClock:
    """UTC as the monotonic clock and an offset, so that no jump of the system's clock gets into
    records: whoever knows the time says so with `know`.

    Until somebody does, `trusted` is False and its time is an estimate. Threads: any may read, one
    sets.
    """

    def __init__(self, raw: Clock, *, trusted: bool = False) -> None:
        self.trusted = trusted
        self._raw = raw
        self._offset_ns = raw.utc_ns() - self.elapsed_ns()
        self._ahead = (0, 0)
        """By how much it was ahead, and at which monotonic time."""

    @classmethod
    def over(cls, clock: Clock) -> SteadyClock:
        """`clock` itself when it is steady already, else a steady one that trusts it now."""
        return clock if isinstance(clock, SteadyClock) else cls(clock, trusted=True)

    def elapsed_ns(self) -> int:
        """The monotonic clock in nanoseconds."""
        return round(self._raw.monotonic() * 1e9)

    def monotonic(self) -> float:
        return self._raw.monotonic()

    def utc_ns(self) -> int:
        now = self.elapsed_ns()
        return now + self._offset_at(now)

    def sleep(self, seconds: float) -> None:
        self._raw.sleep(seconds)

    @property
    def offset_ns(self) -> int:
        """UTC less the monotonic clock."""
        return self._offset_at(self.elapsed_ns())

    def estimate(self, offset_ns: int) -> None:
        """Go on with this offset, as a guess."""
        self._offset_ns, self._ahead = offset_ns, (0, 0)

    def know(self, offset_ns: int) -> None:
        """The right offset. A trusted clock that is a little ahead runs at half its speed until it
        is right; everything else is set at once."""
        now = self.elapsed_ns()
        ahead = self._offset_at(now) - offset_ns
        slewed = self.trusted and 0 < ahead <= LONGEST_SLEW_NS
        self._offset_ns, self._ahead = offset_ns, (ahead, now) if slewed else (0, 0)
        self.trusted = True

    def _offset_at(self, now: int) -> int:
        ahead, since = self._ahead
        return self._offset_ns + max(0, ahead - (now - since) // 2)


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
