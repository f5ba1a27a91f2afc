"""Channels of one to three boards: everything inside of what radios reach, and what does not fit is
said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.catalog.catalog import load
from wisgate.catalog.facts import Confidence
from wisgate.catalog.regions import ChannelSet, Region
from wisgate.core.errors import CatalogError
from wisgate.lorawan.channels import ChannelPlan, place_channels, plan
from wisgate.lorawan.concentrators import Concentrator, seat

CATALOG = load()
REGIONS = CATALOG.regions
SUB_GHZ = [r for r in REGIONS.values() if r.id != "ISM2400"]
HEARD = {125_000: 462_500, 250_000: 500_000, 500_000: 550_000}
"""How far a radio hears from its centre, with filters for channels of that width."""


def cards(*names: str) -> list[Concentrator]:
    return seat(CATALOG, CATALOG.boards["rak7391"], [("", name) for name in names])


def planned(region: str, *names: str, wanted: int | None = None) -> ChannelPlan:
    return plan(REGIONS[region], REGIONS["ISM2400"], cards(*names), wanted)


@pytest.mark.parametrize("boards", [1, 2, 3])
@pytest.mark.parametrize("region", SUB_GHZ, ids=[r.id for r in SUB_GHZ])
def test_every_channel_is_within_reach_of_its_radio(region: Region, boards: int) -> None:
    found = planned(region.id, *["rak5146-usb"] * boards, wanted=24)
    assert len(found.boards) == boards
    for board in found.boards:
        for channel in (*board.channels, *(c for c in (board.wide, board.fsk) if c)):
            edge = abs(board.offset(channel)) + channel.bandwidth // 2
            assert edge <= HEARD[channel.bandwidth]
        assert {c.radio for c in board.channels} == {0, 1}
        assert sorted(c.frequency for c in board.channels) == [
            f for s in region.sets if s.name == board.set for f in sorted(s.channels)
        ]
        assert board.lowest_tx <= region.rx2.frequency <= board.highest_tx


def test_one_board_in_europe_is_as_vendors_lay_it_out() -> None:
    (board,) = planned("EU868", "rak5146-usb").boards
    assert board.centres == (867_500_000, 868_500_000)
    assert [board.offset(c) // 1000 for c in board.channels] == [
        -400, -200, 0, 200, 400, -400, -200, 0,
    ]  # fmt: skip
    assert board.wide is not None
    assert board.fsk is not None
    assert (board.offset(board.wide), board.offset(board.fsk)) == (-200_000, 300_000)


def test_one_board_in_america_is_as_vendors_lay_it_out() -> None:
    (board,) = planned("US915", "rak2287-spi").boards
    assert board.centres == (904_300_000, 905_000_000)
    assert board.wide is not None
    assert (board.wide.radio, board.offset(board.wide)) == (0, 300_000)
    assert (board.lowest_tx, board.highest_tx) == (923_050_000, 927_750_000)


@pytest.mark.parametrize(
    ("region", "sets"),
    [
        ("EU868", "ABA"), ("US915", "ABC"), ("AU915", "ABC"), ("CN470", "ABC"), ("AS923-1", "AAA"),
        ("AS923-2", "AAA"), ("KR920", "AAA"), ("IN865", "AAA"), ("EU433", "AAA"),
    ],
)  # fmt: skip
def test_further_boards_get_further_sets_as_far_as_there_are_some(region: str, sets: str) -> None:
    found = planned(region, *["rak5146-usb"] * 3)
    assert "".join(b.set for b in found.boards) == sets
    shared = [b.card.name for b, s in zip(found.boards, sets, strict=True) if s == "A"][1:]
    ears = [n for n in found.notes if "second pair of ears" in n]
    assert [n.split(":")[0] for n in ears] == shared
    assert any("at most" in n for n in found.notes) == (sets != "ABC")


def test_what_only_some_countries_allow_must_be_asked_for() -> None:
    names = ["rak5146-usb"] * 2
    shy = planned("AS923-1", *names)
    assert [b.set for b in shy.boards] == ["A", "A"]
    assert any("ask for --channels 16 where it is so" in n for n in shy.notes)
    bold = planned("AS923-1", *names, wanted=16)
    assert [b.set for b in bold.boards] == ["A", "B"]
    assert any("only where the law of the country" in n for n in bold.notes)


def test_eight_channels_on_two_boards_are_heard_twice() -> None:
    found = planned("US915", "rak5146-usb", "rak5146-usb", wanted=8)
    assert [b.set for b in found.boards] == ["A", "A"]


def test_more_channels_than_boards_are_refused_with_the_count() -> None:
    found = planned("US915", "rak5146-usb", wanted=16)
    assert found.notes[0] == "16 channels need 2 boards below 1 GHz, not 1"


def test_a_board_at_2_4_ghz_is_a_gateway_of_its_own() -> None:
    found = planned("EU868", "rak5146-usb", "rak5148")
    assert [b.region.id for b in found.boards] == ["EU868", "ISM2400"]
    assert [r.id for r in found.regions] == ["EU868", "ISM2400"]
    channels = found.boards[1].channels
    assert [(c.frequency, c.bandwidth, c.spreading_factor) for c in channels] == [
        (2_403_000_000, 812_000, 12), (2_425_000_000, 812_000, 12), (2_479_000_000, 812_000, 12),
    ]  # fmt: skip
    assert "ISM2400 is a gateway of its own, with an EUI of its own" in found.notes


def test_further_boards_at_2_4_ghz_have_other_spreading_factors() -> None:
    found = planned("ISM2400", "rak5148", "rak5148", "rak5148")
    assert [{c.spreading_factor for c in b.channels} for b in found.boards] == [{12}, {9}, {7}]


def test_a_board_below_1_ghz_has_nothing_to_do_at_2_4() -> None:
    found = planned("ISM2400", "rak5146-usb", "rak5148")
    assert [b.card.module for b in found.boards] == ["rak5148"]
    assert "mpcie-1: rak5146-usb does not hear 2.4 GHz; it needs another region" in found.notes


def test_korea_tells_which_boards_cannot_listen_before_they_talk() -> None:
    found = planned("KR920", "rak2287-usb", "rak5146-usb")
    deaf = [n for n in found.notes if "listen before talk" in n]
    assert deaf == ["mpcie-1: receives only: KR920 demands listen before talk, which it cannot"]
    assert [b.sends for b in found.boards] == [False, True]


def channel_set(*channels: int, fsk: int = 0) -> ChannelSet:
    return ChannelSet(
        name="T", channels=channels, fsk=fsk, source="test", confidence=Confidence.ASSUMED
    )


def test_fsk_out_of_reach_is_left_out_and_said() -> None:
    notes: list[str] = []
    (card,) = cards("rak5146-usb")
    asked = channel_set(867_100_000, 867_300_000, 868_100_000, fsk=869_800_000)
    board = place_channels(REGIONS["EU868"], card, asked, notes)
    assert board.fsk is None
    assert notes == ["mpcie-1: FSK at 869.8 MHz does not fit on its radios"]


def test_eight_channels_that_two_radios_cannot_reach_are_refused() -> None:
    (card,) = cards("rak5146-usb")
    asked = channel_set(863_100_000, 865_100_000, 867_100_000)
    with pytest.raises(CatalogError, match="set T does not fit on two radios"):
        place_channels(REGIONS["EU868"], card, asked, [])


@given(
    low=st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True),
    high=st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True),
    gap=st.integers(9, 40),
)
def test_whatever_two_radios_reach_is_placed(low: list[int], high: list[int], gap: int) -> None:
    """Two clusters of at most 800 kHz each, anywhere."""
    frequencies = sorted({863_100_000 + 100_000 * n for n in (*low, *(gap + h for h in high))})
    (card,) = cards("rak5146-usb")
    board = place_channels(REGIONS["EU868"], card, channel_set(*frequencies), [])
    assert [c.frequency for c in board.channels] == frequencies
    assert all(abs(board.offset(c)) <= 400_000 for c in board.channels)
