"""The air time that was used of each sub-band in the last hour: one ledger for all upstreams, kept
over restarts and power cuts, so that nobody's duty cycle is exceeded.

All boards of the box share its budget, under whatever EUI they speak: towards the law they are one
transmitter (docs/decisions/0032-air-time-ledger.md).
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path

from ..bus.lane import Lane
from ..core.clock import Clock
from ..core.errors import StoreError, Unavailable
from .journal import Journal, Kind, Past, Row, read
from .radio import Eui

log = logging.getLogger(__name__)

HOUR_US = 3_600_000_000
"""Over which a duty cycle is counted: the observation interval of EN 300 220-1."""
SLACK_US = 2_000_000
"""An emission counts so much longer: its end is an estimate."""


@dataclass(frozen=True)
class Band:
    """A sub-band as one gateway may use it. `low`, `high`: its ends in Hz; `duty_cycle`: 0 to 1, of
    an hour."""

    gateway: Eui
    low: int
    high: int
    duty_cycle: float

    @property
    def limited(self) -> bool:
        return self.duty_cycle < 1

    @property
    def allowed_us(self) -> int:
        return int(self.duty_cycle * HOUR_US)


@dataclass(frozen=True)
class Used:
    """For the view: µs of the last hour."""

    band: Band
    used_us: int


class Ledger:
    """Threads: the event loop only."""

    def __init__(self, journal: Journal, lane: Lane, clock: Clock, boot_id: str) -> None:
        self.notices: list[str] = []
        """What was in doubt, a line each."""
        self._journal, self._lane, self._clock = journal, lane, clock
        self._boot = int.from_bytes(hashlib.sha256(boot_id.encode()).digest()[:8])
        self._base_us = -self._monotonic_us()
        self._rows: dict[int, Row] = {}
        self._ends: list[tuple[int, int]] = []
        """Of the bookings, with their numbers; a heap."""
        self._sums: dict[int, int] = {}
        """µs, by the lowest frequency of the sub-band."""
        self._unlimited: set[int] = set()
        self._next = 1
        self._doubt_us: int | None = None
        self._failing = False

    @classmethod
    async def open(cls, folder: Path, *, lane: Lane, clock: Clock, boot_id: str) -> Ledger:
        """Take up the journal in `folder`. `boot_id` is another one after each start of the
        computer. The caller closes the lane. Raises Unavailable."""
        ledger = cls(Journal(folder), lane, clock, boot_id)

        def start() -> Past:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            past = read(folder)
            ledger._resume(past)
            ledger._journal.write_anew(ledger._kept())
            return past

        try:
            past = await lane.run(start)
        except OSError as error:
            cure = "the folder of the ledger must be writable and have room"
            raise Unavailable(f"{folder}: {error}; {cure}") from error
        if past.doubt:
            told = f"{past.doubt}; the air time of the last hour counts as used up"
            ledger.notices.append(told)
        return ledger

    async def book(self, band: Band, air_us: int, in_us: int) -> int | None:
        """Take `air_us` for an emission that is over in `in_us`. Returns the number of the booking,
        which then survives a power cut; None when that much is not left. Raises StoreError when
        it can neither be kept nor doubted later: then it is not booked."""
        if band.limited and self.used_us(band) + air_us > band.allowed_us:
            return None
        now = self.now_us()
        row = Row(Kind.BOOKED, now, self._next, now + in_us, air_us, band.low)
        self._next += 1
        self._add(row)
        if band.limited:
            await self._keep(row)
        else:
            self._unlimited.add(band.low)
        return row.number

    async def give_back(self, number: int) -> None:
        """The board says that the frame of a booking was not sent."""
        if number in self._rows:
            self._remove(number)
            with suppress(OSError):  # the next process takes it for sent, which harms nobody
                await self._write(Row(Kind.BACK, self.now_us(), number), sync=False)

    def used_us(self, band: Band) -> int:
        """In the last hour, and what is booked for the time to come."""
        self._expire()
        used = self._sums.get(band.low, 0)
        return max(used, band.allowed_us) if self._in_doubt and band.limited else used

    async def close(self) -> None:
        """Note the time, from which the next process goes on. Raises StoreError."""
        try:
            await self._write(Row(Kind.END, self.now_us()), sync=True)
        except OSError as error:
            raise StoreError(f"the ledger of air time was not closed: {error}") from error
        finally:
            await self._lane.run(self._journal.close)

    # The ledger's time

    def now_us(self) -> int:
        """Since the first start, less what the computer was off."""
        return self._base_us + self._monotonic_us()

    def _monotonic_us(self) -> int:
        return round(self._clock.monotonic() * 1e6)

    @property
    def _in_doubt(self) -> bool:
        return self._doubt_us is not None and self.now_us() < self._doubt_us + HOUR_US

    # What counts

    def _add(self, row: Row) -> None:
        self._rows[row.number] = row
        self._sums[row.band] = self._sums.get(row.band, 0) + row.air
        heappush(self._ends, (row.ends, row.number))

    def _remove(self, number: int) -> None:
        row = self._rows.pop(number, None)
        if row is not None:
            self._sums[row.band] -= row.air

    def _expire(self) -> None:
        before = self.now_us() - HOUR_US - SLACK_US
        while self._ends and self._ends[0][0] < before:
            self._remove(heappop(self._ends)[1])

    # The journal

    def _resume(self, past: Past) -> None:
        for row in past.rows:
            match row.kind:
                case Kind.BOOKED:
                    self._add(row)
                case Kind.BACK:
                    self._remove(row.number)
                case Kind.DOUBT:
                    self._doubt_us = row.ends
            if row.kind is not Kind.BOOT:
                self._next = max(self._next, row.number + 1)
        self._base_us = self._start_us(past.rows) - self._monotonic_us()
        if past.doubt:
            self._doubt_us = self.now_us()

    def _start_us(self, rows: list[Row]) -> int:
        """The ledger's time now: it goes on within one boot of the computer, else from the last
        record, as if the computer had not been off."""
        boots = [row for row in rows if row.kind is Kind.BOOT]
        if boots and boots[-1].number == self._boot:
            elapsed = self._monotonic_us() - boots[-1].air
            if elapsed >= 0:
                return boots[-1].at + elapsed
        return max((row.at for row in rows), default=0)

    def _kept(self) -> list[Row]:
        """What the journal must hold."""
        self._expire()
        now = self.now_us()
        rows = [Row(Kind.BOOT, now, air=self._monotonic_us(), number=self._boot)]
        if self._in_doubt and self._doubt_us is not None:
            rows.append(Row(Kind.DOUBT, now, ends=self._doubt_us))
        rows += [row for row in self._rows.values() if row.band not in self._unlimited]
        return rows

    async def _keep(self, row: Row) -> None:
        try:
            await self._write(row, sync=True)
        except OSError as error:
            if not self._journal.disowned:
                self._remove(row.number)
                raise StoreError(f"the air time cannot be kept: {error}") from error
            if not self._failing:
                log.warning("%s; until it can be written, the air time is in memory only", error)
            self._failing = True
        else:
            self._failing = False

    async def _write(self, row: Row, *, sync: bool) -> None:
        """Raises OSError."""
        rows = self._kept() if self._journal.wants_compacting else None

        def write() -> None:
            if rows is None:
                self._journal.append(row, sync=sync)
            else:
                self._journal.write_anew(rows)  # `row` is among them, or no longer

        await self._lane.run(write, urgent=sync)
