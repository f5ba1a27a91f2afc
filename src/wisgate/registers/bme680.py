"""BME680 register map. Bosch Sensortec BST-BME680-DS001 Rev 1.3, section 5; modules sheet 6.5.

A register byte, then data bytes. A read goes on to the next register; a write holds one register
and one byte, and may go on with further such pairs (6.2.1).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from .word import Word, bit, bits

_DS = "BST-BME680-DS001 5"


class Oversampling(IntEnum):
    """How many samples make a result; codes above X16 mean the same."""

    SKIPPED = 0b000
    X1 = 0b001
    X2 = 0b010
    X4 = 0b011
    X8 = 0b100
    X16 = 0b101

    @classmethod
    def _missing_(cls, value: object) -> Oversampling | None:
        return cls.X16 if value in (0b110, 0b111) else None


SAMPLES = {
    Oversampling.SKIPPED: 0,
    Oversampling.X1: 1,
    Oversampling.X2: 2,
    Oversampling.X4: 4,
    Oversampling.X8: 8,
    Oversampling.X16: 16,
}


class Mode(IntEnum):
    SLEEP = 0b00
    FORCED = 0b01
    """One measurement; the chip then sleeps by itself."""


class State(Word, address=0x1D, width=8, reset=0x00, writable=False, source=_DS):
    """The first byte of a result. `new` rises with a result and falls with the next start."""

    new: bool = bit(7)
    gas_measuring: bool = bit(6)
    measuring: bool = bit(5)
    gas_index: int = bits(3, 0)


FIELD = 0x1D
"""First register of a result."""
FIELD_SIZE = 15
"""Bytes of a result, 0x1D to 0x2B: state, index, pressure, temperature, humidity, gas."""
FIELD_PRESSURE, FIELD_TEMPERATURE, FIELD_HUMIDITY, FIELD_GAS = 2, 5, 8, 13
"""Where each begins in a result: 20 bits, 20 bits, 16 bits, highest first; then `Gas`."""
SKIPPED_20, SKIPPED_16 = 0x80000, 0x8000
"""The code of a quantity that was never measured, of 20 and of 16 bits."""


class Gas(Word, address=0x2A, width=16, reset=0x0000, writable=False, source=_DS):
    """Two registers, highest byte first. `valid` says that this result was measured, `stable` that
    the heater had reached its temperature."""

    code: int = bits(15, 6)
    valid: bool = bit(5)
    stable: bool = bit(4)
    range: int = bits(3, 0)


class HeaterResistance(Word, address=0x5A, width=8, reset=0x00, source=_DS):
    """Target of heater profile 0; nine more follow."""

    code: int = bits(7, 0)


class HeaterTime(Word, address=0x64, width=8, reset=0x00, source=_DS):
    """How long profile 0 heats before it measures: `count` ms x 4 to the power of `factor`."""

    factor: int = bits(7, 6)
    count: int = bits(5, 0)


class HeaterControl(Word, address=0x70, width=8, reset=0x00, source=_DS):
    off: bool = bit(3)


class GasControl(Word, address=0x71, width=8, reset=0x00, source=_DS):
    run: bool = bit(4)
    profile: int = bits(3, 0)


class HumidityControl(Word, address=0x72, width=8, reset=0x00, source=_DS):
    """Takes effect with the next write of `MeasurementControl`."""

    oversampling: Oversampling = bits(2, 0)


class MeasurementControl(Word, address=0x74, width=8, reset=0x00, source=_DS):
    """`mode` FORCED starts a measurement, and reads SLEEP when it is over."""

    temperature: Oversampling = bits(7, 5)
    pressure: Oversampling = bits(4, 2)
    mode: Mode = bits(1, 0)


class Filter(Word, address=0x75, width=8, reset=0x00, source=_DS):
    """Of temperature and pressure: 2 to the power of `coefficient`, less one."""

    coefficient: int = bits(4, 2)


class Identity(Word, address=0xD0, width=8, reset=0x61, writable=False, source=_DS):
    code: int = bits(7, 0)


class Variant(Word, address=0xF0, width=8, reset=0x00, writable=False, source=_DS):
    """0 is a BME680, 1 a BME688, whose gas range means something else."""

    code: int = bits(7, 0)


RESET, RESET_WORD = 0xE0, 0xB6
"""Register and byte of a reset; the chip is back 10 ms later (Bosch's driver)."""
RESET_S = 10e-3


class Coefficient(NamedTuple):
    """Where a calibration value lies: first register (lowest byte first) and bytes."""

    address: int
    size: int
    signed: bool


COEFFICIENTS = {
    "t1": Coefficient(0xE9, 2, False),
    "t2": Coefficient(0x8A, 2, True),
    "t3": Coefficient(0x8C, 1, True),
    "p1": Coefficient(0x8E, 2, False),
    "p2": Coefficient(0x90, 2, True),
    "p3": Coefficient(0x92, 1, True),
    "p4": Coefficient(0x94, 2, True),
    "p5": Coefficient(0x96, 2, True),
    "p6": Coefficient(0x99, 1, True),
    "p7": Coefficient(0x98, 1, True),
    "p8": Coefficient(0x9C, 2, True),
    "p9": Coefficient(0x9E, 2, True),
    "p10": Coefficient(0xA0, 1, False),
    "h3": Coefficient(0xE4, 1, True),
    "h4": Coefficient(0xE5, 1, True),
    "h5": Coefficient(0xE6, 1, True),
    "h6": Coefficient(0xE7, 1, False),
    "h7": Coefficient(0xE8, 1, True),
    "g1": Coefficient(0xED, 1, True),
    "g2": Coefficient(0xEB, 2, True),
    "g3": Coefficient(0xEE, 1, True),
    "heater_value": Coefficient(0x00, 1, True),
}
"""By the names of DS001 tables 11 to 15, in lower case; `heater_value` is res_heat_val."""
H1_HIGH, H2_HIGH, H_LOW = 0xE3, 0xE1, 0xE2
"""h1 and h2 have 12 bits: eight above, and a nibble of H_LOW below (h1 bits 3:0, h2 bits 7:4)."""


class HeaterRange(Word, address=0x02, width=8, reset=0x00, writable=False, source=_DS):
    """A calibration value, res_heat_range."""

    code: int = bits(5, 4)


class SwitchingError(Word, address=0x04, width=8, reset=0x00, writable=False, source=_DS):
    """A calibration value, range_sw_err."""

    code: int = bits(7, 4, signed=True)


GAS_K1 = (1.0, 1.0, 1.0, 1.0, 1.0, 0.99, 1.0, 0.992, 1.0, 1.0, 0.998, 0.995, 1.0, 0.99, 1.0, 1.0)
GAS_K2 = (
    8e6, 4e6, 2e6, 1e6, 499500.4995, 248262.1648, 125000.0, 63004.03226,
    31281.28128, 15625.0, 7812.5, 3906.25, 1953.125, 976.5625, 488.28125, 244.140625,
)  # fmt: skip
"""Constants of each gas range. DS001 table 16, in the form of Bosch's floating-point driver."""

CYCLE_S = 1963e-6
"""One sample of temperature, pressure or humidity (Bosch's driver)."""
SWITCH_S = 477e-6
"""One change between quantities; there are four, and five more for gas (Bosch's driver)."""
WAKE_S = 1.5e-3
"""From sleep to the first sample (Bosch's driver: 1 ms, and half a millisecond of rounding)."""
