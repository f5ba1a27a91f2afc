"""Witness of LIN: identifiers, checksums, whole frames; modules sheet 4.7 and 9.2. Nobody
writes this file by running our code.

A frame on the line: a break (13 bits low at least; a port reads it as 00), 55, the protected
identifier, one to eight bytes lowest bit first, a checksum.
"""

from __future__ import annotations

PROTECTED = bytes.fromhex(
    "80 C1 42 03 C4 85 06 47 08 49 CA 8B 4C 0D 8E CF"
    "50 11 92 D3 14 55 D6 97 D8 99 1A 5B 9C DD 5E 1F"
    "20 61 E2 A3 64 25 A6 E7 A8 E9 6A 2B EC AD 2E 6F"
    "F0 B1 32 73 B4 F5 76 37 78 39 BA FB 3C 7D FE BF"
)
"""Identifiers 00 to 3F with their parity. Sheet 4.7, PID table."""

CHECKSUMS: tuple[tuple[int, bytes, int | None, int | None], ...] = (
    (0x01, bytes.fromhex("00 01 02 03 FF 05 06 64"), 0x8A, 0xC8),
    (0x10, bytes.fromhex("4A 55 93 E5"), 0xE6, 0x96),
    (0x3C, bytes.fromhex("00 FF FF FF FF FF FF FF"), 0x00, None),
)
"""Identifier, bytes, classic and enhanced checksum. Sheet 9.2. 3C and 3D are always classic."""

HEADER_1 = bytes.fromhex("55 C1")
"""Of identifier 1, after the break."""
ENHANCED_1 = bytes.fromhex("55 C1 00 01 02 03 FF 05 06 64 C8")
CLASSIC_1 = bytes.fromhex("55 C1 00 01 02 03 FF 05 06 64 8A")
ENHANCED_10 = bytes.fromhex("55 50 4A 55 93 E5 96")
GO_TO_SLEEP = bytes.fromhex("55 3C 00 FF FF FF FF FF FF FF 00")

BREAK_BAUDS = {9600: 6646, 19200: 13292}
"""Baud rate of the bus, and the rate at which 00 is a break of 13 bits (9/13). Sheet 4.7."""
BAD_PARITY = bytes.fromhex("55 01")
"""Identifier 1 without its parity bits: nobody answers."""
