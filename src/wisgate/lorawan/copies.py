"""Which boards heard a frame, and how well: what an answer to it needs to know a second later."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.clock import Clock
from .radio import Eui, Heard, Moment, Uplink

KEEP_S = 20.0
"""How long at least, of MOST_FRAMES: RX2 of the longest RxDelay is 16 s after the frame (LoRaWAN
1.0.4, 5.7)."""
MOST_FRAMES = 10_000
"""In a generation: 500 frames a second, of which boards on one mast hear some 130 for each band."""
QUIET_S = 60.0
"""Two clocks that are 50 ppm apart differ by 3 ms then, of the 10 ms that are left for handing."""
MOST_MOTES = 20_000
"""Whose last board is known, at least."""

_ADDRESS = slice(1, 5)


class Copies:
    """Threads: the event loop only. Two generations of each, so that forgetting costs nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fresh: dict[Moment, Heard] = {}
        self._old: dict[Moment, Heard] = {}
        self._turned = clock.monotonic()
        self._boards: dict[bytes, Eui] = {}
        self._old_boards: dict[bytes, Eui] = {}
        self._gps: dict[Eui, tuple[Moment, int]] = {}
        self._heard_at: dict[Eui, float] = {}

    def remember(self, heard: Iterable[Heard]) -> None:
        now = self._clock.monotonic()
        self._turn(now)
        fresh, heard_at, boards = self._fresh, self._heard_at, self._boards
        for frame in heard:
            for uplink in frame.uplinks:
                moment = uplink.moment
                fresh[moment] = frame
                heard_at[moment.board] = now
                if uplink.gps_ms is not None:
                    self._gps[moment.board] = moment, uplink.gps_ms
            best = frame.uplinks[0]
            boards[best.phy[_ADDRESS]] = best.moment.board

    def _turn(self, now: float) -> None:
        age = now - self._turned
        if age > KEEP_S or len(self._fresh) >= MOST_FRAMES:
            keep = age < 2 * KEEP_S
            self._fresh, self._old = {}, self._fresh if keep else {}
            self._turned = now
        if len(self._boards) >= MOST_MOTES:
            self._boards, self._old_boards = {}, self._boards

    def of(self, moment: Moment) -> tuple[Uplink, ...]:
        """Every copy of the frame that ended at `moment`, the best first; none for one that is
        forgotten."""
        heard = self._fresh.get(moment) or self._old.get(moment)
        return heard.uplinks if heard is not None else ()

    def board(self, downlink: bytes) -> Eui | None:
        """Who heard the mote best last that a frame is for."""
        address = downlink[_ADDRESS]
        return self._boards.get(address) or self._old_boards.get(address)

    def quiet(self, board: Eui) -> bool:
        """Whether a board has heard nothing for QUIET_S."""
        at = self._heard_at.get(board)
        return at is None or self._clock.monotonic() - at > QUIET_S

    def at_gps(self, board: Eui, gps_ms: int) -> Moment | None:
        """What the counter of a board shows at a GPS time; None for one that tells no GPS time."""
        known = self._gps.get(board)
        if known is None:
            return None
        moment, then_ms = known
        counter = moment.counter + (gps_ms - then_ms) * 1000
        return Moment(board, moment.session, counter)
