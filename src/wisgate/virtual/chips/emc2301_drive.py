"""What the EMC2301 twin drives its fan with: direct setting, ramp, spin-up, automatic control and
watchdog. SMSC EMC2301 revision 1.1, 4.3 to 4.8."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TypeVar

from ...registers.emc2301 import (
    FAIL_UPDATES,
    SPIN_LEVEL,
    SPIN_S,
    STOPPED,
    UPDATE_S,
    WATCHDOG_S,
    DriveFailBandHigh,
    DriveFailBandLow,
    FanConfiguration1,
    FanConfiguration2,
    MaximumStep,
    MinimumDrive,
    SpinUp,
    ValidTachCount,
)
from ...registers.word import Word

W = TypeVar("W", bound=Word)
FULL = 255
KICK = 0.25
"""Part of a spin-up that is driven at full."""
HALF_WAY = 0.5
OFF = 0xFF
"""High byte of a target that switches the fan off."""
AUTOMATIC = 0x80
"""In the first configuration."""
LOW_BITS = 5
"""Of a count, in its low byte."""


class FanDrive:
    """As it is after power-up: the fan stands, and the watchdog waits for somebody to set it.

    `registers` are those of the chip, `count` measures the fan. Threads: lane only.
    """

    def __init__(self, registers: dict[int, int], count: Callable[[], int], time: float) -> None:
        self.drive = 0
        self.watched = self.stalled = self.spin_failed = self.drive_failed = False
        self._registers, self._count = registers, count
        self._setting = self._late = 0
        self._automatic = False
        self._target = STOPPED
        self._time = time
        self._level_at = self._spun_at = self._update = self._quiet = inf
        self._watchdog = time + WATCHDOG_S

    @property
    def due(self) -> float:
        """When something happens by itself."""
        return min(self._level_at, self._spun_at, self._update, self._watchdog, self._quiet)

    def skip(self, time: float) -> None:
        """Go on to a moment before `due` with nothing changed since the last one."""
        if time > self._time:
            self._time = time

    def advance(self, time: float) -> None:
        """Go on to a moment with the fan as it is; not back."""
        while (due := self.due) <= time:
            self._time = due
            if due == self._watchdog:
                self._expire()
            elif due == self._level_at:
                self._level_at = inf
                self.drive = self._level
            elif due == self._spun_at:
                self._end_spin_up()
            elif due == self._quiet:
                self._quiet = inf
            elif self._automatic:
                self._regulate()
            else:
                self._ramp()
        self.skip(time)
        if self.drive and not self._automatic and not self._spinning and self._quiet == inf:
            self.stalled = self.stalled or self.standing

    @property
    def standing(self) -> bool:
        """Whether the fan is slower than what counts as running. 5.15."""
        return self._count() >> LOW_BITS > self._get(ValidTachCount).high

    @property
    def late(self) -> bool:
        """Whether full drive has not been enough for too long. 4.4.2."""
        patience = FAIL_UPDATES[self._get(SpinUp).fail_count]
        return bool(patience) and patience <= self._late

    # What the host does.

    def watch(self, on: bool) -> None:
        """The watchdog begins anew, or ends. 4.8."""
        self._watchdog = self._time + WATCHDOG_S if on else inf

    def set(self, drive: int) -> None:
        """A direct setting. 4.2."""
        self.watch(False)
        if self._automatic:
            return
        self._setting = drive
        if drive and not self.drive:
            self._spin_up()
        elif not drive or not (self._ramps or self._spinning):
            self._rest(drive)
        elif self._update == inf and not self._spinning:
            self._update = self._time + self._period

    def control(self, automatic: bool) -> None:
        """The automatic control is switched on or off."""
        if automatic and not self._automatic:
            self.watch(False)
            self._update = self._time
        elif self._automatic and not automatic:
            self._rest(self.drive)
        self._automatic = automatic

    def aim(self, target: int) -> None:
        """A new target of the automatic control. 5.17."""
        self._target = target
        if self._automatic and target >> LOW_BITS == OFF:
            self._rest(0)
        elif self._automatic and not self._spinning:
            self._update = self._time

    # What comes of it.

    def _get(self, word: type[W]) -> W:
        return word.decode(self._registers[word.address])

    @property
    def _spinning(self) -> bool:
        return self._spun_at < inf

    @property
    def _ramps(self) -> bool:
        return self._get(FanConfiguration2).ramp

    @property
    def _level(self) -> int:
        """Of a spin-up, after its kick."""
        return round(SPIN_LEVEL[self._get(SpinUp).level] * FULL)

    @property
    def _period(self) -> float:
        return UPDATE_S[self._get(FanConfiguration1).update]

    def _rest(self, drive: int) -> None:
        """Drive this, and nothing changes it by itself."""
        self.drive = drive
        self._level_at = self._spun_at = self._update = inf

    def _expire(self) -> None:
        """Nobody has set the fan for too long: full drive until somebody does. 4.8."""
        self._quiet = self._time + SPIN_S[self._get(SpinUp).time]
        self.watch(False)
        self.watched, self._automatic = True, False
        self._registers[FanConfiguration1.address] &= ~AUTOMATIC
        self._rest(FULL)

    def _spin_up(self) -> None:
        """Full drive for a quarter of the time, then the level of the spin-up. 4.6."""
        spin = self._get(SpinUp)
        seconds = SPIN_S[spin.time]
        self._rest(self._level if spin.no_kick else FULL)
        self._spun_at = self._time + seconds
        if not spin.no_kick:
            self._level_at = self._time + seconds * KICK

    def _end_spin_up(self) -> None:
        self._spun_at = inf
        failed = self.standing
        self.spin_failed = self.spin_failed or failed
        if self._automatic and failed:
            self.stalled = True
            self._spin_up()
        elif self._automatic or self._ramps:
            self._update = self._time + self._period
        else:
            self.drive = self._setting

    def _ramp(self) -> None:
        """One step towards the setting. 4.7."""
        step = self._get(MaximumStep).step
        self.drive += max(-step, min(step, self._setting - self.drive))
        self._update = self._time + self._period if self.drive != self._setting else inf

    def _regulate(self) -> None:
        """One update of the automatic control. 4.3."""
        high = self._target >> LOW_BITS
        if high == OFF:
            self._rest(0)
            return
        self._update = self._time + self._period
        if high > self._get(ValidTachCount).high:
            return
        if not self.drive:
            self._spin_up()
        elif self.standing:
            self.stalled = True
            self._spin_up()
        else:
            self._chase()

    def _chase(self) -> None:
        count = self._count()
        right = self.drive * count / max(1, self._target)
        step = self._get(MaximumStep).step
        change = max(-step, min(step, round((right - self.drive) * HALF_WAY)))
        self.drive = max(self._get(MinimumDrive).drive, min(FULL, self.drive + change))
        band = self._get(DriveFailBandHigh).high << LOW_BITS | self._get(DriveFailBandLow).low
        misses = self.drive == FULL and count > self._target + band
        self._late = self._late + 1 if misses else 0
        self.drive_failed = self.drive_failed or self.late
