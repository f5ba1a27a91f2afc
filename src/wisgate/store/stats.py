"""How the store is: for the dashboard, metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass

from .extent import Extent
from .forecast import LEAST_RECORDS, Rates
from .retention import Bounds
from .schema import PAGE


@dataclass(frozen=True)
class StoreStats:
    records: int
    bytes: int
    oldest_ns: int | None
    pending: int
    """Readings that are not committed yet."""
    dropped: int
    """Readings that memory could not hold while the disk took none, since start."""
    error: str
    """Why nothing can be stored at the moment; "" when all is well."""
    last_seq: int
    set_aside: int
    """Records that a sink refused."""
    records_per_second: float | None = None
    """Over the last hour; None for a minute after the start."""
    hours_kept: float | None = None
    """How long a record stays at this rate: so long a destination may be away."""
    bytes_written_per_day: float | None = None
    """To the drive, at this rate; None where the system does not tell."""
    flash_years: float | None = None
    """How long the drive lasts at this rate, counted from new."""

    @property
    def lasting(self) -> str:
        """ "41 h at this rate, flash life 11 years"; "" while no rate is known."""
        if self.hours_kept is None:
            return ""
        life = "" if self.flash_years is None else f", flash life {_years(self.flash_years)}"
        return f"{_hours(self.hours_kept)} at this rate{life}"


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"


def _years(years: float) -> str:
    if years >= 100:
        return "more than 100 years"
    return f"{years:.0f} years" if years >= 2 else f"{years * 12:.0f} months"


def gathered(
    extent: Extent, rates: Rates, bounds: Bounds, pending: int, dropped: int, error: str
) -> StoreStats:
    """What the parts of the store know, put together."""
    size = extent.used / extent.records if extent.records >= LEAST_RECORDS else None
    known = rates.records_per_second is not None
    return StoreStats(
        extent.records, extent.bytes, extent.oldest_ns, pending, dropped, error,
        extent.last_seq, extent.set_aside, rates.records_per_second,
        rates.hours_kept(bounds.pages * PAGE, size, bounds.max_age) if known else None,
        rates.bytes_written_per_day, rates.flash_years(bounds.endurance),
    )  # fmt: skip
