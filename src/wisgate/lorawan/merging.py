"""One frame out of the copies that several boards heard of it.

Boards on one mast hear one frame at the same time and tell it within a few turns of their
forwarders, which look for frames every 10 ms (packet forwarder) or 20 ms (Basics Station). A frame
is held for HOLD_S, so that the best copy goes first; what comes later is known to be a copy and
goes nowhere. An end device that repeats a frame waits a second at least (RX1), so a repetition is
never taken for a copy: what was on the air within WINDOW_S is one frame. The counters of the boards
tell when it was, for a copy may wait longer than that: for a lossy network, or a busy processor.

A strong frame is also heard as a *ghost* on channels beside its own, far weaker: a chip makes it up
from what leaks through its filters. Ghosts go nowhere either.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

import msgspec

from .counter import SLACK_US
from .radio import Crc, Eui, Moment, Uplink

WINDOW_S = 0.5
"""Seconds within which the same bytes are the same frame."""
KEPT_S = SLACK_US / 1e6
"""Seconds after which no copy comes any more."""
HOLD_S = 0.04
"""Two turns of Basics Station; RX1 is a second away at the earliest."""
EARLY_S = 1e-4
"""A timer may fire so early."""
GHOST_DB = 20.0
"""By how much a ghost is weaker at least; seen are 30 dB and more."""
NO_SNR = -1000.0
SNR_CEILING = 8.0
"""dB; above it a chip tells no differences that mean anything."""


class Copies(msgspec.Struct, gc=False):
    """The copies of one frame so far."""

    phy: bytes
    since: float
    moment: Moment
    """Of the first."""
    uplinks: tuple[Uplink, ...]
    """None once the frame was passed on."""


def rank(uplink: Uplink) -> tuple[bool, float, float]:
    """Greater is better: a good checksum, then SNR, then RSSI. SNR tells good receptions apart
    where RSSI is mostly noise; above its ceiling RSSI decides."""
    snr = uplink.snr
    return uplink.crc is Crc.OK, NO_SNR if snr is None else min(snr, SNR_CEILING), uplink.rssi


class Merging:
    """Threads: the event loop only. `now` is the monotonic clock, in seconds."""

    def __init__(
        self,
        pass_on: Callable[[Sequence[tuple[Uplink, ...]]], None],
        age: Callable[[Moment], float | None],
    ) -> None:
        """`pass_on` gets each frame once, one copy per board, the best first; all that are due at
        once. `age`: seconds since a moment; None when its board cannot tell."""
        self._pass_on, self._age = pass_on, age
        self._copies: dict[bytes, Copies] = {}
        self._held: deque[Copies] = deque()
        self._passed: deque[Copies] = deque()
        self.counters: Counter[str] = Counter()

    def take(self, uplinks: Iterable[Uplink], now: float) -> None:
        known, held = self._copies, self._held
        for uplink in uplinks:
            phy = uplink.phy
            copies = known.get(phy)
            if copies is None or not self._same(copies, uplink, now):
                known[phy] = copies = Copies(phy, now, uplink.moment, (uplink,))
                held.append(copies)
                continue
            self.counters["copies"] += 1
            if copies.uplinks:
                copies.uplinks += (uplink,)
            else:
                self.counters["late_copies"] += 1

    def _same(self, copies: Copies, uplink: Uplink, now: float) -> bool:
        """Whether it is one more copy of that frame. Counters are asked only where it came late."""
        waited = now - copies.since
        if not WINDOW_S <= waited < KEPT_S:
            return waited < WINDOW_S
        first, this = self._age(copies.moment), self._age(uplink.moment)
        return first is not None and this is not None and abs(first - this) < WINDOW_S

    def flush(self, now: float) -> float | None:
        """Pass on what was held long enough. Returns when the next is due, None for nothing."""
        held, passed, known = self._held, self._passed, self._copies
        due = list[tuple[Uplink, ...]]()
        since = now - HOLD_S + EARLY_S
        while held and held[0].since <= since:
            copies = held.popleft()
            passed.append(copies)
            uplinks, copies.uplinks = copies.uplinks, ()
            due.append(uplinks if len(uplinks) == 1 else self._best(uplinks))
        if due:
            self._pass_on(due)
        since = now - KEPT_S
        while passed and passed[0].since <= since:
            old = passed.popleft()
            if known.get(old.phy) is old:
                del known[old.phy]
        return held[0].since + HOLD_S if held else None

    def _best(self, uplinks: tuple[Uplink, ...]) -> tuple[Uplink, ...]:
        """One per board, the best first, without ghosts."""
        strongest = max(uplinks, key=_rssi)
        by_board: dict[Eui, Uplink] = {}
        for uplink in sorted(uplinks, key=rank, reverse=True):
            if uplink.frequency != strongest.frequency and strongest.rssi - uplink.rssi >= GHOST_DB:
                self.counters["ghosts"] += 1
            else:
                by_board.setdefault(uplink.moment.board, uplink)
        return tuple(by_board.values())


def _rssi(uplink: Uplink) -> float:
    return uplink.rssi
