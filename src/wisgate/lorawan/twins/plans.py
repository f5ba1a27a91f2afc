"""What a mote knows of its region when it leaves the factory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ...catalog.regions import Region
from ..radio import Fsk, Lora, Modulation


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Frequencies in Hz, data rates by number (DR)."""

    region: Region | None = None
    """None: each window 1 has the frequency of its uplink, and DR minus offset."""
    channels: tuple[int, ...]
    """Of those that everybody has, in the order of their numbers."""
    used: tuple[int, ...]
    """Those of them that it begins with."""
    rates: Mapping[int, Modulation]
    up: frozenset[int]
    """The data rates of uplinks."""
    join_rates: tuple[int, ...]
    """The fastest first."""
    rx2_frequency: int
    rx2_rate: int
    power: float = 14.0
    """dBm EIRP."""

    @classmethod
    def of(cls, region: Region, used: Sequence[int] = ()) -> Plan:
        """`used`: the channels that boards listen to, where a mote need not find them out."""
        rates = {
            r.number: Lora(r.spreading_factor, r.bandwidth, r.coding_rate)
            if r.spreading_factor
            else Fsk(r.bit_rate)
            for r in region.rates
        }
        return cls(
            region=region,
            channels=region.channels,
            used=tuple(used) or region.channels,
            rates=rates,
            up=frozenset(r.number for r in region.rates if r.up and r.spreading_factor),
            join_rates=tuple(sorted(region.join_rates, reverse=True)),
            rx2_frequency=region.rx2.frequency,
            rx2_rate=region.rx2.rate,
            power=min(14.0, region.power),
        )

    @property
    def rate(self) -> int:
        """The fastest that its first channel has."""
        return max(rate for rate in self.up if self.usable(self.used[0], rate))

    @property
    def greatest_offset(self) -> int:
        """Of window 1."""
        return self.region.offsets if self.region else 5

    def usable(self, frequency: int, rate: int) -> bool:
        """Whether a channel is for this data rate; one that was added is for all."""
        if self.region is None or frequency not in self.channels:
            return True
        return self.region.channel(frequency, rate) is not None

    def rx1(self, frequency: int, rate: int, offset: int) -> tuple[int, int]:
        """Frequency and DR of window 1. Raises CatalogError for what the region does not have."""
        if self.region is None:
            return frequency, max(0, rate - offset)
        return self.region.rx1(frequency, rate, offset)


EU868 = Plan(
    channels=(868_100_000, 868_300_000, 868_500_000),
    used=(868_100_000, 868_300_000, 868_500_000),
    rates={**{rate: Lora(12 - rate, 125_000) for rate in range(6)}, 6: Lora(7, 250_000)},
    up=frozenset(range(6)),
    join_rates=(5, 4, 3, 2, 1, 0),
    rx2_frequency=869_525_000,
    rx2_rate=0,
)
