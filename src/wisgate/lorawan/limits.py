"""What the law of a region says of one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..catalog.regions import Region, SubBand
from .ledger import Band
from .radio import Eui, Lora, Shot


@dataclass(frozen=True)
class Limit:
    """`power` in dBm EIRP; `dwell_us`: the longest frame, None for any."""

    band: Band
    power: float
    dwell_us: int | None = None


class Limits:
    """Threads: any."""

    def __init__(
        self, regions: Mapping[str, Region], gateways: Callable[[], Mapping[Eui, str]]
    ) -> None:
        """`gateways`: those whose EUI is known, with the ids of their regions."""
        self._regions, self._gateways = regions, gateways

    def of(self, gateway: Eui, shot: Shot) -> Limit | None:
        """None where that gateway may not send it."""
        region = self._region(gateway)
        part = region.subband(shot.frequency) if region else None
        if region is None or part is None:
            return None
        width = shot.modulation.bandwidth if isinstance(shot.modulation, Lora) else 0
        if not part.holds(shot.frequency, width):
            return None
        # What a network tells its motes of dwell times (TXParamSetup) it keeps itself.
        dwell = region.dwell_limit("down")
        return Limit(_band(gateway, part), part.power, None if dwell is None else int(dwell * 1e6))

    def bands(self) -> list[Band]:
        """All that there are, by gateway and frequency."""
        found = []
        for gateway in self._gateways():
            region = self._region(gateway)
            found += [_band(gateway, part) for part in region.subbands] if region else []
        return sorted(found, key=lambda band: (band.gateway, band.low))

    def _region(self, gateway: Eui) -> Region | None:
        return self._regions.get(self._gateways().get(gateway, ""))


def _band(gateway: Eui, part: SubBand) -> Band:
    return Band(gateway, part.low, part.high, part.duty_cycle)
