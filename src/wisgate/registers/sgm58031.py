"""SGM58031 register map. SG Micro SGM58031 datasheet, registers.

Register 6 (gain trim) is a factory value and left out.

A pointer byte, then two bytes, big-endian. Registers 0 to 3 are those of the ADS1115, except for
the data rates; registers 4 and 5 exist on this chip only.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

_SG = "SGM58031 datasheet, registers"


class Mux(IntEnum):
    """Positive and negative input; the last four measure against ground."""

    AIN0_AIN1 = 0b000
    AIN0_AIN3 = 0b001
    AIN1_AIN3 = 0b010
    AIN2_AIN3 = 0b011
    AIN0 = 0b100
    AIN1 = 0b101
    AIN2 = 0b110
    AIN3 = 0b111


class Gain(IntEnum):
    """Full scale in volts, plus and minus; one code is a 32768th of it. 0.256 V has three codes,
    all of which decode to one member."""

    V6_144 = 0b000
    V4_096 = 0b001
    V2_048 = 0b010
    V1_024 = 0b011
    V0_512 = 0b100
    V0_256 = 0b101

    @classmethod
    def _missing_(cls, value: object) -> Gain | None:
        return cls.V0_256 if value in (0b110, 0b111) else None


FULL_SCALE_V = {
    Gain.V6_144: 6.144,
    Gain.V4_096: 4.096,
    Gain.V2_048: 2.048,
    Gain.V1_024: 1.024,
    Gain.V0_512: 0.512,
    Gain.V0_256: 0.256,
}
"""Volts at code 32768."""


class Rate(IntEnum):
    """Data rate, named after the samples per second while `Config1.fast` is 0."""

    SPS6_25 = 0b000
    SPS12_5 = 0b001
    SPS25 = 0b010
    SPS50 = 0b011
    SPS100 = 0b100
    SPS200 = 0b101
    SPS400 = 0b110
    SPS800 = 0b111


SAMPLES_PER_SECOND = {
    False: (6.25, 12.5, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0),
    True: (7.5, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0),
}
"""By `Config1.fast` (DR_SEL), then by the code of `Rate`. Code 4 is 128 in an ADS1115."""


class Queue(IntEnum):
    """Conversions beyond a threshold before the alert pin moves."""

    AFTER_1 = 0b00
    AFTER_2 = 0b01
    AFTER_4 = 0b10
    DISABLED = 0b11


class Conversion(Word, address=0x00, writable=False, source=_SG):
    """The last finished conversion."""

    code: int = bits(15, 0, signed=True)


class Config(Word, address=0x01, reset=0x8583, source=_SG):
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


class LowThreshold(Word, address=0x02, reset=0x8000, source=_SG):
    code: int = bits(15, 0, signed=True)


class HighThreshold(Word, address=0x03, reset=0x7FFF, source=_SG):
    code: int = bits(15, 0, signed=True)


class Config1(Word, address=0x04, reset=0x0000, source=_SG):
    """`fast` (DR_SEL) selects the second column of rates, `burnout` a pair of 2 µA sources,
    `external_reference` turns AIN3 into the reference. `power_down` stays 0."""

    power_down: bool = bit(8)
    fast: bool = bit(7)
    burnout: bool = bit(6)
    alert_as_io: bool = bit(5)
    bus_leakage_blocking: bool = bit(4)
    external_reference: bool = bit(3)


class ChipId(Word, address=0x05, reset=0x0080, writable=False, source=_SG):
    """An ADS1115 has no such register and answers with one of its first four."""

    identity: int = bits(15, 8)
    version: int = bits(7, 5)
