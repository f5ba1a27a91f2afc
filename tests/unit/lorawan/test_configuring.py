"""What Basics Stations get: their channels, whoever they are."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.lorawan import lns
from wisgate.lorawan.checks.kinds import judge
from wisgate.lorawan.configuring import MOST, Configured

CATALOG = load_catalog()
A, B, C, D = (f"0016c001ff00000{n}" for n in "1234")
HEAD = 'name = "roof"\nboard = "rak7391"\n'


def configured(folder: Path, text: str, kept: dict[str, str] | None = None) -> Configured:
    file = folder / "gateway.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    config = load(file)
    assert config.lorawan is not None
    return Configured(config, config.lorawan, CATALOG, kept or {})


def centres(text: str | None) -> list[int]:
    assert text is not None
    (conf,) = json.loads(text)["sx1301_conf"]
    return [conf[f"radio_{n}"]["freq"] for n in (0, 1)]


EU_A, EU_B = [867_500_000, 868_500_000], [865_400_000, 866_300_000]


def test_a_card_of_the_box_gets_its_plan(tmp_path: Path) -> None:
    text = (
        '[[slot]]\nslot = "mpcie-1"\nmodule = "rak2287-spi"\n'
        '[[slot]]\nslot = "mpcie-2"\nmodule = "rak2287-spi"\n'
        '[lorawan]\nregion = "EU868"\n'
        f'[[lorawan.board]]\nslot = "mpcie-2"\neui = "{B}"\n'
    )
    found = configured(tmp_path, text, {"mpcie-1": A})
    assert centres(found(B)) == EU_B
    assert centres(found(A)) == EU_A
    assert centres(found(C)) == EU_A


def test_boards_elsewhere_share_the_sets_of_their_region(tmp_path: Path) -> None:
    text = (
        '[lorawan]\nregion = "EU868"\n'
        f'[[lorawan.board]]\neui = "{A}"\n[[lorawan.board]]\neui = "{B}"\n'
        f'[[lorawan.board]]\neui = "{C}"\nregion = "US915"\n'
    )
    found = configured(tmp_path, text)
    assert [centres(found(e)) for e in (A, B)] == [EU_A, EU_B]
    assert centres(found(C)) == [904_300_000, 905_000_000]
    assert json.loads(found(C) or "")["region"] == "US902"
    assert centres(found(D)) == EU_A
    assert found(D) == found(D)


def test_strangers_get_what_is_left(tmp_path: Path) -> None:
    found = configured(tmp_path, '[lorawan]\nregion = "EU868"\n')
    assert [centres(found(e)) for e in (B, A)] == [EU_A, EU_B]
    assert centres(found(B)) == EU_A


def test_many_strangers_do_not_fill_the_memory(tmp_path: Path) -> None:
    found = configured(tmp_path, '[lorawan]\nregion = "EU868"\n')
    for number in range(MOST + 10):
        assert found(f"{number:016x}") is not None
    assert len(found._plans) == MOST


def test_no_station_drives_2_4_ghz(tmp_path: Path) -> None:
    found = configured(tmp_path, '[lorawan]\nregion = "ISM2400"\n')
    assert found(A) is None
    text = f'[lorawan]\nregion = "EU868"\n[[lorawan.board]]\neui = "{A}"\nregion = "ISM2400"\n'
    assert configured(tmp_path, text)(A) is None


@pytest.mark.parametrize("region", [r for r in CATALOG.regions if r != "ISM2400"])
def test_what_is_sent_is_a_router_config_without_a_finding(tmp_path: Path, region: str) -> None:
    text = configured(tmp_path, f'[lorawan]\nregion = "{region}"\n')(A)
    assert text is not None
    assert judge(text, "router_config.json", CATALOG.regions).findings == ()
    found = msgspec.json.decode(text, type=lns.RouterConfig)
    assert found.region == CATALOG.regions[region].station
    assert len(found.rates) == 16
