"""MCP23017 register map. Microchip DS20001952, section 3.5.

An address byte, then data bytes; the address goes on by one after each byte, from the last register
to the first, or takes turns inside a pair (`Iocon.byte_mode`). Addresses are those of BANK 0, as
after power-on: port A is even, port B odd. With BANK 1 port A is 0x00 to 0x0A and port B 0x10 to
0x1A, in the same order. Bit n of port p is line 8 * p + n.
"""

from __future__ import annotations

from .word import Word, bit, bits

_DS = "DS20001952, table 3-5"

LINES = 16
OUTPUT_ONLY = (7, 15)
"""Lines that are not to be inputs: a change at them can disturb SDA. DS20001952 revision D."""


class IodirA(Word, address=0x00, width=8, reset=0xFF, source=_DS):
    """1 is an input, 0 a push-pull output."""

    lines: int = bits(7, 0)


class IodirB(Word, address=0x01, width=8, reset=0xFF, source=_DS):
    lines: int = bits(7, 0)


class IpolA(Word, address=0x02, width=8, reset=0x00, source=_DS):
    """1 inverts the bit of the port register; nothing happens at the pin."""

    lines: int = bits(7, 0)


class IpolB(Word, address=0x03, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)


class GpintenA(Word, address=0x04, width=8, reset=0x00, source=_DS):
    """1 lets a change of an input raise the interrupt."""

    lines: int = bits(7, 0)


class GpintenB(Word, address=0x05, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)


class DefvalA(Word, address=0x06, width=8, reset=0x00, source=_DS):
    """The level that is none, where `IntconA` compares with it."""

    lines: int = bits(7, 0)


class DefvalB(Word, address=0x07, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)


class IntconA(Word, address=0x08, width=8, reset=0x00, source=_DS):
    """1 compares with `DefvalA`, 0 with the level before."""

    lines: int = bits(7, 0)


class IntconB(Word, address=0x09, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)


class Iocon(Word, address=0x0A, width=8, reset=0x00, source="DS20001952, 3.5.6"):
    """One register for both ports, at 0x0A and 0x0B, or at 0x05 and 0x15 with BANK 1.

    `mirror` joins INTA and INTB, `byte_mode` (SEQOP) stops the address from going on,
    `slow_slew_off` (DISSLW) is about SDA, `address_pins` (HAEN) counts on the SPI part only,
    `open_drain` (ODR) and `active_high` (INTPOL) are about INTA and INTB.
    """

    bank: bool = bit(7)
    mirror: bool = bit(6)
    byte_mode: bool = bit(5)
    slow_slew_off: bool = bit(4)
    address_pins: bool = bit(3)
    open_drain: bool = bit(2)
    active_high: bool = bit(1)


class GppuA(Word, address=0x0C, width=8, reset=0x00, source=_DS):
    """1 pulls an input up, with 100 kΩ."""

    lines: int = bits(7, 0)


class GppuB(Word, address=0x0D, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)


class IntfA(Word, address=0x0E, width=8, writable=False, source=_DS):
    """The line that raised the interrupt."""

    lines: int = bits(7, 0)


class IntfB(Word, address=0x0F, width=8, writable=False, source=_DS):
    lines: int = bits(7, 0)


class IntcapA(Word, address=0x10, width=8, writable=False, source=_DS):
    """The levels at the interrupt. Reading it, or the port, clears the interrupt."""

    lines: int = bits(7, 0)


class IntcapB(Word, address=0x11, width=8, writable=False, source=_DS):
    lines: int = bits(7, 0)


class GpioA(Word, address=0x12, width=8, source=_DS):
    """Reads the pins, of outputs too, inverted where `IpolA` says so; a write goes to `OlatA`."""

    lines: int = bits(7, 0)


class GpioB(Word, address=0x13, width=8, source=_DS):
    lines: int = bits(7, 0)


class OlatA(Word, address=0x14, width=8, reset=0x00, source=_DS):
    """The latch. It reads back what was written, not the pin."""

    lines: int = bits(7, 0)


class OlatB(Word, address=0x15, width=8, reset=0x00, source=_DS):
    lines: int = bits(7, 0)
