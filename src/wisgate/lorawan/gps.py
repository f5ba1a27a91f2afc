"""GPS time, which LoRaWAN uses where all must mean the same second."""

from __future__ import annotations

EPOCH_S = 315_964_800
"""1980-01-06 in seconds since 1970."""
LEAP_S = 18
"""By how much GPS is ahead of UTC since 2017-01-01 (IERS Bulletin C 52). No leap second is decided
since; the CGPM wants none from 2035 at the latest."""


def from_utc_ns(utc_ns: int) -> int:
    """GPS time in ns."""
    return utc_ns - (EPOCH_S - LEAP_S) * 1_000_000_000


def to_utc_ns(gps_ns: int) -> int:
    return gps_ns + (EPOCH_S - LEAP_S) * 1_000_000_000
