"""What the twins of Sensirion's chips share: words with a checksum byte."""

from __future__ import annotations

from ...registers.shtc3 import CRC_INIT, CRC_POLYNOMIAL


def checked(word: int) -> bytes:
    """A word of 16 bits, big-endian, and its checksum. SHTC3 datasheet 5.10."""
    crc = CRC_INIT
    for byte in word.to_bytes(2, "big"):
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (CRC_POLYNOMIAL if crc & 0x80 else 0)
        crc &= 0xFF
    return word.to_bytes(2, "big") + bytes([crc])
