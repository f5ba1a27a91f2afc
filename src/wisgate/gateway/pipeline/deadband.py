"""Stage: what is no news is not stored."""

from __future__ import annotations

from ...core.points import Kind, Reading

HEARTBEAT_S = 600.0
"""Even a value that does not move is stored this often, so that silence and constancy differ."""


class Deadband:
    """Numbers pass when they moved by more than `width` since the last one that passed (every
    sample does with 0), switches and texts when they changed. Every change of status passes, and
    every write, which has a cause. Of an `event` every one passes."""

    __slots__ = ("_at", "_every", "_last", "_numeric", "_width")  # one for every point

    def __init__(self, kind: Kind, width: float, event: bool = False) -> None:
        self._numeric = kind in (Kind.FLOAT, Kind.INT)
        self._width = width
        self._every = event or (self._numeric and width == 0)
        """Whether every value passes."""
        self._last: Reading | None = None
        self._at = 0.0

    def passes(self, reading: Reading, now: float) -> bool:
        """Whether `reading` is news at `now`, in monotonic seconds. Remembers it when it is."""
        every = self._every and reading.value is not None
        if every or self._is_news(reading) or now - self._at >= HEARTBEAT_S:
            self._last, self._at = reading, now
            return True
        return False

    def _is_news(self, reading: Reading) -> bool:
        last = self._last
        if last is None or reading.cause or last.status is not reading.status:
            return True
        if not self._numeric or reading.value is None or last.value is None:
            return reading.value != last.value
        return abs(float(reading.value) - float(last.value)) > self._width
