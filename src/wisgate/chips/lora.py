"""LoRa modulation: what a radio is set to, and how long a packet stays on the air (Semtech SX1261/2
datasheet, chapter 6; modules sheet 5.5)."""

from __future__ import annotations

from dataclasses import dataclass

from ..core import air_time
from ..core.units import Seconds
from ..registers.sx1262 import (
    BANDWIDTH_HZ,
    FREQUENCY_STEP_HZ,
    SYNC_PRIVATE,
    Bandwidth,
    CodingRate,
)

LOWEST_HZ, HIGHEST_HZ = 150e6, 960e6  # SX1262, table 3-7
LONGEST_PAYLOAD = air_time.LONGEST


@dataclass(frozen=True)
class Modulation:
    """What two radios must agree on to hear each other. `frequency` in Hz, `preamble` in symbols.
    Explicit header and CRC, always. Raises ValueError for what the chip cannot do."""

    frequency: float
    spreading_factor: int = 7
    bandwidth: Bandwidth = Bandwidth.KHZ125
    coding_rate: CodingRate = CodingRate.CR4_5
    preamble: int = 8
    sync_word: int = SYNC_PRIVATE
    inverted: bool = False
    """The IQ of what a gateway sends; both of two equal partners leave it False."""

    def __post_init__(self) -> None:
        if not LOWEST_HZ <= self.frequency <= HIGHEST_HZ:
            raise ValueError(f"{self.frequency / 1e6:g} MHz is not within 150 to 960 MHz")
        if self.spreading_factor not in air_time.SPREADING:
            raise ValueError(f"spreading factor {self.spreading_factor} is not one of 5 to 12")
        if not 1 <= self.preamble <= 0xFFFF:
            raise ValueError(f"a preamble of {self.preamble} symbols is not within 1 to 65535")

    @property
    def symbol(self) -> Seconds:
        """How long one symbol takes."""
        return air_time.symbol(self.spreading_factor, BANDWIDTH_HZ[self.bandwidth])

    @property
    def slow(self) -> bool:
        """Whether low data rate optimisation must be on."""
        return air_time.slow(self.spreading_factor, BANDWIDTH_HZ[self.bandwidth])

    @property
    def word(self) -> int:
        """The frequency as the chip counts it."""
        return round(self.frequency / FREQUENCY_STEP_HZ)

    def airtime(self, length: int) -> Seconds:
        """How long a packet of `length` bytes stays on the air. Raises ValueError."""
        return air_time.lora(
            length,
            self.spreading_factor,
            BANDWIDTH_HZ[self.bandwidth],
            f"4/{4 + self.coding_rate}",
            preamble=self.preamble,
        )
