"""What regions allow, from the catalog."""

from __future__ import annotations

import pytest

from wisgate.catalog.catalog import load
from wisgate.lorawan.limits import Limits
from wisgate.lorawan.radio import Immediately, Lora, Shot

GATEWAY = "0016c001ff000001"
REGIONS = load().regions


def limits(region: str) -> Limits:
    return Limits(REGIONS, lambda: {GATEWAY: region})


def shot(frequency: int, bandwidth: int = 125_000) -> Shot:
    return Shot(
        phy=bytes(12), frequency=frequency, modulation=Lora(9, bandwidth), power=14.0,
        due=Immediately(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("region", "frequency", "duty_cycle", "power"),
    [
        ("EU868", 868_100_000, 0.01, 16.0),
        ("EU868", 869_525_000, 0.1, 29.15),
        ("EU868", 867_100_000, 0.01, 16.0),
        ("US915", 923_300_000, 1.0, 30.0),
        ("IN865", 866_550_000, 1.0, 30.0),
    ],
)
def test_the_sub_band_of_a_frequency(
    region: str, frequency: int, duty_cycle: float, power: float
) -> None:
    limit = limits(region).of(GATEWAY, shot(frequency))
    assert limit is not None
    assert limit.band.low <= frequency <= limit.band.high
    assert (limit.band.duty_cycle, limit.power) == (duty_cycle, power)


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_every_region_lets_its_own_second_window_be_used(region: str) -> None:
    entry = REGIONS[region]
    rate = entry.rate(entry.rx2.rate)
    assert rate is not None
    limit = limits(region).of(GATEWAY, shot(entry.rx2.frequency, rate.bandwidth))
    assert limit is not None
    assert limit.dwell_us == (1_000_000 if region == "CN470" else None)


@pytest.mark.parametrize("frequency", [862_000_000, 868_650_000, 869_300_000, 868_590_000])
def test_between_and_across_sub_bands_nothing_is_sent(frequency: int) -> None:
    assert limits("EU868").of(GATEWAY, shot(frequency)) is None


def test_a_gateway_that_is_not_known_sends_nothing() -> None:
    assert limits("EU868").of("0016c001ff000002", shot(868_100_000)) is None
