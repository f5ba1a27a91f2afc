"""LPS22HB register map. STMicroelectronics DocID027083 Rev 6, section 9.

A sub-address byte, then data bytes. Reads go on to the next register while `increment` is set.
Thresholds, FIFO, reference pressure and offset are left out: nothing here uses them.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits


class Rate(IntEnum):
    """Measurements per second. DocID027083 table 17."""

    ONE_SHOT = 0b000
    """Power-down; `Control2.one_shot` makes one measurement."""
    HZ1 = 0b001
    HZ10 = 0b010
    HZ25 = 0b011
    HZ50 = 0b100
    HZ75 = 0b101


PER_SECOND = {Rate.HZ1: 1.0, Rate.HZ10: 10.0, Rate.HZ25: 25.0, Rate.HZ50: 50.0, Rate.HZ75: 75.0}


class WhoAmI(Word, address=0x0F, width=8, reset=0xB1, writable=False, source="DocID027083 9.4"):
    identity: int = bits(7, 0)


class Control1(Word, address=0x10, width=8, reset=0x00, source="DocID027083 9.5"):
    """`low_pass` filters the pressure, at a ninth of the rate or, with `low_pass_20`, a twentieth.
    `block_update` keeps a result together until its highest byte was read."""

    rate: Rate = bits(6, 4)
    low_pass: bool = bit(3)
    low_pass_20: bool = bit(2)
    block_update: bool = bit(1)
    spi_3_wire: bool = bit(0)


class Control2(Word, address=0x11, width=8, reset=0x10, source="DocID027083 9.6"):
    """`boot`, `reset_all` and `one_shot` fall by themselves when what they ask for is done."""

    boot: bool = bit(7)
    fifo: bool = bit(6)
    stop_on_watermark: bool = bit(5)
    increment: bool = bit(4)
    i2c_off: bool = bit(3)
    reset_all: bool = bit(2)
    one_shot: bool = bit(0)


class Resolution(Word, address=0x1A, width=8, reset=0x00, source="DocID027083 9.12"):
    """`low_current` trades noise for supply current; may be changed in power-down only."""

    low_current: bool = bit(0)


class State(Word, address=0x27, width=8, reset=0x00, writable=False, source="DocID027083 9.15"):
    """`…_ready` falls when the highest byte of that result is read; `…_overrun` says that a result
    was replaced unread, and falls with it."""

    temperature_overrun: bool = bit(5)
    pressure_overrun: bool = bit(4)
    temperature_ready: bool = bit(1)
    pressure_ready: bool = bit(0)


class Pressure(
    Word, address=0x28, width=24, reset=0x000000, writable=False, source="DocID027083 9.16 to 9.18"
):
    """Three registers, 0x28 to 0x2A, lowest byte first."""

    code: int = bits(23, 0, signed=True)


class Temperature(
    Word, address=0x2B, width=16, reset=0x0000, writable=False, source="DocID027083 9.19, 9.20"
):
    """Two registers, 0x2B and 0x2C, lowest byte first."""

    code: int = bits(15, 0, signed=True)


CODES_PER_HPA = 4096
"""Pressure codes of one hPa. DocID027083 4.4 and 9.18."""
CODES_PER_DEGREE = 100
"""Temperature codes of one °C. DocID027083 4.5."""
RANGE_HPA = (260.0, 1260.0)
"""What the chip is specified for. DocID027083 table 3."""
