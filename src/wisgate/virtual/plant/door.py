"""A door: people hold a card to a reader, or lay a finger on one. Three cards and three people take
turns; the third person's finger is known to nobody."""

from __future__ import annotations

from random import Random

from ..world import STEP

QUANTITIES = {"card.number": "number", "finger.number": "number", "finger.smeared": ""}
"""Which card is in front of the reader (0 none; 1 to 5, a front says which they are), whose finger
lies on the reader (0 none), and whether it is too wet to be recognised."""
VISITORS = 3
PAUSE_S, STAY_S = 15.0, 3.0
"""At least between two visitors; how long one stays."""


class _Visits:
    """Somebody comes, stays, and goes."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = self._pause()
        self._next = 0
        self._there = 0

    def _pause(self) -> float:
        return PAUSE_S * (1 + self._random.random())

    def step(self) -> int:
        """Who is there one STEP later, 0 for nobody."""
        self._left -= STEP
        if self._left <= 0:
            if self._there:
                self._there, self._left = 0, self._pause()
            else:
                self._there, self._left = self._next + 1, STAY_S
                self._next = (self._next + 1) % VISITORS
        return self._there


class Cards:
    """Somebody holds a card to the reader now and then."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._visits = _Visits(random)
        values["card.number"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["card.number"] = float(self._visits.step())


class Fingers:
    """Somebody lays a finger on the reader now and then."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._visits = _Visits(random)
        values["finger.number"] = values["finger.smeared"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["finger.number"] = float(self._visits.step())
