"""Typed registers: how numbers lie in 16-bit words.

Words are big-endian as Modbus wants them; which word of a wide number comes first it leaves open.
The suffix "_swapped" means: the low word first. Source: Modbus Application Protocol V1.1b3, 4.2.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from decimal import Decimal

from ..core.errors import UnexpectedValue

SWAPPED = "_swapped"
_FORMATS = {"bool": "H", "uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f"}


def width(encoding: str) -> int:
    """Words of one number; a coil counts as one. Raises ValueError for an unknown encoding."""
    return struct.calcsize(">" + _format(encoding)) // 2


def is_whole(encoding: str, scale: float) -> bool:
    """Whether scaled values are always integers."""
    return encoding not in ("bool", "float32", "float32" + SWAPPED) and float(scale).is_integer()


def decimals(scale: float) -> int:
    """How many decimals a number in steps of `scale` has, 3 for whole steps and 6 at most: of a
    float32 nobody knows better."""
    exponent = Decimal(repr(scale)).normalize().as_tuple().exponent
    return min(-exponent, 6) if isinstance(exponent, int) and exponent < 0 else 3


def decode(encoding: str, words: Sequence[int], scale: float = 1.0) -> float | int | bool:
    """The number in `words`, times `scale`. Raises UnexpectedValue when it is not a number."""
    packed = struct.pack(f">{len(words)}H", *_ordered(encoding, words))
    code = struct.unpack(">" + _format(encoding), packed)[0]
    if encoding == "bool":
        return bool(code)
    if isinstance(code, float):
        if not math.isfinite(code):
            raise UnexpectedValue(f"reads {code}, a finite number is expected")
        code = _shortest(packed, code)
    # Decimal: 235 * 0.1 is 23.5 for people, and shall be it for everybody behind us.
    scaled = Decimal(repr(code)) * Decimal(repr(scale))
    return int(scaled) if is_whole(encoding, scale) else float(scaled)


def encode(encoding: str, value: float | int | bool, scale: float = 1.0) -> list[int]:
    """The words that say `value`, to the nearest step of `scale`. Raises ValueError when it does
    not fit."""
    letter = _format(encoding)
    if encoding == "bool":
        return [int(bool(value))]
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that {encoding} can carry")
    try:
        packed = struct.pack(">" + letter, _code(letter, value, scale))
    except (struct.error, OverflowError):
        raise ValueError(f"{value:g} does not fit {encoding} in steps of {scale:g}") from None
    return _ordered(encoding, struct.unpack(f">{len(packed) // 2}H", packed))


def _shortest(packed: bytes, number: float) -> float:
    """The shortest decimal that is this float32: 9.36, not 9.359999656677246."""
    texts = (f"{number:.{digits}g}" for digits in range(6, 10))
    return next((n for n in map(float, texts) if _packs_as(packed, n)), number)


def _packs_as(packed: bytes, number: float) -> bool:
    try:
        return struct.pack(">f", number) == packed
    except OverflowError:  # rounded up beyond the greatest float32
        return False


def _code(letter: str, value: float, scale: float) -> float | int:
    if letter == "f":
        return value / scale
    return int((Decimal(repr(value)) / Decimal(repr(scale))).to_integral_value())


def _ordered(encoding: str, words: Sequence[int]) -> list[int]:
    return list(reversed(words)) if encoding.endswith(SWAPPED) else list(words)


def _format(encoding: str) -> str:
    letter = _FORMATS.get(encoding.removesuffix(SWAPPED))
    if letter is None or (encoding.endswith(SWAPPED) and struct.calcsize(letter) < 4):
        raise ValueError(f'unknown encoding "{encoding}"; write uint16, int32_swapped, float32, …')
    return letter
