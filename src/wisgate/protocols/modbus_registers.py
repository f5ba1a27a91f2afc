"""Typed registers: how numbers lie in 16-bit words.

Words are big-endian as Modbus wants them; which word of a wide number comes first it leaves open.
The suffix "_swapped" means: the low word first. Source: Modbus Application Protocol V1.1b3, 4.2.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from ..core.errors import UnexpectedValue

SWAPPED = "_swapped"
_pack_float = struct.Struct(">f").pack
_DIGITS = ("%.6g", "%.7g", "%.8g", "%.9g")
_FORMATS = {"bool": "H", "uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f"}


@lru_cache(maxsize=64)  # thousands of registers have few encodings and scales
def width(encoding: str) -> int:
    """Words of one number; a coil counts as one. Raises ValueError for an unknown encoding."""
    return struct.calcsize(">" + _format(encoding)) // 2


def is_whole(encoding: str, scale: float) -> bool:
    """Whether scaled values are always integers."""
    return encoding not in ("bool", "float32", "float32" + SWAPPED) and float(scale).is_integer()


@lru_cache(maxsize=256)
def decimals(scale: float) -> int:
    """How many decimals a number in steps of `scale` has, 3 for whole steps and 6 at most: of a
    float32 nobody knows better."""
    exponent = Decimal(repr(scale)).normalize().as_tuple().exponent
    return min(-exponent, 6) if isinstance(exponent, int) and exponent < 0 else 3


def decode(encoding: str, words: Sequence[int], scale: float = 1.0) -> float | int | bool:
    """The number in `words`, times `scale`. Raises UnexpectedValue when it is not a number."""
    code = struct.unpack(">" + layout(encoding), struct.pack(f">{len(words)}H", *words))[0]
    convert = converter(encoding, scale)
    value: float | int | bool = code if convert is None else convert(code)
    return value


@lru_cache(maxsize=64)
def layout(encoding: str) -> str:
    """How `struct` unpacks what `converter` takes. Raises ValueError for an unknown encoding."""
    letter = _format(encoding)
    return "4s" if encoding.endswith(SWAPPED) else letter


@lru_cache(maxsize=256)
def converter(encoding: str, scale: float) -> Callable[[Any], float | int | bool] | None:
    """What makes the value of what `layout` unpacks, None when it is the value already. It raises
    UnexpectedValue for what is not a number."""
    letter = _format(encoding)
    if encoding == "bool":
        return bool
    convert = partial(_float, Decimal(repr(scale))) if letter == "f" else _times(encoding, scale)
    if not encoding.endswith(SWAPPED):
        return convert
    unpack = struct.Struct(">" + letter).unpack

    def swapped(four: bytes) -> float | int:
        code = unpack(four[2:] + four[:2])[0]
        return code if convert is None else convert(code)

    return swapped


def _times(encoding: str, scale: float) -> Callable[[int], float | int] | None:
    """A whole number times `scale`. Over whole numbers, for 235 * 0.1 is 23.5 for people, and shall
    be it for everybody behind us."""
    top, bottom = Decimal(repr(scale)).as_integer_ratio()
    if (top, bottom) == (1, 1):
        return None
    if is_whole(encoding, scale):
        return lambda code: code * top
    return lambda code: code * top / bottom


def _float(scale: Decimal, code: float) -> float:
    if not math.isfinite(code):
        raise UnexpectedValue(f"reads {code}, a finite number is expected")
    short = _shortest(code) if code else code  # -0.0 would be found as 0.0
    return short if scale == 1 else float(Decimal(repr(short)) * scale)


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


@lru_cache(maxsize=4096)
def _shortest(number: float) -> float:
    """The shortest decimal that is this float32: 9.36, not 9.359999656677246."""
    packed = _pack_float(number)
    for digits in _DIGITS:
        short = float(digits % number)
        try:
            if _pack_float(short) == packed:
                return short
        except OverflowError:  # rounded up beyond the greatest float32
            continue
    return number


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
