"""Whole numbers as MQTT and Protocol Buffers write them: seven bits a byte, the lowest first."""

from __future__ import annotations

_LAST = tuple(bytes([bits]) for bits in range(0x80))
_MORE = tuple(bytes([bits | 0x80]) for bits in range(0x80))


def varint(value: int) -> bytes:
    """Of a value that is not negative."""
    found = b""
    while value >= 0x80:
        found += _MORE[value & 0x7F]
        value >>= 7
    return found + _LAST[value]
