from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from radio_bench import ROOF, SHED

from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.lorawan import lns, lns_frames
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.checks.kinds import judge
from wisgate.lorawan.configuring import configure
from wisgate.lorawan.radio import Lora

HEAD = 'name = "mast"\nboard = "rak7391"\n'
CATALOG = load()


def told(text: str, eui: str) -> dict:
    config = read(toml.parse(HEAD + text, "gateway.toml"), Path(), CATALOG)
    assert config.lorawan is not None
    boards = Boards(config.lorawan)
    found = configure(config, CATALOG, boards, VirtualClock())(eui)
    assert found is not None
    read_back = lns.from_server(found)
    assert isinstance(read_back, lns.RouterConfig)
    assert any(isinstance(rate, Lora) for rate in lns_frames.rates(read_back.rates))
    message: dict = json.loads(found)
    assert message["MuxTime"] == 1_767_225_600.0
    return message


def channels(message: dict) -> list[int]:
    """In the order of their numbers."""
    conf = message["sx1301_conf"][0]
    centres = [conf[f"radio_{number}"]["freq"] for number in range(2) if f"radio_{number}" in conf]
    rows = [conf[f"chan_multiSF_{number}"] for number in range(8)]
    return [centres[row["radio"]] + row["if"] for row in rows if row["enable"]]


@pytest.mark.parametrize("region", ["EU868", "US915", "AS923-2", "IN865"])
def test_a_board_of_which_nothing_is_known_hears_the_first_set(region):
    message = told(f'[lorawan]\nregion = "{region}"\n', ROOF)
    assert message["region"] == CATALOG.regions[region].station
    assert sorted(channels(message)) == sorted(CATALOG.regions[region].sets[0].channels)


def test_boards_in_slots_hear_what_is_planned_for_them():
    text = f"""
[[slot]]
slot = "mpcie-1"
module = "rak5146-usb"

[[slot]]
slot = "mpcie-2"
module = "rak5146-usb"

[lorawan]
region = "US915"

[[lorawan.board]]
slot = "mpcie-1"
eui = "{ROOF}"

[[lorawan.board]]
slot = "mpcie-2"
eui = "{SHED}"
"""
    sets = CATALOG.regions["US915"].sets
    first, second = (channels(told(text, eui)) for eui in (ROOF, SHED))
    assert sorted(first) == sorted(sets[0].channels)
    assert sorted(second) == sorted(sets[1].channels)


def test_boards_elsewhere_share_the_sets_of_their_region():
    text = f"""
[lorawan]
region = "EU868"

[[lorawan.board]]
eui = "{SHED}"

[[lorawan.board]]
eui = "{ROOF}"
"""
    sets = CATALOG.regions["EU868"].sets
    found = {eui: channels(told(text, eui)) for eui in (ROOF, SHED)}
    assert sorted(found[SHED]) == sorted(sets[0].channels)
    assert sorted(found[ROOF]) == sorted(sets[1].channels)


def test_a_card_whose_eui_the_file_does_not_say_gets_its_plan():
    text = HEAD + "".join(f'[[slot]]\nslot = "mpcie-{n}"\nmodule = "rak5146-spi"\n' for n in (1, 2))
    text += '[lorawan]\nregion = "EU868"\n'
    config = read(toml.parse(text, "gateway.toml"), Path(), CATALOG)
    assert config.lorawan is not None
    cards = {"mpcie-1": ROOF, "mpcie-2": SHED}
    ask = configure(config, CATALOG, Boards(config.lorawan), VirtualClock(), cards)
    second, first = (channels(json.loads(ask(eui) or "")) for eui in (SHED, ROOF))
    sets = CATALOG.regions["EU868"].sets
    assert sorted(first) == sorted(sets[0].channels)
    assert sorted(second) == sorted(sets[1].channels)


def configured(region: str) -> Callable[[str], str | None]:
    text = f'{HEAD}[lorawan]\nregion = "{region}"\n'
    config = read(toml.parse(text, "gateway.toml"), Path(), CATALOG)
    assert config.lorawan is not None
    return configure(config, CATALOG, Boards(config.lorawan), VirtualClock())


def test_a_board_gets_the_same_channels_each_time_and_the_next_what_is_left():
    ask = configured("EU868")
    first = ask(SHED)
    assert ask(ROOF) != first
    assert ask(SHED) == first
    crowd = [ask(f"{number:016x}") for number in range(100)]
    assert None not in crowd


def test_no_station_gets_channels_at_2_4_ghz(caplog):
    assert configured("ISM2400")(ROOF) is None
    assert "no Basics Station drives a card for 2.4 GHz" in caplog.text


@pytest.mark.parametrize("region", [r for r in CATALOG.regions if r != "ISM2400"])
def test_what_a_station_gets_passes_our_own_check(region):
    text = configured(region)(ROOF)
    assert text is not None
    assert judge(text, "router_config.json", CATALOG.regions).findings == ()
