"""Bit timing of CAN, computed from the oscillator (Microchip DS20005678, chapter 2; modules sheet
6.8)."""

from __future__ import annotations

from typing import NamedTuple

SAMPLE_POINT = 0.8  # CiA 301 asks for 87.5 %, SAE J2284 for 80 %; the sheet's numbers are 80 %
FEWEST_QUANTA = 5
PRESCALERS = range(1, 257)


class Timing(NamedTuple):
    """What the registers take: each is one less than what it means."""

    prescaler: int
    tseg1: int
    tseg2: int
    jump: int

    @property
    def sample_point(self) -> int:
        """Where the bit is sampled, in cycles of the oscillator from its begin."""
        return (self.prescaler + 1) * (self.tseg1 + 2)


def timing(oscillator: float, bitrate: float, quanta: int) -> Timing:
    """The finest timing of at most `quanta` time quanta that meets `bitrate` exactly; both in Hz.
    The second segment is the longest jump, too. Raises ValueError when none does."""
    for prescaler in PRESCALERS:
        count = round(oscillator / prescaler / bitrate)
        if count * prescaler * bitrate != oscillator or not FEWEST_QUANTA <= count <= quanta:
            continue
        second = round(count * (1 - SAMPLE_POINT))
        return Timing(prescaler - 1, count - second - 2, second - 1, second - 1)
    raise ValueError(
        f"no bit timing for {bitrate / 1e3:g} kbit/s from {oscillator / 1e6:g} MHz; take a rate"
        " that divides it, such as 500 kbit/s"
    )
