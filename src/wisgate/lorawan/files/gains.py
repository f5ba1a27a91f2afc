"""Calibration of the cards of RAKwireless: what power (dBm) which setting of the amplifiers gives,
and what belongs to the measured signal strength.

Source: RAKwireless udp-packet-forwarder, runner/templates; rak_common_for_gateway, lora/.
"""

from __future__ import annotations

from ...catalog.regions import Region
from .rendering import Value

_STEPS = tuple(range(12, 28))
_SX1250 = {
    "low": (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 22),
    "high": (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22),
}
"""`pwr_idx` for 12 to 27 dBm, 860 to 870 MHz and 900 to 930 MHz; `pa_gain` is 1."""
_SX1250_400: tuple[tuple[int, int, int], ...] = (
    (-6, 0, 0), (-3, 0, 1), (0, 0, 2), (3, 1, 3), (6, 1, 4), (10, 1, 5), (11, 1, 6), (12, 1, 7),
    (13, 1, 8), (14, 1, 9), (16, 1, 10), (20, 1, 11), (23, 1, 12), (25, 1, 13), (26, 1, 14),
    (27, 1, 15),
)  # fmt: skip
"""(power, `pa_gain`, `pwr_idx`) below 600 MHz."""
_SX1257 = (
    (-6, 0, 9, 0), (-3, 0, 12, 0), (0, 0, 15, 0), (3, 1, 8, 1), (6, 1, 9, 0), (10, 1, 11, 0),
    (11, 1, 12, 1), (12, 1, 12, 0), (13, 2, 11, 1), (14, 2, 11, 0), (16, 3, 8, 1), (20, 3, 8, 0),
    (23, 3, 12, 1), (25, 3, 13, 0), (26, 3, 13, 0), (27, 3, 13, 0),
)  # fmt: skip
"""(power, `pa_gain`, `mix_gain`, `dig_gain`)."""
TEMPERATURE: Value = {
    "coeff_a": 0, "coeff_b": 0, "coeff_c": 20.41, "coeff_d": 2162.56, "coeff_e": 0,
}  # fmt: skip


def _below_600(region: Region) -> bool:
    return region.highest < 600_000_000


def sx1250(region: Region) -> list[Value]:
    """`tx_gain_lut` of the SX1302 and SX1303."""
    if _below_600(region):
        rows = _SX1250_400
    else:
        steps = _SX1250["low" if region.highest < 900_000_000 else "high"]
        rows = tuple((power, 1, step) for power, step in zip(_STEPS, steps, strict=True))
    return [{"rf_power": p, "pa_gain": gain, "pwr_idx": step} for p, gain, step in rows]


def sx1257() -> list[dict[str, Value]]:
    """`tx_lut_0` to `tx_lut_15` of the SX1301."""
    return [
        {"pa_gain": gain, "mix_gain": mix, "rf_power": power, "dig_gain": digital}
        for power, gain, mix, digital in _SX1257
    ]


def rssi_offset(region: Region) -> float:
    """Of the SX1250."""
    return -207.0 if _below_600(region) else -215.4


def single_input(region: Region) -> bool:
    """Whether its input is wired to one pin only."""
    return _below_600(region)


def old_radio(region: Region) -> str:
    """The radio on cards with the SX1301."""
    return "SX1255" if _below_600(region) else "SX1257"
