"""What a point did over the last while: for rules, alarms and calculated points."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

KEPT = 1000
"""Steps into which a span is divided at most: memory stays bounded however fast a point is."""
COVERED = 0.5
"""Of the span must be known for an average, a minimum or a maximum."""


@dataclass(frozen=True)
class _Step:
    time: float
    value: float | None


class Window:
    """The values of one point over `seconds`: each holds until the next one. Threads: one."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._steps: deque[_Step] = deque()

    def put(self, time: float, value: float | None) -> None:
        """The point has had `value` since `time` (monotonic seconds); None: it has none."""
        steps = self._steps
        if len(steps) >= 2 and time - steps[-2].time < self.seconds / KEPT:
            steps.pop()  # two within one step: the later one counts
        steps.append(_Step(time, value))
        self._drop(time)

    def average(self, now: float) -> float | None:
        """Weighted by time. None while less than half of the span is known."""
        spans = self._known(now)
        total = sum(length for length, _ in spans)
        if not spans or total < COVERED * self.seconds:
            return None
        return sum(length * value for length, value in spans) / total

    def extremes(self, now: float) -> tuple[float, float] | None:
        """The least and the greatest. None while less than half of the span is known."""
        spans = self._known(now)
        if not spans or sum(length for length, _ in spans) < COVERED * self.seconds:
            return None
        values = [value for _, value in spans]
        return min(values), max(values)

    def change(self, now: float) -> float | None:
        """The value now less that at the begin of the span. None while one of them is unknown."""
        before = [s for s in self._steps if s.time <= now - self.seconds]
        if not before or before[-1].value is None or self._steps[-1].value is None:
            return None
        return self._steps[-1].value - before[-1].value

    def _known(self, now: float) -> list[tuple[float, float]]:
        """Lengths in seconds within the span, with their values."""
        self._drop(now)
        ends = [*self._steps, _Step(now, None)]
        begin = now - self.seconds
        return [
            (two.time - max(one.time, begin), one.value)
            for one, two in pairwise(ends)
            if one.value is not None and two.time > begin
        ]

    def _drop(self, now: float) -> None:
        """What is over before the span begins; the one that reaches into it stays."""
        while len(self._steps) >= 2 and self._steps[1].time <= now - self.seconds:
            self._steps.popleft()
