"""TPT29555 register map. 3PEAK TPT29555 Rev A.1.2, register map; the same as the PCA9555.

A command byte, of which the low three bits count, then data bytes. Two data bytes in one
transaction go to the two registers of a pair (0 and 1, 2 and 3, 4 and 5, 6 and 7) by turns, so that
a 16 line access is port 0, then port 1. Bit n of port p is line 8 * p + n.
"""

from __future__ import annotations

from .word import Word, bits

_TPT = "TPT29555 Rev A.1.2, register map"

COMMAND_MASK = 0x07
"""The bits of the command byte that select a register."""


class InputPort0(Word, address=0x00, width=8, writable=False, source=_TPT):
    """Levels at the pins, of outputs too; inverted where the polarity register says so."""

    lines: int = bits(7, 0)


class InputPort1(Word, address=0x01, width=8, writable=False, source=_TPT):
    lines: int = bits(7, 0)


class OutputPort0(Word, address=0x02, width=8, reset=0xFF, source=_TPT):
    """The latch. It reads back what was written, not the pin."""

    lines: int = bits(7, 0)


class OutputPort1(Word, address=0x03, width=8, reset=0xFF, source=_TPT):
    lines: int = bits(7, 0)


class Polarity0(Word, address=0x04, width=8, reset=0x00, source=_TPT):
    """1 inverts the bit of the input register; nothing happens at the pin."""

    lines: int = bits(7, 0)


class Polarity1(Word, address=0x05, width=8, reset=0x00, source=_TPT):
    lines: int = bits(7, 0)


class Configuration0(Word, address=0x06, width=8, reset=0xFF, source=_TPT):
    """1 is an input with a weak pull-up, 0 a push-pull output."""

    lines: int = bits(7, 0)


class Configuration1(Word, address=0x07, width=8, reset=0xFF, source=_TPT):
    lines: int = bits(7, 0)
