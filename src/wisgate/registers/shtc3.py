"""SHTC3 commands and words. Sensirion SHTC3 datasheet, sections 5.1 to 5.11.

No registers: a 16 bit command, big-endian, then words of two bytes, each with a checksum byte.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits


class Command(IntEnum):
    """Every command word. "Stretch" holds the clock until the result is there; without it the chip
    refuses to be read (no acknowledge) while it measures."""

    WAKE = 0x3517
    SLEEP = 0xB098
    SOFT_RESET = 0x805D
    READ_ID = 0xEFC8
    TEMPERATURE_FIRST = 0x7866
    TEMPERATURE_FIRST_STRETCH = 0x7CA2
    HUMIDITY_FIRST = 0x58E0
    HUMIDITY_FIRST_STRETCH = 0x5C24
    LOW_POWER_TEMPERATURE_FIRST = 0x609C
    LOW_POWER_TEMPERATURE_FIRST_STRETCH = 0x6458
    LOW_POWER_HUMIDITY_FIRST = 0x401A
    LOW_POWER_HUMIDITY_FIRST_STRETCH = 0x44DE
    SERIAL_START = 0xC595
    """Followed by `SERIAL_ARGUMENT` and its checksum (Sensirion's C driver)."""
    SERIAL_NEXT = 0xC7F7
    """Answers one word; twice gives the 32 bit serial number, high word first."""


SERIAL_ARGUMENT = 0x007B


class Id(Word, address=0xEFC8, reset=0x0807, writable=False, source="SHTC3 5.9, table 15"):
    """The answer to READ_ID. Bits without a name differ from chip to chip."""

    series: bool = bit(11)
    product: int = bits(5, 0)


CRC_POLYNOMIAL = 0x31
CRC_INIT = 0xFF
"""CRC-8, not reflected, no final xor, over the two bytes of a word. SHTC3 5.10, table 16."""
