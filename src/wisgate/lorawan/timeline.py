"""One counter for a gateway that is several boards, as servers of networks want it.

A server answers with the number that it was given for an uplink, plus the delay of a window: whole
seconds. The moment of the board that heard the uplink is remembered with that number, so the answer
leaves at its microsecond, whatever the counter of the gateway does between. What that shows is the
monotonic clock of this computer, for servers also reckon with its differences.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..core.clock import Clock
from .radio import After, Eui, Moment

WINDOWS = range(1, 17)
"""Seconds from an uplink to RX1 and RX2: RxDelay is up to 15, and RX2 a second later (LoRaWAN
1.0.4, 5.7)."""
KEEP_S = 30.0
"""How long an uplink may be answered; longer than the last window, for servers that schedule early
by what they hold of time."""
_SECOND_US = 1_000_000


class Timeline:
    """Threads: the event loop only."""

    def __init__(self, clock: Clock, bits: int, now: Callable[[Eui], Moment | None]) -> None:
        """`bits`: how many the number has that a server gets. `now`: what the counter of a board
        shows."""
        self._clock, self._wrap, self._now = clock, 1 << bits, now
        self._moments: dict[int, Moment] = {}
        self._numbers: dict[Moment, int] = {}
        self._order: deque[tuple[float, int]] = deque()
        self._board: Eui | None = None
        """What heard something last."""

    def place(self, moment: Moment) -> int:
        """The number of an uplink that ended at `moment`; the same again for the same one."""
        at, self._board = self._clock.monotonic(), moment.board
        self._forget(at)
        number = self._numbers.get(moment)
        if number is not None:
            return number
        now = self._now(moment.board)
        age = now.counter - moment.counter if now and now.session == moment.session else 0
        number = (round(at * 1e6) - age) % self._wrap
        while number in self._moments:
            number = (number + 1) % self._wrap
        self._moments[number], self._numbers[moment] = moment, number
        self._order.append((at, number))
        return number

    def due(self, number: int) -> After | None:
        """What a number of a server means: exactly for some seconds after an uplink, otherwise by
        the clock of this computer, on the board that heard something last. None for the past, and
        for a board that is not there."""
        for seconds in WINDOWS:
            delay = seconds * _SECOND_US
            moment = self._moments.get((number - delay) % self._wrap)
            if moment is not None:
                return After(moment, delay)
        now = self._now(self._board) if self._board is not None else None
        ahead = self.ahead_us(number)
        return After(now, ahead) if now is not None and ahead > 0 else None

    def ahead_us(self, number: int) -> int:
        """How far in the future a number is; negative for the past."""
        now = round(self._clock.monotonic() * 1e6)
        return (number - now + self._wrap // 2) % self._wrap - self._wrap // 2

    def _forget(self, at: float) -> None:
        while self._order and at - self._order[0][0] > KEEP_S:
            del self._numbers[self._moments.pop(self._order.popleft()[1])]
