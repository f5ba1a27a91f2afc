"""Regions against the regional parameters, typed again from their tables, and what must hold in
every one of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from wisgate.catalog.catalog import load
from wisgate.catalog.regions import Region
from wisgate.config.schema.lorawan import REGIONS as WRITABLE
from wisgate.core.errors import CatalogError

REGIONS = load().regions
EVERY = pytest.mark.parametrize("region", REGIONS.values(), ids=list(REGIONS))


@dataclass(frozen=True)
class Lora:
    spreading_factor: int
    bandwidth: int


@dataclass(frozen=True)
class Fsk:
    bit_rate: int


DEFAULTS = {
    # region: first channels in kHz, RX2 in kHz and its rate, rates of joins, EIRP
    "EU868": ((868100, 868300, 868500), 869525, 0, (0, 1, 2, 3, 4, 5), 16),
    "US915": ((902300, 902500, 902700), 923300, 8, (0, 4), 30),
    "AU915": ((915200, 915400, 915600), 923300, 8, (2, 6), 30),
    "AS923-1": ((923200, 923400), 923200, 2, (2, 3, 4, 5), 16),
    "AS923-2": ((921400, 921600), 921400, 2, (2, 3, 4, 5), 16),
    "AS923-3": ((916600, 916800), 916600, 2, (2, 3, 4, 5), 16),
    "AS923-4": ((917300, 917500), 917300, 2, (2, 3, 4, 5), 16),
    "KR920": ((922100, 922300, 922500), 921900, 0, (0, 1, 2, 3, 4, 5), 14),
    "IN865": ((865062.5, 865402.5, 865985), 866550, 2, (0, 1, 2, 3, 4, 5), 30),
    "RU864": ((868900, 869100), 869100, 0, (0, 1, 2, 3, 4, 5), 16),
    "CN470": ((470300, 470500, 470700), 505300, 0, (0, 1, 2, 3, 4, 5), 19.15),
    "EU433": ((433175, 433375, 433575), 434665, 0, (0, 1, 2, 3, 4, 5), 12),
    "ISM2400": ((2403000, 2425000, 2479000), 2423000, 0, (0, 1, 2, 3, 4, 5, 6, 7), 10),
}
PAYLOADS = {
    "EU868": "51 51 51 115 242 242 242 242",
    "EU433": "51 51 51 115 242 242 242 242",
    "RU864": "51 51 51 115 242 242 242 242",
    "IN865": "51 51 51 115 242 242 0 242",
    "KR920": "51 51 51 115 242 242",
    "US915": "11 53 125 242 242 0 0 0 53 129 242 242 242 242",
    "AU915": "51 51 51 115 242 242 242 0 53 129 242 242 242 242",
    "AS923-1": "51 51 115 115 242 242 242 242",
    "CN470": "0 23 86 184 242 242",
    "ISM2400": "51 115 240 240 240 240 240 240",
}
DWELT = {
    "AU915": "0 0 11 53 125 242 242",
    "AS923-1": "0 0 11 53 125 242 242 242",
    "AS923-4": "0 0 11 53 125 242 242 242",
    "EU868": "51 51 51 115 242 242 242 242",
}


def test_the_user_may_write_every_region_and_no_other() -> None:
    assert set(WRITABLE) == set(REGIONS) == set(DEFAULTS)


@pytest.mark.parametrize("name", DEFAULTS)
def test_channels_rx2_joins_and_power_are_those_of_the_parameters(name: str) -> None:
    region = REGIONS[name]
    channels, rx2, rate, joins, power = DEFAULTS[name]
    assert tuple(f / 1000 for f in region.channels[: len(channels)]) == channels
    assert (region.rx2.frequency / 1000, region.rx2.rate) == (rx2, rate)
    assert (region.join_rates, region.power) == (joins, power)


@pytest.mark.parametrize("name", PAYLOADS)
def test_payloads_are_those_of_the_parameters(name: str) -> None:
    expected = [int(n) for n in PAYLOADS[name].split()]
    assert [REGIONS[name].payload(dr) for dr in range(len(expected))] == expected
    assert REGIONS[name].payload(len(expected)) == 0


@pytest.mark.parametrize("name", DWELT)
def test_payloads_with_a_dwell_time_are_those_of_the_parameters(name: str) -> None:
    expected = [int(n) for n in DWELT[name].split()]
    assert [REGIONS[name].payload(n, dwell=True) for n in range(len(expected))] == expected


def test_fixed_plans_have_their_channels() -> None:
    assert [len(REGIONS[n].channels) for n in ("US915", "AU915", "CN470")] == [72, 72, 96]
    assert REGIONS["US915"].channels[63:66] == (914_900_000, 903_000_000, 904_600_000)
    assert REGIONS["AU915"].channels[71] == 927_100_000
    assert REGIONS["CN470"].channels[95] == 489_300_000


@pytest.mark.parametrize("name", ["EU868", "EU433", "RU864", "KR920", "CN470", "ISM2400"])
def test_rx1_is_slower_by_the_offset(name: str) -> None:
    region = REGIONS[name]
    assert region.offsets == 5
    for rate in (r.number for r in region.rates if r.up):
        for offset in range(6):
            _, down = region.rx1(region.channels[0], rate, offset)
            assert down == max(0, rate - offset)


@pytest.mark.parametrize("name", ["AS923-1", "AS923-2", "AS923-3", "AS923-4", "IN865"])
def test_rx1_of_offsets_6_and_7_is_faster(name: str) -> None:
    region, lowest = REGIONS[name], 0 if name == "IN865" else 2
    assert region.offsets == 7
    for rate in (r.number for r in region.rates if r.up):
        for offset in range(8):
            step = offset if offset < 6 else 5 - offset
            frequency = region.channels[0]
            assert region.rx1(frequency, rate, offset)[1] == min(5, max(0, rate - step))
            dwelt = region.rx1(frequency, rate, offset, dwell=True)[1]
            assert dwelt == min(5, max(lowest, rate - step))


def test_rx1_of_the_fixed_plans_is_that_of_the_parameters() -> None:
    us, au = REGIONS["US915"], REGIONS["AU915"]
    rows = ["10 9 8 8", "11 10 9 8", "12 11 10 9", "13 12 11 10"]
    for rate, row in enumerate(rows):
        found = [us.rx1(us.channels[0], rate, offset)[1] for offset in range(4)]
        assert found == [int(n) for n in row.split()]
    assert [us.rx1(us.channels[64], 4, offset)[1] for offset in range(4)] == [13, 13, 12, 11]
    for rate in range(6):
        found = [au.rx1(au.channels[0], rate, offset)[1] for offset in range(6)]
        assert found == [min(13, max(8, 8 + rate - offset)) for offset in range(6)]
    wide = [au.rx1(au.channels[64], 6, offset)[1] for offset in range(6)]
    assert wide == [13, 13, 12, 11, 10, 9]


def test_rx1_of_the_fixed_plans_is_on_the_channel_modulo_their_count() -> None:
    us, cn = REGIONS["US915"], REGIONS["CN470"]
    assert us.rx1(902_300_000 + 200_000 * 13, 0, 0)[0] == 923_300_000 + 600_000 * 5
    assert us.rx1(904_600_000, 4, 0)[0] == 923_900_000
    assert us.rx1(904_600_000 - 100_000, 0, 0)[0] == 923_300_000 + 600_000 * 3
    assert cn.rx1(486_300_000, 3, 0)[0] == 500_300_000 + 200_000 * 32


@pytest.mark.parametrize(
    ("frequency", "rate", "offset", "why"),
    [
        (902_300_000, 0, 4, "no RX1 for DR0 with offset 4"),
        (902_300_000, 8, 0, "no RX1 for DR8"),
        (902_300_000, -1, 0, "no RX1 for DR-1"),
        (902_400_000, 0, 0, "no uplink channel at 902400000 Hz with DR0"),
        (904_600_000, 0, 0, "no uplink channel at 904600000 Hz with DR0"),
    ],
)
def test_rx1_of_what_the_region_lacks_is_refused(
    frequency: int, rate: int, offset: int, why: str
) -> None:
    with pytest.raises(CatalogError, match=why):
        REGIONS["US915"].rx1(frequency, rate, offset)


def test_sub_bands_of_europe() -> None:
    europe = REGIONS["EU868"]
    expected = {
        863_500_000: ("K", 0.001, 16), 867_100_000: ("L", 0.01, 16), 868_100_000: ("M", 0.01, 16),
        868_800_000: ("N", 0.001, 16), 869_525_000: ("P", 0.1, 29.15),
        869_800_000: ("R", 0.01, 16),
    }  # fmt: skip
    for frequency, (name, share, power) in expected.items():
        band = europe.subband(frequency)
        assert band is not None
        assert (band.name, band.duty_cycle, band.power) == (name, share, power)
    for nowhere in (862_900_000, 868_650_000, 869_300_000, 869_660_000, 870_100_000):
        assert europe.subband(nowhere) is None


def test_a_sub_band_holds_the_whole_width_of_a_channel() -> None:
    band = REGIONS["EU868"].subband(869_525_000)
    assert band is not None
    assert band.holds(869_525_000, 250_000)
    assert not band.holds(869_525_000, 250_002)
    assert not band.holds(869_460_000, 125_000)


def test_dwell_times() -> None:
    limits = {n: REGIONS[n].dwell_limit for n in ("EU868", "US915", "AU915", "AS923-1", "CN470")}
    assert limits["EU868"]("down", told=True) is None
    assert (limits["US915"]("up"), limits["US915"]("down", told=True)) == (0.4, None)
    assert (limits["AU915"]("up"), limits["AU915"]("up", told=True)) == (None, 0.4)
    assert (limits["AS923-1"]("down"), limits["AS923-1"]("down", told=True)) == (None, 0.4)
    assert limits["CN470"]("down") == 1.0


def test_only_korea_demands_listening() -> None:
    assert [r.id for r in REGIONS.values() if r.lbt and r.lbt.required] == ["KR920"]
    lbt = REGIONS["KR920"].lbt
    assert lbt is not None
    assert (lbt.threshold, lbt.listen) == (-65, 0.005)


def test_what_basics_station_acts_on() -> None:
    acting = {r.id: r.station for r in REGIONS.values() if r.station_acts}
    assert acting == {
        "EU868": "EU863", "US915": "US902", "AU915": "AU915", "KR920": "KR920",
        "AS923-1": "AS923-1",
    }  # fmt: skip


def test_what_sources_disagree_about_is_written_down() -> None:
    topics = {r.id: " / ".join(d.topic for d in r.disagreements) for r in REGIONS.values()}
    assert "869.7" in topics["EU868"]
    assert "RX1" in topics["KR920"]
    assert "power" in topics["KR920"]
    assert "RX1" in topics["ISM2400"]
    assert "payload" in topics["ISM2400"]
    assert "DR3" in topics["CN470"]
    assert "Basics Station" in topics["AS923-1"]
    assert all(len(d.claims) > 1 for r in REGIONS.values() for d in r.disagreements)


@EVERY
def test_numbers_of_modulations_and_back(region: Region) -> None:
    for rate in region.rates:
        sent = (
            Lora(rate.spreading_factor, rate.bandwidth)
            if rate.spreading_factor
            else Fsk(rate.bit_rate)
        )
        for down in (down for down, has in ((False, rate.up), (True, rate.down)) if has):
            assert region.index_of(sent, down=down) == rate.number
        assert region.rate(rate.number) is rate
    assert region.index_of(Lora(4, 125_000)) is None
    assert region.index_of(Fsk(1200)) is None
    assert region.rate(15) is None


def test_the_same_modulation_has_two_numbers_in_america() -> None:
    fast = Lora(8, 500_000)
    assert REGIONS["US915"].index_of(fast) == 4
    assert REGIONS["US915"].index_of(fast, down=True) == 12


@EVERY
def test_everything_is_inside_of_the_region_and_a_sub_band(region: Region) -> None:
    downlinks = list(region.rx1_rule.downlinks or ())
    planned = [f for s in region.sets for f in s.channels]
    for frequency in (*region.channels, *downlinks, region.rx2.frequency, *planned):
        assert region.lowest < frequency < region.highest
        assert region.subband(frequency) is not None, frequency
    for band in region.subbands:
        assert region.lowest <= band.low < band.high <= region.highest
        assert 0 < band.duty_cycle <= 1
    ordered = sorted(region.subbands, key=lambda band: band.low)
    assert all(a.high <= b.low for a, b in pairwise(ordered))


@EVERY
def test_windows_use_rates_for_downlinks(region: Region) -> None:
    down = {r.number for r in region.rates if r.down}
    up = {r.number for r in region.rates if r.up}
    assert region.rx2.rate in down
    assert {n for n, row in enumerate(region.rx1_rule.table) if row} == up
    assert set(region.join_rates) <= up
    assert {answer for row in region.rx1_rule.table for answer in row} <= down


@EVERY
def test_sets_share_no_channel_and_the_first_holds_the_first_channels(region: Region) -> None:
    planned = [f for s in region.sets for f in s.channels]
    assert len(planned) == len(set(planned))
    assert all(len(s.channels) <= 8 for s in region.sets)
    if len(region.channels) <= 8:
        assert set(region.channels) <= set(region.sets[0].channels)
