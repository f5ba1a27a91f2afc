"""The microsecond counter of a board: widened beyond its wrap, with a session that tells the time
before a restart of forwarder or chip from the time after it.

Forwarders of the Semtech protocol tell the lowest 32 bits, which begin anew after 71.6 minutes.
"""

from __future__ import annotations

import struct

from ..core.clock import Clock
from .radio import Eui, Moment

WRAP = 1 << 32
HALF = WRAP // 2
DRIFT = 200e-6
"""By how much the clocks of board and host may run apart at most, both together; twice what their
crystals promise."""
SLACK_US = 3_000_000
"""How long a datagram may have waited on its way, one that others overtook as well as the one that
told us where the counter stands. A restart takes longer, and sets the counter back by all the time
before."""

_CONTEXT = struct.Struct(">B8sIQ")
_VERSION = 1


class Counter:
    """Of one board. Threads: the event loop only."""

    def __init__(self, board: Eui, clock: Clock, session: int) -> None:
        """`session`: the first number, below 2**32; one that an earlier process will not have used,
        so that what upstreams still hold of its moments is refused."""
        self._board, self._clock, self._session = board, clock, session
        self._ahead_us: float | None = None
        """Counter less monotonic clock, as the fastest datagrams told; None before the first."""
        self._told_us = 0
        """The monotonic clock when it was told last."""

    def heard(self, low: int, now_us: int) -> Moment:
        """The moment that a board calls `low`: the lowest 32 bits of its counter. `now_us`: what
        `now_us` gives when the datagram is read."""
        ahead = self._ahead_us
        if ahead is not None:
            expected = now_us + round(ahead)
            off = (low - expected + HALF) % WRAP - HALF
            drift_us = DRIFT * (now_us - self._told_us)
            if abs(off) <= SLACK_US + drift_us:
                return self._tell(expected + off, now_us)
            self.restart()
        return self._tell(WRAP + low, now_us)  # what was overtaken must not be below zero

    def told(self, session: int, counter: int) -> Moment:
        """The same for a board that numbers its sessions and widens its counter itself."""
        if session != self._session:
            self._session, self._ahead_us = session, None
        return self._tell(counter, self.now_us())

    def restart(self) -> None:
        """Begin a session: forwarder or chip have started anew."""
        self._session, self._ahead_us = (self._session + 1) % WRAP, None

    def now(self) -> Moment | None:
        """What the counter shows, less what the fastest of the last datagrams took; None before the
        first of the session."""
        if self._ahead_us is None:
            return None
        return Moment(self._board, self._session, self.now_us() + round(self._ahead_us))

    def _tell(self, counter: int, now_us: int) -> Moment:
        ahead: float = counter - now_us
        if self._ahead_us is not None:
            ahead = max(ahead, self._ahead_us - DRIFT * (now_us - self._told_us))
        self._ahead_us, self._told_us = ahead, now_us
        return Moment(self._board, self._session, counter)

    def now_us(self) -> int:
        """The monotonic clock of this host."""
        return round(self._clock.monotonic() * 1e6)


def later(moment: Moment, delay: int) -> Moment:
    """`delay` in µs."""
    return Moment(moment.board, moment.session, moment.counter + delay)


def pack(moment: Moment) -> bytes:
    """A moment for an upstream that returns it unread."""
    return _CONTEXT.pack(_VERSION, bytes.fromhex(moment.board), moment.session, moment.counter)


def unpack(context: bytes) -> Moment:
    """Raises ValueError for what is no moment of ours."""
    if len(context) != _CONTEXT.size or context[0] != _VERSION:
        raise ValueError(f"no context of this gateway: {context.hex() or 'empty'}")
    _, board, session, counter = _CONTEXT.unpack(context)
    return Moment(board.hex(), session, counter)
