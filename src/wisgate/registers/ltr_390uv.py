"""LTR-390UV-01 register map. Lite-On DS86-2015-0004 Ver. 1.1, section 7; modules sheet 6.6.

A register byte, then data bytes; reads and writes go on to the next register. One of two channels
is converted at a time: visible light (ALS) or ultraviolet (UVS). Interrupt and thresholds (0x19 to
0x26) are left out: nothing here uses them.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

_DS = "DS86-2015-0004 7"


class Resolution(IntEnum):
    """Bits of a result, and so how long it takes."""

    BITS20 = 0
    BITS19 = 1
    BITS18 = 2
    BITS17 = 3
    BITS16 = 4
    BITS13 = 5


class Rate(IntEnum):
    """Time from one result to the next, at least; a longer conversion takes its own time. 2 s has
    two codes."""

    MS25 = 0
    MS50 = 1
    MS100 = 2
    MS200 = 3
    MS500 = 4
    S1 = 5
    S2 = 6

    @classmethod
    def _missing_(cls, value: object) -> Rate | None:
        return cls.S2 if value == 7 else None


class Gain(IntEnum):
    """Of both channels."""

    X1 = 0
    X3 = 1
    X6 = 2
    X9 = 3
    X18 = 4


BITS = {
    Resolution.BITS20: 20,
    Resolution.BITS19: 19,
    Resolution.BITS18: 18,
    Resolution.BITS17: 17,
    Resolution.BITS16: 16,
    Resolution.BITS13: 13,
}
CONVERSION_S = {
    Resolution.BITS20: 0.4,
    Resolution.BITS19: 0.2,
    Resolution.BITS18: 0.1,
    Resolution.BITS17: 0.05,
    Resolution.BITS16: 0.025,
    Resolution.BITS13: 0.0125,
}
PERIOD_S = {
    Rate.MS25: 0.025,
    Rate.MS50: 0.05,
    Rate.MS100: 0.1,
    Rate.MS200: 0.2,
    Rate.MS500: 0.5,
    Rate.S1: 1.0,
    Rate.S2: 2.0,
}
GAINS = {Gain.X1: 1, Gain.X3: 3, Gain.X6: 6, Gain.X9: 9, Gain.X18: 18}


class Control(Word, address=0x00, width=8, reset=0x00, source=_DS):
    """`reset_all` takes every register back; it falls by itself, and the chip does not acknowledge
    the byte that sets it (seen by the authors of Adafruit's library)."""

    reset_all: bool = bit(4)
    ultraviolet: bool = bit(3)
    enabled: bool = bit(1)


class Measurement(Word, address=0x04, width=8, reset=0x22, source=_DS):
    resolution: Resolution = bits(6, 4)
    rate: Rate = bits(2, 0)


class Amplification(Word, address=0x05, width=8, reset=0x01, source=_DS):
    gain: Gain = bits(2, 0)


class PartId(Word, address=0x06, width=8, reset=0xB2, writable=False, source=_DS):
    part: int = bits(7, 4)
    revision: int = bits(3, 0)


class State(Word, address=0x07, width=8, reset=0x20, writable=False, source=_DS):
    """Reading it clears all three: the supply came up, a threshold was passed, a result is there
    that nobody has seen."""

    powered_up: bool = bit(5)
    interrupt: bool = bit(4)
    ready: bool = bit(3)


class Light(Word, address=0x0D, width=24, reset=0x000000, writable=False, source=_DS):
    """Three registers, 0x0D to 0x0F, lowest byte first."""

    code: int = bits(19, 0)


class Ultraviolet(Word, address=0x10, width=24, reset=0x000000, writable=False, source=_DS):
    """Three registers, 0x10 to 0x12, lowest byte first."""

    code: int = bits(19, 0)


LUX_FACTOR = 0.6
"""Lux x gain x `LUX_TIME` of one code. DS86-2015-0004 section 7, formula for lux."""
LUX_TIME = {
    Resolution.BITS20: 4.0,
    Resolution.BITS19: 2.0,
    Resolution.BITS18: 1.0,
    Resolution.BITS17: 0.5,
    Resolution.BITS16: 0.25,
    Resolution.BITS13: 0.125,
}
"""Integration time in units of 100 ms. 13 bit is disputed: libraries print 0.03125, too (modules
sheet C-31)."""
CODES_PER_UVI = 2300
"""UVS codes of UV index 1 at gain 18 and 20 bit. DS86-2015-0004 section 6."""
