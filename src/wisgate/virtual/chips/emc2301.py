"""EMC2301 twin, from SMSC EMC2301 revision 1.1; written without looking at the driver.

World inputs: `rpm` and `poles` of the fan; `look` is called at every access, before they are used.
Output: `duty`, the fraction of time that the PWM pin is high. Who moves the fan calls `advance`, so
that the automatic control sees its speed in time.
The automatic control is the twin's own: it takes the drive half the way to where a fan whose speed
is proportional to it would be right. Not modelled: its gains and options, frequency and kind of the
output, external clocks, the alert pin, glitches, how long a measurement of the tachometer takes,
block transfers. A fan that is driven with 0 is never stalled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.clock import Clock
from ...registers import emc2301 as registers
from ...registers.emc2301 import (
    COUNT_SHIFT,
    EDGES,
    LOCKED,
    MULTIPLIER,
    STOPPED,
    TACH_HZ,
    Configuration,
    DriveFailStatus,
    FanConfiguration1,
    FanSetting,
    FanStatus,
    PwmPolarity,
    SoftwareLock,
    SpinStatus,
    StallStatus,
    TachReadingHigh,
    TachReadingLow,
    TachTargetHigh,
    TachTargetLow,
)
from ...registers.word import Word
from .emc2301_drive import FULL, LOW_BITS, FanDrive

WORDS = [
    word
    for word in vars(registers).values()
    if isinstance(word, type) and issubclass(word, Word) and word is not Word
]
STORED = {word.address: word.decode(0xFF).encode() for word in WORDS if word.writable}
"""The bits that each register holds."""
KEYS = {word.address for word in LOCKED}
MINUTE = 60.0


class Emc2301Twin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int] = (0x2F,)) -> None:
        self.addresses = tuple(addresses)
        self.rpm = 0.0
        self.poles = 2.0
        self.look: Callable[[], None] = lambda: None
        self._clock = clock
        self._file: dict[int, int] = {}
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        self._access()
        if data:
            self._pointer = data[0]
        if len(data) > 1:
            self._store(self._pointer, data[1])
        return len(data)

    def read(self, count: int) -> bytes:
        self._access()
        return bytes([self._load(self._pointer)]).ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """The fan stops, until somebody sets it or the watchdog does."""
        self._file |= {word.address: word.reset for word in WORDS}
        self._pointer, self._shadow = 0, TachReadingLow.reset
        self._drive = FanDrive(self._file, self._count, self._clock.monotonic())
        self._seen: float | None = None

    @property
    def duty(self) -> float:
        """0 to 1."""
        duty = self._drive.drive / FULL
        return 1 - duty if self._file[PwmPolarity.address] else duty

    def advance(self, time: float) -> None:
        """Go on to a moment of the clock with the fan as it is."""
        if self.rpm == self._seen and time < self._drive.due:
            self._drive.skip(time)  # whoever moves the fan calls often
            return
        self._seen = self.rpm
        self._drive.advance(time)

    def _access(self) -> None:
        self.look()
        self.advance(self._clock.monotonic())
        if self._watching:
            self._drive.watch(True)

    @property
    def _watching(self) -> bool:
        """All the time, not only after power-up."""
        return Configuration.decode(self._file[Configuration.address]).watchdog

    def _count(self) -> int:
        """The tachometer. 5.18."""
        config = FanConfiguration1.decode(self._file[FanConfiguration1.address])
        if self.rpm <= 0:
            return STOPPED
        periods = (EDGES[config.edges] - 1) * MULTIPLIER[config.range] * TACH_HZ * MINUTE
        return min(STOPPED, int(periods / (self.poles * self.rpm)))

    def _load(self, register: int) -> int:
        drive = self._drive
        if register == FanStatus.address:
            watched, drive.watched = drive.watched, False
            return FanStatus(
                watchdog=watched,
                drive_fail=drive.drive_failed,
                spin_fail=drive.spin_failed,
                stalled=drive.stalled,
            ).encode()
        if register == StallStatus.address:
            stalled, drive.stalled = drive.stalled, drive.stalled and self._stands
            return StallStatus(stalled=stalled).encode()
        if register == SpinStatus.address:
            failed, drive.spin_failed = drive.spin_failed, drive.spin_failed and self._stands
            return SpinStatus(spin_fail=failed).encode()
        if register == DriveFailStatus.address:
            failed, drive.drive_failed = drive.drive_failed, drive.drive_failed and drive.late
            return DriveFailStatus(drive_fail=failed).encode()
        return self._value(register)

    def _value(self, register: int) -> int:
        if register == FanSetting.address:
            return self._drive.drive
        if register == TachReadingHigh.address:
            high, self._shadow = divmod(self._count() << COUNT_SHIFT, 0x100)
            return high
        if register == TachReadingLow.address:
            return self._shadow
        return self._file.get(register, 0)

    @property
    def _stands(self) -> bool:
        return bool(self._drive.drive) and self._drive.standing

    def _store(self, register: int, value: int) -> None:
        if register not in STORED or (self._file[SoftwareLock.address] and register in KEYS):
            return
        self._seen = None
        watched = self._watching
        self._file[register] = value & STORED[register]
        if self._watching != watched:
            self._drive.watch(not watched)
        if register == FanSetting.address:
            self._drive.set(value)
        elif register == FanConfiguration1.address:
            self._drive.control(FanConfiguration1.decode(value).automatic)
        elif register == TachTargetHigh.address:
            self._drive.aim(value << LOW_BITS | self._file[TachTargetLow.address] >> COUNT_SHIFT)
