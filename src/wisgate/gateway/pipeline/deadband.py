"""Stage: what is no news is not stored."""

from __future__ import annotations

from ...core.points import Kind, Reading

HEARTBEAT_S = 600.0
"""Even a value that does not move is stored this often, so that silence and constancy differ."""


_GOOD = Reading("", 0.0)
"""Of what passed beside it: where every value passes, only its status matters."""


class Passed:
    """When good values of several points passed together last, in monotonic seconds, and how often
    they did."""

    __slots__ = ("at", "times")

    def __init__(self) -> None:
        self.at, self.times = 0.0, 0

    def tell(self, now: float) -> None:
        """They pass now."""
        self.at, self.times = now, self.times + 1


class Deadband:
    """Numbers pass when they moved by more than `width` since the last one that passed (every
    sample does with 0), switches and texts when they changed. Every change of status passes, and
    every write, which has a cause. Of an `event` every one passes."""

    # one for every point
    __slots__ = ("_at", "_every", "_heard", "_last", "_numeric", "_width", "beside")

    def __init__(self, kind: Kind, width: float, event: bool = False) -> None:
        self._numeric = kind in (Kind.FLOAT, Kind.INT)
        self._width = width
        self._every = event or (self._numeric and width == 0)
        """Whether every value passes."""
        self.beside: Passed | None = None
        """If good values of it pass without being asked about."""
        self._heard = 0
        """How often they had when it was asked last."""
        self._last: Reading | None = None
        self._at = 0.0

    @property
    def may_be_passed(self) -> bool:
        """Whether every good value passes, and nobody else tells of those that did."""
        return self._numeric and self._every and self.beside is None

    def passes(self, reading: Reading, now: float) -> bool:
        """Whether `reading` is news at `now`, in monotonic seconds. Remembers it when it is."""
        beside = self.beside
        if beside is not None and beside.times != self._heard:
            self._last, self._at, self._heard = _GOOD, beside.at, beside.times
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
