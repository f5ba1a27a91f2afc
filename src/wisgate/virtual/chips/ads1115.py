"""ADS1115 twin, from Texas Instruments SBAS444; written without looking at the driver.

World inputs: `ain0` to `ain3`, volts at the pins; `look` is called before they are sampled.
06h to the general call resets it. Not modelled: noise, the tolerance of the oscillator, the 25 µs
of waking up, the alert pin and its thresholds, other bytes to the general call, high-speed mode.
"""

from __future__ import annotations

from ...registers.ads1115 import (
    POINTER_MASK,
    SAMPLES_PER_SECOND,
    Config,
    Conversion,
    HighThreshold,
    LowThreshold,
)
from .converter16 import Converter16

GENERAL_CALL, RESET = 0x00, b"\x06"


class Ads1115Twin(Converter16):
    """Threads: lane only."""

    words = (Conversion, Config, LowThreshold, HighThreshold)

    _called = False

    def addressed(self, address: int, read: bool) -> bool:
        self._called = address == GENERAL_CALL and not read
        return self._called or super().addressed(address, read)

    def write(self, data: bytes) -> int:
        if not self._called:
            return super().write(data)
        if data == RESET:
            self.power_cycle()
        return len(data)

    def _select(self, pointer: int) -> int:
        return pointer & POINTER_MASK

    def _rate(self, code: int) -> float:
        return SAMPLES_PER_SECOND[code]
