"""ADS7830 command byte. Texas Instruments SBAS302, tables I and II.

No registers: a command byte starts a conversion, a read answers its code of one byte.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bits

CODES = 256
"""Of the reference: one code is a 256th of it."""


class Input(IntEnum):
    """Table II, bits SD, C2, C1 and C0: a pair, positive input first, or one input against COM."""

    CH0_CH1 = 0b0000
    CH2_CH3 = 0b0001
    CH4_CH5 = 0b0010
    CH6_CH7 = 0b0011
    CH1_CH0 = 0b0100
    CH3_CH2 = 0b0101
    CH5_CH4 = 0b0110
    CH7_CH6 = 0b0111
    CH0 = 0b1000
    CH2 = 0b1001
    CH4 = 0b1010
    CH6 = 0b1011
    CH1 = 0b1100
    CH3 = 0b1101
    CH5 = 0b1110
    CH7 = 0b1111


class Power(IntEnum):
    """Table I, bits PD1 and PD0: what stays on between conversions. The last two switch on the
    internal reference of 2.5 V, which fights an external one."""

    ALL_OFF = 0b00
    CONVERTER = 0b01
    REFERENCE = 0b10
    BOTH = 0b11


class Command(Word, address=0x00, width=8, source="SBAS302, tables I and II"):
    """The only word, and without an address. Bits 1 and 0 are not used."""

    input: Input = bits(7, 4)
    power: Power = bits(3, 2)
