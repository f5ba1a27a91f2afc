"""From the codes of a BME680 to units (modules sheet 6.5, floating-point forms). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..core.units import Celsius, Fraction, Ohms, Pascals
from ..registers.bme680 import (
    COEFFICIENTS,
    GAS_K1,
    GAS_K2,
    H1_HIGH,
    H2_HIGH,
    H_LOW,
    HeaterRange,
    SwitchingError,
)

HOTTEST = 400.0
"""Degrees Celsius that a heater may get. BST-BME680-DS001 3.3.5."""
LONGEST_HEATING_S = 0.063 * 64
"""What the heater's register of time can hold."""


@dataclass(frozen=True)
class Calibration:
    """What the maker measured on one part; `values` by the names of the register map."""

    values: Mapping[str, int]
    h1: int
    h2: int
    heater_range: int
    switching_error: int

    @classmethod
    def read(cls, byte: Callable[[int], int]) -> Calibration:
        """From what `byte(register)` gives."""
        values = {}
        for name, place in COEFFICIENTS.items():
            raw = bytes(byte(place.address + n) for n in range(place.size))
            values[name] = int.from_bytes(raw, "little", signed=place.signed)
        return cls(
            values,
            h1=byte(H1_HIGH) << 4 | byte(H_LOW) & 0x0F,
            h2=byte(H2_HIGH) << 4 | byte(H_LOW) >> 4,
            heater_range=HeaterRange.decode(byte(HeaterRange.address)).code,
            switching_error=SwitchingError.decode(byte(SwitchingError.address)).code,
        )

    def fine_temperature(self, code: int) -> float:
        """What the other formulas want; 5120 is one degree."""
        k = self.values
        a = (code / 16384 - k["t1"] / 1024) * k["t2"]
        b = (code / 131072 - k["t1"] / 8192) ** 2 * 16 * k["t3"]
        return a + b

    def temperature(self, code: int) -> Celsius:
        return Celsius(self.fine_temperature(code) / 5120)

    def pressure(self, code: int, fine: float) -> Pascals:
        k = self.values
        v1 = fine / 2 - 64000
        v2 = v1 * v1 * k["p6"] / 131072 + 2 * v1 * k["p5"]
        v2 = v2 / 4 + 65536 * k["p4"]
        v1 = (k["p3"] * v1 * v1 / 16384 + k["p2"] * v1) / 524288
        v1 = (1 + v1 / 32768) * k["p1"]
        p = (1048576 - code - v2 / 4096) * 6250 / v1
        squared = k["p9"] * p * p / 2**31
        cubed = (p / 256) ** 3 * k["p10"] / 131072
        return Pascals(p + (squared + p * k["p8"] / 32768 + cubed + 128 * k["p7"]) / 16)

    def humidity(self, code: int, fine: float) -> Fraction:
        k, t = self.values, fine / 5120
        u = code - (16 * self.h1 + k["h3"] * t / 2)
        w = u * self.h2 / 262144 * (1 + k["h4"] * t / 16384 + k["h5"] * t * t / 1048576)
        percent = w + (k["h6"] / 16384 + k["h7"] * t / 2097152) * w * w
        return Fraction(min(100.0, max(0.0, percent)) / 100)

    def gas(self, code: int, scale: int) -> Ohms:
        v = (1340 + 5 * self.switching_error) * GAS_K1[scale]
        return Ohms(v * GAS_K2[scale] / (code - 512 + v))

    def heater_code(self, target: Celsius, ambient: Celsius) -> int:
        """Of the resistance that a heater has at `target` in air of `ambient`. Bosch's driver,
        calc_res_heat. Raises ValueError beyond 400 °C."""
        if not 0 <= target <= HOTTEST:
            raise ValueError(f"a heater of {target:g} °C is not within 0 to {HOTTEST:g} °C")
        k = self.values
        slope = k["g2"] / 32768 * 0.0005 + 0.00235
        warm = (k["g1"] / 16 + 49) * (1 + slope * target) + k["g3"] / 1024 * ambient
        ratio = 4 / (4 + self.heater_range) / (1 + k["heater_value"] * 0.002)
        return max(0, min(0xFF, int(3.4 * (warm * ratio - 25))))


def heater_time(seconds: float) -> tuple[int, int, float]:
    """Factor and count of `HeaterTime`, and what they mean in seconds: no less than asked. Raises
    ValueError for what they cannot hold."""
    for factor in range(4):
        unit = 1e-3 * 4**factor
        count = -int(-seconds / unit // 1)
        if 0 < count < 64:
            return factor, count, count * unit
    raise ValueError(f"heating for {seconds:g} s is not within 1 ms and {LONGEST_HEATING_S:g} s")
