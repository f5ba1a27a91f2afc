"""Modulations as packet forwarders write them: "SF7BW125" with "4/5", or the bit rate of FSK."""

from __future__ import annotations

import re
from functools import lru_cache

from .radio import Fsk, Lora, Modulation

_LORA = re.compile(r"SF(\d{1,2})BW(\d{1,4})")
_SPREADING = range(5, 13)
_KHZ = frozenset({125, 250, 500, 200, 203, 400, 406, 800, 812, 1600, 1625})
"""Of an SX130x, and of an SX1280 in both ways of writing its bandwidths."""
CODING_RATES = frozenset(
    {"4/5", "4/6", "4/7", "4/8", "2/3", "1/2", "4/5LI", "4/6LI", "4/8LI", "OFF", ""}
)
"""Some forwarders write 4/6 and 4/8 as 2/3 and 1/2 (HAL of the SX1301)."""
_SHORTENED = {"2/3": "4/6", "1/2": "4/8", "": "4/5"}
_BIT_RATES = range(500, 250_001)


def lora(datr: str, codr: str) -> Lora:
    """Raises ValueError for what no chip can."""
    match = _LORA.fullmatch(datr)
    if match is None or codr not in CODING_RATES:
        raise ValueError(f"no data rate of LoRa: {datr[:20]!r}, {codr[:20]!r}")
    factor, khz = int(match[1]), int(match[2])
    if factor not in _SPREADING or khz not in _KHZ:
        raise ValueError(f"no data rate of LoRa: {datr!r}")
    return Lora(factor, khz * 1000, _SHORTENED.get(codr, codr))


def fsk(datr: float, deviation: int = 0) -> Fsk:
    """Raises ValueError for what no chip can."""
    if not _BIT_RATES.start <= datr < _BIT_RATES.stop:
        raise ValueError(f"no bit rate of FSK: {datr}")
    return Fsk(round(datr), deviation)


@lru_cache(maxsize=512)
def written(modulation: Modulation) -> str | int:
    """`datr` of a forwarder."""
    if isinstance(modulation, Lora):
        return f"SF{modulation.spreading_factor}BW{modulation.bandwidth // 1000}"
    return modulation.bit_rate
