"""ADC121C021 register map. Texas Instruments SNAS415F, internal registers.

A pointer byte, of which the low three bits count, then one byte (alert status, configuration) or
two bytes, big-endian (all others). The pointer stays from one transaction to the next and does not
move by itself. A code is a 4096th of the supply, which is the reference.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

_TI = "SNAS415F, internal registers"

POINTER_MASK = 0x07
"""The bits of the pointer byte that select a register."""
CODES = 4096
"""Codes from ground to the supply."""


class Cycle(IntEnum):
    """Automatic conversion, named after the multiple of the 1 µs of a conversion. Off means that
    each reading of the result converts once (normal mode)."""

    OFF = 0b000
    X32 = 0b001
    X64 = 0b010
    X128 = 0b011
    X256 = 0b100
    X512 = 0b101
    X1024 = 0b110
    X2048 = 0b111


SAMPLES_PER_SECOND = {
    Cycle.X32: 27e3,
    Cycle.X64: 13.5e3,
    Cycle.X128: 6.7e3,
    Cycle.X256: 3.4e3,
    Cycle.X512: 1.7e3,
    Cycle.X1024: 0.9e3,
    Cycle.X2048: 0.4e3,
}
"""Typical rates of the automatic mode, as the datasheet prints them."""


class Conversion(Word, address=0x00, writable=False, source=_TI):
    """The last conversion. `alert` shows either flag of the alert status while
    `Configuration.alert_flag` is set."""

    alert: bool = bit(15)
    code: int = bits(11, 0)


class AlertStatus(Word, address=0x01, width=8, source=_TI):
    """What left the limits. A flag goes by itself when the input is back by the hysteresis, or
    with `Configuration.alert_hold` only when it is written."""

    over_range: bool = bit(1)
    under_range: bool = bit(0)


class Configuration(Word, address=0x02, width=8, source=_TI):
    """`alert_high` is the level of the alert pin in an alert; bit 1 stays 0."""

    cycle: Cycle = bits(7, 5)
    alert_hold: bool = bit(4)
    alert_flag: bool = bit(3)
    alert_pin: bool = bit(2)
    alert_high: bool = bit(0)


class LowLimit(Word, address=0x03, source=_TI):
    """A code below it is under range."""

    code: int = bits(11, 0)


class HighLimit(Word, address=0x04, reset=0x0FFF, source=_TI):
    """A code above it is over range."""

    code: int = bits(11, 0)


class Hysteresis(Word, address=0x05, source=_TI):
    """How far inside the limit an alert ends."""

    code: int = bits(11, 0)


class LowestConversion(Word, address=0x06, reset=0x0FFF, source=_TI):
    """The lowest code of the automatic mode; writing the reset value begins anew."""

    code: int = bits(11, 0)


class HighestConversion(Word, address=0x07, source=_TI):
    """The highest code of the automatic mode; writing the reset value begins anew."""

    code: int = bits(11, 0)
