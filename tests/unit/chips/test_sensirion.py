"""The checksum of Sensirion's words against the vectors of the datasheet (boards sheet A9)."""

import pytest

from wisgate.chips.sensirion import crc8, words
from wisgate.core.errors import ChecksumMismatch

VECTORS = {"BEEF": 0x92, "0000": 0x81, "FFFF": 0xAC, "8000": 0xA2, "6666": 0x93, "0887": 0x5B}


@pytest.mark.parametrize(("word", "checksum"), list(VECTORS.items()))
def test_vectors(word, checksum):
    assert crc8(bytes.fromhex(word)) == checksum


def test_words_come_in_order():
    assert words(0x70, bytes.fromhex("BEEF92 000081 08875B")) == [0xBEEF, 0x0000, 0x0887]


def test_every_flipped_bit_is_seen():
    good = int.from_bytes(bytes.fromhex("BEEF92"), "big")
    for bit in range(24):
        with pytest.raises(ChecksumMismatch):
            words(0x70, (good ^ 1 << bit).to_bytes(3, "big"))
