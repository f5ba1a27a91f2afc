"""INA219 register map. Texas Instruments SBOS448G, section 8.6.

A pointer byte, then two bytes, big-endian. The pointer keeps its value; nothing auto-increments.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits


class Gain(IntEnum):
    """Full scale of the shunt voltage, in millivolts. SBOS448G table 4."""

    MV40 = 0b00
    MV80 = 0b01
    MV160 = 0b10
    MV320 = 0b11


class Adc(IntEnum):
    """Resolution, or number of 12 bit samples that are averaged. SBOS448G table 5.

    The datasheet lets bit 2 of a code below 8 float and gives 12 bit two codes; every such
    duplicate decodes to the one member that means the same.
    """

    BITS9 = 0b0000
    BITS10 = 0b0001
    BITS11 = 0b0010
    BITS12 = 0b0011
    SAMPLES2 = 0b1001
    SAMPLES4 = 0b1010
    SAMPLES8 = 0b1011
    SAMPLES16 = 0b1100
    SAMPLES32 = 0b1101
    SAMPLES64 = 0b1110
    SAMPLES128 = 0b1111

    @classmethod
    def _missing_(cls, value: object) -> Adc | None:
        duplicates: dict[object, Adc] = {
            0b0100: cls.BITS9,
            0b0101: cls.BITS10,
            0b0110: cls.BITS11,
            0b0111: cls.BITS12,
            0b1000: cls.BITS12,
        }
        return duplicates.get(value)


class Mode(IntEnum):
    """What is converted, and whether once. SBOS448G table 6."""

    POWER_DOWN = 0b000
    SHUNT_TRIGGERED = 0b001
    BUS_TRIGGERED = 0b010
    TRIGGERED = 0b011
    ADC_OFF = 0b100
    SHUNT_CONTINUOUS = 0b101
    BUS_CONTINUOUS = 0b110
    CONTINUOUS = 0b111


class Config(Word, address=0x00, reset=0x399F, source="SBOS448G 8.6.2.1"):
    restart: bool = bit(15)
    range_32v: bool = bit(13)
    gain: Gain = bits(12, 11)
    bus_adc: Adc = bits(10, 7)
    shunt_adc: Adc = bits(6, 3)
    mode: Mode = bits(2, 0)


class ShuntVoltage(Word, address=0x01, writable=False, source="SBOS448G 8.6.3.1"):
    """One code is 10 µV, whatever the gain."""

    code: int = bits(15, 0, signed=True)


class BusVoltage(Word, address=0x02, writable=False, source="SBOS448G 8.6.3.2"):
    """One code is 4 mV, whatever the range. `ready` falls when the power register is read or a new
    mode is written; `overflow` says that power and current are out of range."""

    code: int = bits(15, 3)
    ready: bool = bit(1)
    overflow: bool = bit(0)


class Power(Word, address=0x03, writable=False, source="SBOS448G 8.6.3.3"):
    """One code is 20 codes of the current register times one volt."""

    code: int = bits(15, 0)


class Current(Word, address=0x04, writable=False, source="SBOS448G 8.6.3.4"):
    """Shunt code x calibration / 4096; zero until a calibration is written."""

    code: int = bits(15, 0, signed=True)


class Calibration(Word, address=0x05, source="SBOS448G 8.6.4.1"):
    """Bit 0 cannot be stored and reads 0: `code` is half of the number that the formulas use."""

    code: int = bits(15, 1)
