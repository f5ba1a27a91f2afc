"""LIN frames: protected identifiers, checksums, signals. LIN 2.2A; modules sheet 4.7."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

SYNC = 0x55
LAST_SIGNAL = 0x3B
"""The highest identifier for signals."""
REQUEST, DIAGNOSTIC_ANSWER = 0x3C, 0x3D
"""For diagnosis; always with the classic checksum."""
GO_TO_SLEEP = b"\x00" + 7 * b"\xff"
LONGEST = 8
BYTE_BITS = 10
HEADER_BITS = 34
"""Break, delimiter, sync and identifier."""
TIME_BASE_S = 5e-3
SLACK = 1.4
"""How much longer than nominal a frame may take."""


def protected(identifier: int) -> int:
    """The identifier (0 to 0x3F) with its two parity bits. Raises ValueError."""
    if not 0 <= identifier <= 0x3F:
        raise ValueError(f"no identifier {identifier:#x}; there are 0 to 0x3f")
    bit = [identifier >> n & 1 for n in range(6)]
    p0 = bit[0] ^ bit[1] ^ bit[2] ^ bit[4]
    p1 = 1 ^ bit[1] ^ bit[3] ^ bit[4] ^ bit[5]
    return identifier | p0 << 6 | p1 << 7


def intact(protected_identifier: int) -> bool:
    """Whether the parity of an identifier is right."""
    return protected(protected_identifier & 0x3F) == protected_identifier


def checksum(identifier: int, content: bytes, *, enhanced: bool) -> int:
    """Inverted sum with carry, over the protected identifier too when `enhanced`."""
    whole = enhanced and identifier < REQUEST
    total = protected(identifier) if whole else 0
    for byte in content:
        total += byte
        total = (total & 0xFF) + (total >> 8)
    return ~total & 0xFF


def frame_s(size: int, baud: int) -> float:
    """Seconds that a frame with `size` bytes takes at most."""
    return SLACK * (HEADER_BITS + BYTE_BITS * (size + 1)) / baud


def turn_s(size: int, baud: int) -> float:
    """Seconds of a turn in a schedule: the longest frame, in steps of 5 ms."""
    return ceil(frame_s(size, baud) / TIME_BASE_S) * TIME_BASE_S


def extract(content: bytes, bit: int, length: int, *, signed: bool = False) -> int:
    """The signal of `length` bits from `bit` on; bit 0 is the lowest of the first byte."""
    code = int.from_bytes(content, "little") >> bit & ((1 << length) - 1)
    return code - (1 << length) if signed and code >> (length - 1) else code


def insert(content: bytes, bit: int, length: int, code: int) -> bytes:
    """The same bytes with a signal in them; `code` may be negative. Raises ValueError when it does
    not fit."""
    if not -(1 << (length - 1)) <= code < 1 << length:
        raise ValueError(f"{code} does not fit {length} bits")
    mask = (1 << length) - 1
    kept = int.from_bytes(content, "little") & ~(mask << bit)
    return (kept | (code & mask) << bit).to_bytes(len(content), "little")


def scaled(code: int, scale: float, offset: float) -> float | int:
    """The value that a code stands for; whole when scale and offset are."""
    value = Decimal(code) * Decimal(repr(scale)) + Decimal(repr(offset))
    return int(value) if float(scale).is_integer() and float(offset).is_integer() else float(value)


def code_of(value: float, scale: float, offset: float) -> int:
    """The code of a value, to the nearest step."""
    steps = (Decimal(repr(value)) - Decimal(repr(offset))) / Decimal(repr(scale))
    return int(steps.to_integral_value())
