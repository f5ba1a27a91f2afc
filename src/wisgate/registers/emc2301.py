"""EMC2301 register map. SMSC EMC2301, revision 1.1, table 5.1 and sections 5.2 to 5.22.

A pointer byte, then one byte (SMBus byte protocols, nothing counts on by itself). Counts of the
tachometer are 13 bits in two registers, the high eight and, left-aligned, the low five; of the
target the low byte has the lower address, of the reading the high byte.

Traps: DIS_TO is bit 6 of the configuration, WD_EN bit 5; stalled is 0x25, spin 0x26, drive 0x27.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

_TACH, _ID = "EMC2301 5.18", "EMC2301 5.20 to 5.22"

TACH_HZ = 32768.0
"""What the tachometer counts; a count is that of (edges - 1) / 2 periods of the signal. 5.18."""
STOPPED = 0x1FFF
"""The count of a fan that stands still, and the target that switches it off. 5.17, 5.18."""
COUNT_SHIFT = 3
"""Bits below the count in its two bytes."""
WATCHDOG_S = 4.0
"""Seconds without a setting after power-up, then the fan is driven at 100 %. 4.8."""


class PwmBase(IntEnum):
    """Frequency of the PWM output before it is divided. 5.6."""

    HZ26000 = 0b00
    HZ19531 = 0b01
    HZ4882 = 0b10
    HZ2441 = 0b11


class Range(IntEnum):
    """Slowest speed that is told from standing, for a fan of two poles. 5.9."""

    RPM500 = 0b00
    RPM1000 = 0b01
    RPM2000 = 0b10
    RPM4000 = 0b11


MULTIPLIER = (1, 2, 4, 8)
"""By which the count is larger than in the first range; by the code of `Range`."""


class Edges(IntEnum):
    """Edges of one revolution: two per pole, and the one that closes it. 5.9."""

    EDGES3 = 0b00
    EDGES5 = 0b01
    EDGES7 = 0b10
    EDGES9 = 0b11


EDGES = (3, 5, 7, 9)
"""By the code of `Edges`."""


class Update(IntEnum):
    """Time between two changes of the drive. 5.9."""

    MS100 = 0b000
    MS200 = 0b001
    MS300 = 0b010
    MS400 = 0b011
    MS500 = 0b100
    MS800 = 0b101
    MS1200 = 0b110
    MS1600 = 0b111


UPDATE_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.2, 1.6)
"""Seconds, by the code of `Update`."""


class FailCount(IntEnum):
    """Updates at full drive without reaching the target until that is a failure. 5.12."""

    NEVER = 0b00
    AFTER_16 = 0b01
    AFTER_32 = 0b10
    AFTER_64 = 0b11


FAIL_UPDATES = (0, 16, 32, 64)
"""By the code of `FailCount`."""


class SpinLevel(IntEnum):
    """Drive during the spin-up. 5.12."""

    PERCENT30 = 0b000
    PERCENT35 = 0b001
    PERCENT40 = 0b010
    PERCENT45 = 0b011
    PERCENT50 = 0b100
    PERCENT55 = 0b101
    PERCENT60 = 0b110
    PERCENT65 = 0b111


SPIN_LEVEL = (0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65)
"""Fraction of full drive, by the code of `SpinLevel`."""


class SpinTime(IntEnum):
    """How long a spin-up takes. 5.12."""

    MS250 = 0b00
    MS500 = 0b01
    MS1000 = 0b10
    MS2000 = 0b11


SPIN_S = (0.25, 0.5, 1.0, 2.0)
"""Seconds, by the code of `SpinTime`."""


class Configuration(Word, address=0x20, width=8, reset=0x40, source="EMC2301 5.2"):
    """`mask`: the alert pin stays quiet; `no_timeout` (DIS_TO): of SMBus; `watchdog` (WD_EN): runs
    all the time; the last two are about the CLK pin."""

    mask: bool = bit(7)
    no_timeout: bool = bit(6)
    watchdog: bool = bit(5)
    clock_out: bool = bit(1)
    external_clock: bool = bit(0)


class FanStatus(Word, address=0x24, width=8, writable=False, source="EMC2301 5.3.1"):
    """`watchdog` (full drive) is cleared by reading; the others sum up the next three registers."""

    watchdog: bool = bit(7)
    drive_fail: bool = bit(2)
    spin_fail: bool = bit(1)
    stalled: bool = bit(0)


class StallStatus(Word, address=0x25, width=8, writable=False, source="EMC2301 5.3.2"):
    """Cleared by reading once the cause is gone, as the two that follow."""

    stalled: bool = bit(0)


class SpinStatus(Word, address=0x26, width=8, writable=False, source="EMC2301 5.3.3"):
    """No valid speed at the end of a spin-up."""

    spin_fail: bool = bit(0)


class DriveFailStatus(Word, address=0x27, width=8, writable=False, source="EMC2301 5.3.4"):
    """The target is not reached at full drive."""

    drive_fail: bool = bit(0)


class InterruptEnable(Word, address=0x29, width=8, source="EMC2301 5.4"):
    fan: bool = bit(0)


class PwmPolarity(Word, address=0x2A, width=8, source="EMC2301 5.5"):
    """`inverted`: full drive is low."""

    inverted: bool = bit(0)


class PwmOutput(Word, address=0x2B, width=8, source="EMC2301 5.5"):
    """Else open drain."""

    push_pull: bool = bit(0)


class PwmFrequency(Word, address=0x2D, width=8, source="EMC2301 5.6"):
    base: PwmBase = bits(1, 0)


class FanSetting(Word, address=0x30, width=8, source="EMC2301 5.7"):
    """Drive in 255ths of full. Reads what the fan gets now, which need not be what was written."""

    drive: int = bits(7, 0)


class PwmDivide(Word, address=0x31, width=8, reset=0x01, source="EMC2301 5.8"):
    """What the base frequency is divided by; 0 is 1."""

    divisor: int = bits(7, 0)


class FanConfiguration1(Word, address=0x32, width=8, reset=0x2B, source="EMC2301 5.9"):
    """`automatic` (EN_ALGO): the chip keeps the speed of the target; else the setting is driven."""

    automatic: bool = bit(7)
    range: Range = bits(6, 5)
    edges: Edges = bits(4, 3)
    update: Update = bits(2, 0)


class FanConfiguration2(Word, address=0x33, width=8, reset=0x28, source="EMC2301 5.10"):
    """`ramp` (EN_RRC) limits how fast a direct setting is followed."""

    ramp: bool = bit(6)
    glitch_filter: bool = bit(5)
    derivative: int = bits(4, 3)
    error_range: int = bits(2, 1)


class Gain(Word, address=0x35, width=8, reset=0x2A, source="EMC2301 5.11"):
    """Of the automatic control; codes for 1, 2, 4 and 8."""

    derivative: int = bits(5, 4)
    integral: int = bits(3, 2)
    proportional: int = bits(1, 0)


class SpinUp(Word, address=0x36, width=8, reset=0x19, source="EMC2301 5.12"):
    """`no_kick`: not at 100 % for the first quarter of the time."""

    fail_count: FailCount = bits(7, 6)
    no_kick: bool = bit(5)
    level: SpinLevel = bits(4, 2)
    time: SpinTime = bits(1, 0)


class MaximumStep(Word, address=0x37, width=8, reset=0x10, source="EMC2301 5.13"):
    """How far the drive moves in one update, in 255ths."""

    step: int = bits(5, 0)


class MinimumDrive(Word, address=0x38, width=8, reset=0x66, source="EMC2301 5.14"):
    """The automatic control does not drive less, in 255ths, unless the target is off."""

    drive: int = bits(7, 0)


class ValidTachCount(Word, address=0x39, width=8, reset=0xF5, source="EMC2301 5.15"):
    """High byte of the count beyond which the fan is stalled."""

    high: int = bits(7, 0)


class DriveFailBandLow(Word, address=0x3A, width=8, source="EMC2301 5.16"):
    """By how many counts the target may be missed at full drive."""

    low: int = bits(7, 3)


class DriveFailBandHigh(Word, address=0x3B, width=8, source="EMC2301 5.16"):
    high: int = bits(7, 0)


class TachTargetLow(Word, address=0x3C, width=8, reset=0xF8, source="EMC2301 5.17"):
    """Taken over when the high byte is written after it."""

    low: int = bits(7, 3)


class TachTargetHigh(Word, address=0x3D, width=8, reset=0xFF, source="EMC2301 5.17"):
    """0xFF switches the fan off."""

    high: int = bits(7, 0)


class TachReadingHigh(Word, address=0x3E, width=8, reset=0xFF, writable=False, source=_TACH):
    """Reading it keeps the low byte of the same measurement for the next read."""

    high: int = bits(7, 0)


class TachReadingLow(Word, address=0x3F, width=8, reset=0xF8, writable=False, source=_TACH):
    low: int = bits(7, 3)


class SoftwareLock(Word, address=0xEF, width=8, source="EMC2301 5.19"):
    """Makes what is in `LOCKED` read-only until the supply is gone."""

    locked: bool = bit(0)


class ProductId(Word, address=0xFD, width=8, reset=0x37, writable=False, source=_ID):
    code: int = bits(7, 0)


class ManufacturerId(Word, address=0xFE, width=8, reset=0x5D, writable=False, source=_ID):
    code: int = bits(7, 0)


class Revision(Word, address=0xFF, width=8, reset=0x80, writable=False, source=_ID):
    code: int = bits(7, 0)


LOCKED = (
    Configuration, FanConfiguration2, Gain, SpinUp, MaximumStep, MinimumDrive, ValidTachCount,
    DriveFailBandLow, DriveFailBandHigh, SoftwareLock,
)  # fmt: skip
"""Table 5.1, column LOCK."""
