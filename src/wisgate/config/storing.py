"""`[store]`: how much of the past is kept, and what its drive bears."""

from __future__ import annotations

from dataclasses import dataclass

from .where import Where

ENDURANCE = 8e12
"""Bytes that a drive bears of which nobody said more: 8 GB, the smallest drive of a CM4, of MLC
flash with 3000 erasures a block (https://octavosystems.com, FAQ of the OSD335x;
https://forum.hilscher.com, memory card endurance of netPI), a third of it, for a drive erases more
than it is given when it is given little at a time."""

MINUTES_AGE = 400 * 86400.0
"""A year and a month: the same week of last year is there to compare with."""
HOURS_AGE = 3650 * 86400.0


@dataclass(frozen=True)
class StoreConfig:
    where: Where
    max_size: float = 1e9
    """Bytes on disk."""
    max_age: float = 90 * 86400.0
    """Seconds."""
    max_age_minutes: float = MINUTES_AGE
    """Seconds, of the figures of every minute."""
    max_age_hours: float = HOURS_AGE
    endurance: float = ENDURANCE
    """Bytes that the drive bears."""
