"""What a LoRa packet is like: its time on the air, and how weak it may be. Modules sheet 5.5."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log10

LIMIT_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
"""Signal to noise at which a spreading factor is just heard. Semtech SX1261/2, table 6-1."""
NOISE_DBM_PER_HZ, NOISE_FIGURE_DB = -174.0, 6.0
"""Of a receiver at room temperature: -124 dBm at spreading factor 7 and 125 kHz."""
SYNC_SYMBOLS = {5: 6.25, 6: 6.25}
SYNC_SYMBOLS_ELSE = 4.25
HEADER_SYMBOLS = 8


@dataclass(frozen=True)
class Format:
    """What both ends must agree on. Frequencies in Hz; `preamble` in symbols; `coding_rate` 1 to 4
    for 4/5 to 4/8; `length` counts where the header is not `explicit`."""

    frequency: float
    bandwidth: float = 125e3
    spreading_factor: int = 7
    coding_rate: int = 1
    low_rate: bool = False
    preamble: int = 8
    explicit: bool = True
    length: int = 0
    crc: bool = True
    inverted: bool = False
    sync_word: int = 0x1424

    @property
    def symbol_s(self) -> float:
        """Seconds of one symbol."""
        return (1 << self.spreading_factor) / self.bandwidth

    @property
    def start_s(self) -> float:
        """Seconds until preamble and sync word are over."""
        sync = SYNC_SYMBOLS.get(self.spreading_factor, SYNC_SYMBOLS_ELSE)
        return (self.preamble + sync) * self.symbol_s

    @property
    def header_s(self) -> float:
        """Seconds until the explicit header is over."""
        return self.start_s + HEADER_SYMBOLS * self.symbol_s

    def seconds(self, length: int) -> float:
        """Time on air of a payload of `length` bytes."""
        sf = self.spreading_factor
        bits = 8 * length + 16 * self.crc - 4 * sf + 20 * self.explicit + (8 if sf >= 7 else 0)
        blocks = max(0, ceil(bits / (4 * (sf - 2 * self.low_rate))))
        return self.start_s + (HEADER_SYMBOLS + blocks * (self.coding_rate + 4)) * self.symbol_s


def noise(bandwidth: float) -> float:
    """Of a receiver, in dBm."""
    return NOISE_DBM_PER_HZ + 10 * log10(bandwidth) + NOISE_FIGURE_DB


def milliwatts(dbm: float) -> float:
    """Powers add, decibels do not."""
    return float(10.0 ** (dbm / 10))
