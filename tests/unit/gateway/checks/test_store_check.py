"""What doctor says of the store and of the life of its drive."""

from __future__ import annotations

import pytest

from wisgate.gateway.checks.storage import SHORT_LIFE_YEARS, of_store
from wisgate.gateway.verdicts import Level
from wisgate.store.stats import StoreStats


@pytest.mark.parametrize(
    ("stats", "level", "name", "found"),
    [
        (StoreStats(7, 2_000_000, 1, 0, 0, "disk full", 7, 0), Level.DIFFERENCE, "store-failed",
         "disk full"),
        (StoreStats(7, 2_000_000, 1, 0, 0, "", 7, 0), Level.OK, "fine",
         "7 records, 2.0 MB; how long it lasts is known a minute after the start"),
        (StoreStats(7, 2_000_000, 1, 0, 0, "", 7, 0, 3.0, 41.0), Level.OK, "fine",
         "7 records, 2.0 MB, 41 h at this rate"),
        (StoreStats(7, 2_000_000, 1, 0, 0, "", 7, 0, 3.0, 41.0, 1e9, SHORT_LIFE_YEARS), Level.OK,
         "fine", "7 records, 2.0 MB, 41 h at this rate, flash life 5 years"),
        (StoreStats(7, 2_000_000, 1, 0, 0, "", 7, 0, 3.0, 41.0, 1e10, 1.5), Level.WARNING,
         "flash-wears-fast", "7 records, 2.0 MB, 41 h at this rate, flash life 18 months"),
    ],
)  # fmt: skip
def test_the_store(stats: StoreStats, level: Level, name: str, found: str) -> None:
    (verdict,) = of_store(stats)
    assert (verdict.level, verdict.name, verdict.found) == (level, name, found)
    assert bool(verdict.cure) is (level is not Level.OK)
