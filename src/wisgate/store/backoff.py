"""How long to stay away from a destination that does not take what it is given."""

from __future__ import annotations

import random
from collections.abc import Callable

from ..core.clock import Clock

FIRST_DELAY_S, LAST_DELAY_S = 0.4, 60.0
PART = 0.02
"""Between two tries passes this part of the time that the other side has been away: back at once
after a restart of a broker, and no burden to one that is down for the night."""
LONGEST_REST_S = 3600.0
"""However long the other side asks us to stay away: it may have meant another unit."""
JITTER = 0.1
"""So that a fleet does not come back to its broker in one moment."""


class Backoff:
    """Threads: the event loop only."""

    def __init__(self, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        """`chance`: 0 to 1."""
        self.failures = 0
        """In a row."""
        self._clock, self._chance = clock, chance
        self._since = 0.0

    def failed(self) -> None:
        if not self.failures:
            self._since = self._clock.monotonic()
        self.failures += 1

    def worked(self) -> None:
        self.failures = 0

    def delay(self, rest: float = 0.0) -> float:
        """Seconds until the next try; `rest`: how long the other side asked to be left alone."""
        away = self._clock.monotonic() - self._since
        delay = max(FIRST_DELAY_S, min(LAST_DELAY_S, PART * away))
        delay *= 1 + JITTER * (2 * self._chance() - 1)
        return max(delay, min(rest, LONGEST_REST_S))
