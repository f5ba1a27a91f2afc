"""One BME680 with its calibration: what is measured, as codes.

Each code is searched for with the compensation formulas of Bosch's BST-BME680-DS001 (sections 3.3.1
to 3.3.4), as the modules sheet 6.5 has them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from ...registers.bme680 import COEFFICIENTS, GAS_K1, GAS_K2, H1_HIGH, H2_HIGH, H_LOW

PART = {
    "t1": 26195, "t2": 26290, "t3": 3,
    "p1": 35395, "p2": -10405, "p3": 88, "p4": 4836, "p5": -118, "p6": 30, "p7": 26, "p8": -765,
    "p9": -3367, "p10": 30,
    "h3": 0, "h4": 45, "h5": 20, "h6": 120, "h7": -100,
    "g1": -30, "g2": -5969, "g3": 18, "heater_value": 50,
}  # fmt: skip
H1, H2 = 717, 1021
HEATER_RANGE, SWITCHING_ERROR = 1, 1
CODES_20, CODES_16, CODES_10 = 1 << 20, 1 << 16, 1 << 10


def _calibration() -> dict[int, int]:
    """The bytes by register; bits that mean nothing are not all 0."""
    file = {
        H1_HIGH: H1 >> 4,
        H2_HIGH: H2 >> 4,
        H_LOW: (H2 & 0x0F) << 4 | H1 & 0x0F,
        0x02: 0xC6 | HEATER_RANGE << 4,
        0x04: 0x03 | SWITCHING_ERROR << 4,
    }
    for name, (address, size, signed) in COEFFICIENTS.items():
        for index, byte in enumerate(PART[name].to_bytes(size, "little", signed=signed)):
            file[address + index] = byte
    return file


CALIBRATION = _calibration()


def temperature_code(celsius: float) -> int:
    """20 bits."""
    return _nearest(CODES_20, lambda code: _fine(code) / 5120, celsius)


def pressure_code(pascals: float, temperature: int) -> int:
    """20 bits, at the temperature of that code; the code falls when the pressure rises."""
    fine = _fine(temperature)
    return _nearest(CODES_20, lambda code: -_pascals(code, fine), -pascals)


def humidity_code(percent: float, temperature: int) -> int:
    """16 bits, at the temperature of that code."""
    celsius = _fine(temperature) / 5120
    return _nearest(CODES_16, lambda code: _percent(code, celsius), percent)


def gas_code(ohms: float) -> tuple[int, int]:
    """10 bits and a range: the first of the sixteen in which the resistance fits."""
    codes = []
    for k1, k2 in zip(GAS_K1, GAS_K2, strict=True):
        v = (1340 + 5 * SWITCHING_ERROR) * k1
        codes.append(round(v * k2 / ohms + 512 - v))
    for gas_range, code in enumerate(codes):
        if code < CODES_10:
            return max(0, code), gas_range
    return CODES_10 - 1, len(codes) - 1


def _nearest(size: int, function: Callable[[int], float], target: float) -> int:
    """The code whose value is nearest to `target`; `function` rises."""
    above = min(bisect_left(range(size), target, key=function), size - 1)
    below = max(above - 1, 0)
    return below if target - function(below) < function(above) - target else above


def _fine(code: int) -> float:
    """The temperature in 5120ths of a degree. DS001 3.3.1."""
    linear = (code / 16384 - PART["t1"] / 1024) * PART["t2"]
    return linear + (code / 131072 - PART["t1"] / 8192) ** 2 * 16 * PART["t3"]


def _pascals(code: int, fine: float) -> float:
    """DS001 3.3.2."""
    c = PART
    x = fine / 2 - 64000
    offset = (x * x * c["p6"] / 131072 + 2 * x * c["p5"]) / 4 + 65536 * c["p4"]
    scale = (1 + (c["p3"] * x * x / 16384 + c["p2"] * x) / 524288 / 32768) * c["p1"]
    p = (1048576 - code - offset / 4096) * 6250 / scale
    square, cube = c["p9"] * p * p / 2**31, (p / 256) ** 3 * c["p10"] / 131072
    return p + (square + p * c["p8"] / 32768 + cube + 128 * c["p7"]) / 16


def _percent(code: int, celsius: float) -> float:
    """DS001 3.3.3."""
    c = PART
    u = code - (16 * H1 + c["h3"] * celsius / 2)
    slope = 1 + c["h4"] * celsius / 16384 + c["h5"] * celsius * celsius / 1048576
    w = u * H2 / 262144 * slope
    return w + (c["h6"] / 16384 + c["h7"] * celsius / 2097152) * w * w
