"""How long the store and its drive last, from rates that were measured."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from stores import DAY_S, levels, open_store, put

from wisgate.core.clock import VirtualClock
from wisgate.store.forecast import Forecast, Rates
from wisgate.store.pace import VIRTUAL_TIME
from wisgate.store.stats import StoreStats


def stats(**figures: float | None) -> StoreStats:
    return StoreStats(1, 1, 1, 0, 0, "", 1, 0, **figures)  # type: ignore[arg-type]


def test_nothing_is_known_before_a_minute_is_over() -> None:
    forecast = Forecast(lambda: 5)
    assert forecast.rates == Rates()
    forecast.look(0.0, 10)
    forecast.look(59.9, 100)
    assert forecast.rates == Rates()


def test_rates_are_those_of_the_last_hour() -> None:
    written = 0
    forecast = Forecast(lambda: written)
    for minute in range(200):
        forecast.look(minute * 60.0, minute * 120 if minute < 100 else 12_000 + minute * 600)
        written += 60_000
    assert forecast.rates == Rates(10.0, 1000 * DAY_S)


def test_a_system_that_does_not_tell() -> None:
    forecast = Forecast(lambda: None)
    forecast.look(0.0, 0)
    forecast.look(100.0, 50)
    assert forecast.rates == Rates(0.5)
    assert forecast.rates.flash_years(8e12) is None


def test_hours_and_years() -> None:
    rates = Rates(10.0, 1e9)
    assert rates.hours_kept(1e9, 100.0, 1e9) == pytest.approx(1e6 / 3600)
    assert rates.hours_kept(1e9, 100.0, 7200.0) == 2
    assert rates.hours_kept(1e9, None, 7200.0) == 2
    assert Rates(0.0).hours_kept(1e9, 100.0, 7200.0) == 2
    assert rates.flash_years(1e9 * 365.25 * 11) == pytest.approx(11)
    assert Rates(10.0, 0.0).flash_years(1e12) is None


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({}, ""),
        ({"hours_kept": 41.2}, "41 h at this rate"),
        ({"hours_kept": 41.2, "flash_years": 11.3}, "41 h at this rate, flash life 11 years"),
        ({"hours_kept": 0.51, "flash_years": 0.5}, "31 min at this rate, flash life 6 months"),
        ({"hours_kept": 2160.0, "flash_years": 1e4},
         "90 days at this rate, flash life more than 100 years"),
    ],
)  # fmt: skip
def test_as_a_sentence(figures: dict[str, float], sentence: str) -> None:
    assert stats(**figures).lasting == sentence


def test_a_store_measures_itself(tmp_path: Path) -> None:
    clock, size = VirtualClock(), 4e6
    written = iter(range(0, 10**9, 10**6))

    async def main() -> None:
        store = await open_store(
            tmp_path, clock=clock, max_size=size, pace=VIRTUAL_TIME, written=lambda: next(written)
        )
        for minute in range(100):
            await put(store, levels(600, minute * 600))
            clock.advance(60.0)
        found = store.stats
        assert found.records_per_second == 10
        assert found.bytes_written_per_day == pytest.approx(1e6 / 60 * DAY_S)
        assert found.oldest_ns is not None
        # what it says stays is what stayed: the store is full by now
        assert found.hours_kept == pytest.approx(found.records / 10 / 3600, rel=0.3)
        await store.close()

    asyncio.run(main())
