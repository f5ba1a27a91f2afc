"""ADS1115 register map. Texas Instruments SBAS444, register map.

A pointer byte, of which the low two bits count, then two bytes, big-endian. The SGM58031 took over
registers, inputs and gains, not the data rates.
"""

from __future__ import annotations

from enum import IntEnum

from .sgm58031 import FULL_SCALE_V, Gain, Mux, Queue
from .word import Word, bit, bits

__all__ = [
    "FULL_SCALE_V",
    "POINTER_MASK",
    "SAMPLES_PER_SECOND",
    "Config",
    "Conversion",
    "Gain",
    "HighThreshold",
    "LowThreshold",
    "Mux",
    "Queue",
    "Rate",
]

_TI = "SBAS444, register map"

POINTER_MASK = 0x03
"""The bits of the pointer that select a register: 5 is the configuration, and no chip id."""


class Rate(IntEnum):
    """Samples per second, give or take 10 %."""

    SPS8 = 0b000
    SPS16 = 0b001
    SPS32 = 0b010
    SPS64 = 0b011
    SPS128 = 0b100
    SPS250 = 0b101
    SPS475 = 0b110
    SPS860 = 0b111


SAMPLES_PER_SECOND = (8.0, 16.0, 32.0, 64.0, 128.0, 250.0, 475.0, 860.0)
"""By the code of `Rate`."""


class Conversion(Word, address=0x00, writable=False, source=_TI):
    """The last finished conversion."""

    code: int = bits(15, 0, signed=True)


class Config(Word, address=0x01, reset=0x8583, source=_TI):
    """`idle` (OS) reads 1 while nothing is converted; writing 1 starts a single conversion."""

    idle: bool = bit(15)
    mux: Mux = bits(14, 12)
    gain: Gain = bits(11, 9)
    single: bool = bit(8)
    rate: Rate = bits(7, 5)
    window: bool = bit(4)
    alert_high: bool = bit(3)
    latching: bool = bit(2)
    queue: Queue = bits(1, 0)


class LowThreshold(Word, address=0x02, reset=0x8000, source=_TI):
    code: int = bits(15, 0, signed=True)


class HighThreshold(Word, address=0x03, reset=0x7FFF, source=_TI):
    code: int = bits(15, 0, signed=True)
