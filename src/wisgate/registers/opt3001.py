"""OPT3001 register map. Texas Instruments SBOS681C, section 7.6.

A pointer byte, then two bytes, big-endian. The pointer keeps its value; nothing auto-increments.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

AUTOMATIC = 0b1100
"""Code of `Config.range` with which the chip chooses the range; a lower one is the exponent of the
results, a higher one is reserved. SBOS681C table 9."""
HIGHEST_RANGE = 0b1011


class Mode(IntEnum):
    """SBOS681C table 10. Continuous has two codes."""

    SHUTDOWN = 0b00
    SINGLE = 0b01
    CONTINUOUS = 0b10

    @classmethod
    def _missing_(cls, value: object) -> Mode | None:
        return cls.CONTINUOUS if value == 0b11 else None


class Faults(IntEnum):
    """Results beyond a limit before the flag rises. SBOS681C table 10."""

    AFTER_1 = 0b00
    AFTER_2 = 0b01
    AFTER_4 = 0b10
    AFTER_8 = 0b11


class Result(Word, address=0x00, writable=False, source="SBOS681C 7.6.1.1.1"):
    """0.01 lx x 2 to the power of `exponent` x `mantissa`."""

    exponent: int = bits(15, 12)
    mantissa: int = bits(11, 0)


class Config(Word, address=0x01, reset=0xC810, source="SBOS681C 7.6.1.1.2"):
    """`slow` converts for 800 ms instead of 100 ms. `ready` rises at the end of a conversion and
    falls when this register is read or written. `overflow`, `high` and `low` are results of the
    chip, too; what is written to them has no effect."""

    range: int = bits(15, 12)
    slow: bool = bit(11)
    mode: Mode = bits(10, 9)
    overflow: bool = bit(8)
    ready: bool = bit(7)
    high: bool = bit(6)
    low: bool = bit(5)
    latch: bool = bit(4)
    active_high: bool = bit(3)
    mask_exponent: bool = bit(2)
    faults: Faults = bits(1, 0)


class LowLimit(Word, address=0x02, reset=0xC000, source="SBOS681C 7.6.1.1.3"):
    exponent: int = bits(15, 12)
    mantissa: int = bits(11, 0)


class HighLimit(Word, address=0x03, reset=0xBFFF, source="SBOS681C 7.6.1.1.4"):
    exponent: int = bits(15, 12)
    mantissa: int = bits(11, 0)


class Manufacturer(Word, address=0x7E, reset=0x5449, writable=False, source="SBOS681C 7.6.1.1.5"):
    """ "TI" in ASCII."""

    code: int = bits(15, 0)


class Identity(Word, address=0x7F, reset=0x3001, writable=False, source="SBOS681C 7.6.1.1.6"):
    code: int = bits(15, 0)


LSB_LX = 0.01
"""Lux of one mantissa code at exponent 0. SBOS681C equation 3."""
