"""Stage: what is no news is not stored."""

from __future__ import annotations

from ...core.clock import Clock
from ...core.points import Kind, Reading

HEARTBEAT_S = 600.0
"""Even a value that does not move is stored this often, so that silence and constancy differ."""


class Deadband:
    """Numbers pass when they moved by more than `width` since the last one that passed (every
    sample does with 0), switches and texts when they changed. Every change of status passes, and
    every write, which has a cause. Of an `event` every one passes."""

    __slots__ = ("_at", "_clock", "_event", "_last", "_numeric", "_width")  # one for every point

    def __init__(self, kind: Kind, width: float, clock: Clock, event: bool = False) -> None:
        self._event = event
        self._numeric = kind in (Kind.FLOAT, Kind.INT)
        self._width, self._clock = width, clock
        self._last: Reading | None = None
        self._at = 0.0

    def passes(self, reading: Reading) -> bool:
        """Whether `reading` is news. Remembers it when it is."""
        now = self._clock.monotonic()
        if not self._is_news(reading) and now - self._at < HEARTBEAT_S:
            return False
        self._last, self._at = reading, now
        return True

    def _is_news(self, reading: Reading) -> bool:
        last = self._last
        if last is None or reading.cause or last.status is not reading.status:
            return True
        if self._event and reading.status.carries_value:
            return True
        if not self._numeric or reading.value is None or last.value is None:
            return reading.value != last.value
        if self._width == 0:
            return True
        return abs(float(reading.value) - float(last.value)) > self._width
