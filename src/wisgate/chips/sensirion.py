"""Sensirion's framing: 16 bit commands, and words of two bytes followed by a checksum byte."""

from __future__ import annotations

from ..core.errors import ChecksumMismatch
from ..registers.shtc3 import CRC_INIT, CRC_POLYNOMIAL


def crc8(data: bytes) -> int:
    """The checksum of a word: CRC-8, not reflected, no final xor. SHTC3 datasheet 5.10."""
    crc = CRC_INIT
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc << 1 ^ (CRC_POLYNOMIAL if crc & 0x80 else 0)
    return crc & 0xFF


def words(address: int, answer: bytes) -> list[int]:
    """The words of an answer, checked. Raises ChecksumMismatch."""
    return [_word(address, answer[at : at + 3]) for at in range(0, len(answer), 3)]


def _word(address: int, frame: bytes) -> int:
    word, (checksum,) = frame[:2], frame[2:]
    expected = crc8(word)
    if checksum != expected:
        raise ChecksumMismatch(
            f"{address:#04x}: the word {word.hex()} came with checksum {checksum:#04x},"
            f" expected {expected:#04x}; look at the wiring if this repeats"
        )
    return int.from_bytes(word, "big")
