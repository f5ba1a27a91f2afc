"""Sends what upstreams want sent: from the right board, in the right window, within what the region
allows, and tells what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from ..core.clock import Clock
from ..core.errors import StoreError
from .copies import Copies
from .counter import later
from .jit import AHEAD_US, CAPACITY, LEAD_US, Jit, Rank, Slot, air_us
from .ledger import Band, Ledger, Used
from .limits import Limits
from .radio import (
    After,
    AtGps,
    Board,
    Downlink,
    Eui,
    Heard,
    Immediately,
    Moment,
    Result,
    Shot,
    Verdict,
)

OUT = frozenset({Verdict.QUEUED, Verdict.EMITTED, Verdict.NO_ANSWER})
"""After these the frame is, or may be, on the air: no other shot may follow."""


@dataclass(frozen=True)
class Aim:
    """A shot within the limits. `air_us`: how long it takes."""

    shot: Shot
    air_us: int
    band: Band
    rank: Rank


class Downlinks:
    """Threads: the event loop only."""

    def __init__(
        self,
        boards: Callable[[Eui], Sequence[Board]],
        limits: Limits,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        """`boards`: those of a gateway that are alive."""
        self._boards, self._limits, self._ledger = boards, limits, ledger
        self._copies = Copies(clock)
        self._queues: dict[Eui, Jit] = {}
        self.remember: Callable[[Iterable[Heard]], None] = self._copies.remember
        """Take a frame that may be answered."""

    async def send(self, downlink: Downlink) -> Result:
        """Send the first shot that can be. Never raises for what a board or a disk may do."""
        verdicts: list[Verdict] = []
        details: list[str] = []
        for shot in downlink.shots:
            verdict, board = await self._shoot(downlink, shot, details)
            verdicts.append(verdict)
            if verdict in OUT:
                rest = len(downlink.shots) - len(verdicts)
                verdicts += [Verdict.IGNORED] * rest
                return Result(downlink, tuple(verdicts), board, "; ".join(details))
        return Result(downlink, tuple(verdicts), None, "; ".join(details))

    def air_time(self) -> list[Used]:
        """What the last hour took of each sub-band, for the view."""
        return [Used(band, self._ledger.used_us(band)) for band in self._limits.bands()]

    async def _shoot(
        self, downlink: Downlink, shot: Shot, details: list[str]
    ) -> tuple[Verdict, Eui | None]:
        aim = self._aim(downlink, shot, details)
        if isinstance(aim, Verdict):
            return aim, None
        first: Verdict | None = None
        for board in self._candidates(downlink.gateway, aim.shot):
            verdict = await self._try(board, aim, details)
            if verdict in OUT:
                return verdict, board.eui
            first = first or verdict
            if verdict is Verdict.DUTY_CYCLE:  # for all boards
                break
        return first or Verdict.NO_BOARD, None

    def _aim(self, downlink: Downlink, shot: Shot, details: list[str]) -> Aim | Verdict:
        limit = self._limits.of(downlink.gateway, shot)
        if limit is None:
            return Verdict.TX_FREQUENCY
        try:
            air = air_us(shot)
        except ValueError as error:
            details.append(str(error))
            return Verdict.REFUSED
        if limit.dwell_us is not None and air > limit.dwell_us:
            details.append(f"{air / 1e3:.0f} ms on the air, {limit.dwell_us / 1e3:.0f} allowed")
            return Verdict.DWELL_TIME
        if shot.power > limit.power:
            details.append(f"{limit.power:g} dBm instead of {shot.power:g}")
            shot = msgspec.structs.replace(shot, power=limit.power)
        return Aim(shot, air, limit.band, (isinstance(shot.due, After), downlink.priority))

    # Which board

    def _candidates(self, gateway: Eui, shot: Shot) -> Iterable[Board]:
        """The boards that could send it, the best first: it heard the mote best, and is silent
        just now when the frame goes at once."""
        boards = {board.eui: board for board in self._boards(gateway)}
        if isinstance(shot.due, After):
            moment = shot.due.moment
            heard = [uplink.moment.board for uplink in self._copies.of(moment)]
            return [boards[eui] for eui in heard or [moment.board] if eui in boards]
        last = self._copies.board(shot.phy)
        return sorted(boards.values(), key=lambda b: (self._busy(b), b.eui != last))

    def _busy(self, board: Board) -> bool:
        now = board.now()
        return now is not None and self._queue(board).busy(now)

    def _queue(self, board: Board) -> Jit:
        return self._queues.setdefault(board.eui, Jit())

    # When

    def _place(self, board: Board, aim: Aim, now: Moment) -> Slot | Verdict | None:
        """None: nobody but the board knows when that is."""
        queue, due = self._queue(board), aim.shot.due
        if isinstance(due, After):
            start = self._start(board.eui, due)
            return queue.place(start, aim.air_us, aim.rank, now) if start else Verdict.NO_BOARD
        if isinstance(due, AtGps):
            at = self._copies.at_gps(board.eui, due.gps_ms)
            if at is None or at.session != now.session:
                return None
            return queue.place(at, aim.air_us, aim.rank, now)
        return queue.place_soon(aim.air_us, aim.rank, now)

    def _start(self, board: Eui, due: After) -> Moment | None:
        """The same time on the counter of `board`."""
        if due.moment.board == board:
            return later(due.moment, due.delay)
        copies = (uplink.moment for uplink in self._copies.of(due.moment))
        return next((later(m, due.delay) for m in copies if m.board == board), None)

    async def _try(self, board: Board, aim: Aim, details: list[str]) -> Verdict:
        for _ in range(CAPACITY):
            now = board.now()
            if now is None:
                return Verdict.NO_BOARD
            place = self._place(board, aim, now)
            if isinstance(place, Verdict):
                return place
            verdict = await self._send_at(board, aim, place, now, details)
            if verdict is not None:
                return verdict
            if isinstance(aim.shot.due, After | AtGps):
                break
        return Verdict.COLLISION_PACKET

    async def _send_at(
        self, board: Board, aim: Aim, slot: Slot | None, now: Moment, details: list[str]
    ) -> Verdict | None:
        """None: a frame of higher rank took the place."""
        begins = slot.start.counter - now.counter if slot else AHEAD_US
        booking = await self._book(aim, begins + aim.air_us, details)
        if booking is None:
            self._free(board, slot)
            return Verdict.DUTY_CYCLE
        verdict = await self._hand(board, aim.shot, slot)
        if verdict not in OUT:
            self._free(board, slot)
            await self._ledger.give_back(booking)
        return verdict

    async def _book(self, aim: Aim, in_us: int, details: list[str]) -> int | None:
        try:
            return await self._ledger.book(aim.band, aim.air_us, in_us)
        except StoreError as error:
            details.append(str(error))
            return None

    async def _hand(self, board: Board, shot: Shot, slot: Slot | None) -> Verdict | None:
        if slot is None:
            return await board.send(shot, None)
        kept, now = await slot.hold(board.now), board.now()
        if now is None or now.session != slot.start.session:
            return Verdict.TOO_LATE
        if not kept:
            return None
        if slot.start.counter - now.counter < LEAD_US:
            return Verdict.TOO_LATE
        given = None if self._untimed(board.eui, shot) else slot.start
        verdict = await board.send(shot, given)
        if verdict is Verdict.TOO_EARLY and given is not None:
            return Verdict.TOO_LATE  # what forwarders say of the past; far ahead it is not
        return verdict

    def _untimed(self, board: Eui, shot: Shot) -> bool:
        """Whether the board itself finds the time. For what goes at once it does when it heard
        nothing for long: its counter is known too badly for a time that is only just to come."""
        if isinstance(shot.due, AtGps):
            return True
        return isinstance(shot.due, Immediately) and self._copies.quiet(board)

    def _free(self, board: Board, slot: Slot | None) -> None:
        if slot is not None:
            self._queue(board).free(slot)
