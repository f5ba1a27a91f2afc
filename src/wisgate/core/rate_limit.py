"""How often something may be tried."""

from __future__ import annotations

from collections import deque

from .clock import Clock

_MOST_KEYS = 1024
"""So many addresses are remembered; the oldest is forgotten first."""


class RateLimit:
    """At most `tries` in `seconds` for each key. Threads: the event loop only."""

    def __init__(self, tries: int, seconds: float, clock: Clock) -> None:
        self._tries = tries
        self._seconds = seconds
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def take(self, key: str = "") -> bool:
        """Count a try. False when there were too many; such a try is not counted."""
        now = self._clock.monotonic()
        times = self._times.pop(key, None) or deque()
        while times and now - times[0] >= self._seconds:
            times.popleft()
        self._times[key] = times
        if len(self._times) > _MOST_KEYS:
            del self._times[next(iter(self._times))]
        if len(times) >= self._tries:
            return False
        times.append(now)
        return True

    def forget(self, key: str = "") -> None:
        """Start anew for this key, after a success."""
        self._times.pop(key, None)
