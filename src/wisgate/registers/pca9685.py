"""PCA9685 register map. NXP PCA9685 Rev. 4, section 7.3.

A control byte that selects the register, then data bytes. With `Mode1.auto_increment` the next byte
goes to the next register, from 0x45 and 0xFE on to 0x00; without it to the same one again. Each of
the 16 outputs has four registers, `CHANNEL` apart; `AllOnLow` and its neighbours write all of them.
A register between 0x46 and 0xF9 is reserved, and not acknowledged.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

_NXP = "PCA9685 Rev. 4, table 4"

CHANNELS = 16
CHANNEL = 4
"""Registers of one output; those of output n begin at `OnLow.address + CHANNEL * n`."""
COUNTS = 4096
"""Of one period."""
OSCILLATOR_HZ = 25e6
"""Of the internal oscillator, give or take several percent; 7.3.5."""
PRESCALE_MIN = 3
"""In hardware; 7.3.5."""
WAKE_S = 500e-6
"""After SLEEP is cleared, until the oscillator is stable; 7.3.1."""

SOFTWARE_RESET_ADDRESS, SOFTWARE_RESET = 0x00, 0x06
"""A byte to the general call resets every chip of this kind on the bus; 7.6."""


class Disabled(IntEnum):
    """What the outputs do while OE is high. Table 6, OUTNE."""

    LOW = 0b00
    HIGH = 0b01
    """High with `totem_pole`, else high impedance."""
    FLOATING = 0b10

    @classmethod
    def _missing_(cls, value: object) -> Disabled | None:
        return cls.FLOATING if value == 0b11 else None


class Mode1(Word, address=0x00, width=8, reset=0x11, source="PCA9685 Rev. 4, table 5"):
    """`restart` reads 1 after a sleep that stopped running outputs, and is cleared by writing 1.
    `external_clock` can be set only asleep and stays until a reset. `all_call` and `sub_1` to
    `sub_3` acknowledge further addresses."""

    restart: bool = bit(7)
    external_clock: bool = bit(6)
    auto_increment: bool = bit(5)
    sleep: bool = bit(4)
    sub_1: bool = bit(3)
    sub_2: bool = bit(2)
    sub_3: bool = bit(1)
    all_call: bool = bit(0)


class Mode2(Word, address=0x01, width=8, reset=0x04, source="PCA9685 Rev. 4, table 6"):
    """`on_acknowledge` (OCH) changes an output with the last byte of its four, else with STOP."""

    inverted: bool = bit(4)
    on_acknowledge: bool = bit(3)
    totem_pole: bool = bit(2)
    disabled: Disabled = bits(1, 0)


class SubAddress1(Word, address=0x02, width=8, reset=0xE2, source=_NXP):
    """7 bit address, one of three that `Mode1` can switch on."""

    address_7bit: int = bits(7, 1)


class SubAddress2(Word, address=0x03, width=8, reset=0xE4, source=_NXP):
    address_7bit: int = bits(7, 1)


class SubAddress3(Word, address=0x04, width=8, reset=0xE8, source=_NXP):
    address_7bit: int = bits(7, 1)


class AllCallAddress(Word, address=0x05, width=8, reset=0xE0, source=_NXP):
    """7 bit address, 0x70 after power-on, that of the SHTC3."""

    address_7bit: int = bits(7, 1)


class OnLow(Word, address=0x06, width=8, reset=0x00, source=_NXP):
    """Of output 0. The output rises at this count of the period."""

    count: int = bits(7, 0)


class OnHigh(Word, address=0x07, width=8, reset=0x00, source=_NXP):
    full: bool = bit(4)
    count: int = bits(3, 0)


class OffLow(Word, address=0x08, width=8, reset=0x00, source=_NXP):
    """Of output 0. The output falls at this count of the period."""

    count: int = bits(7, 0)


class OffHigh(Word, address=0x09, width=8, reset=0x10, source=_NXP):
    """`full` (off) wins over that of `OnHigh`."""

    full: bool = bit(4)
    count: int = bits(3, 0)


class AllOnLow(Word, address=0xFA, width=8, reset=0x00, source=_NXP):
    """Writes that register of all outputs; reads 0, as its three neighbours."""

    count: int = bits(7, 0)


class AllOnHigh(Word, address=0xFB, width=8, reset=0x00, source=_NXP):
    full: bool = bit(4)
    count: int = bits(3, 0)


class AllOffLow(Word, address=0xFC, width=8, reset=0x00, source=_NXP):
    count: int = bits(7, 0)


class AllOffHigh(Word, address=0xFD, width=8, reset=0x00, source=_NXP):
    full: bool = bit(4)
    count: int = bits(3, 0)


class Prescale(Word, address=0xFE, width=8, reset=0x1E, source="PCA9685 Rev. 4, 7.3.5"):
    """A period is `COUNTS` x (code + 1) cycles of the oscillator. Written only asleep."""

    code: int = bits(7, 0)
