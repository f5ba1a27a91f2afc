"""From a user's file to cards, regions, EUIs and the place where forwarders find us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.core.errors import CatalogError, ConfigError
from wisgate.lorawan.files.target import Target
from wisgate.lorawan.planning import Wanted, make, of_config, of_words

CATALOG = load_catalog()
HEAD = 'name = "roof"\nboard = "rak7391"\n'


def slot(name: str, module: str, more: str = "") -> str:
    return f'[[slot]]\nslot = "{name}"\nmodule = "{module}"\n{more}'


def wanted(tmp_path: Path, text: str) -> Wanted:
    file = tmp_path / "gateway.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return of_config(load(file), CATALOG)


def test_boards_of_a_file(tmp_path: Path) -> None:
    text = (
        slot("mpcie-1", "rak5146-spi", "gnss = true\n")
        + slot("mpcie-2", "rak5148")
        + slot("wisblock-1", "rak1906")
        + '[lorawan]\nregion = "EU868"\n'
        '[[lorawan.board]]\nslot = "mpcie-1"\neui = "0016C001FF000001"\n'
    )
    found = wanted(tmp_path, text)
    assert [(c.name, c.module, c.gnss) for c in found.cards] == [
        ("mpcie-1", "rak5146-spi", True),
        ("mpcie-2", "rak5148", False),
    ]
    assert found.euis == {"mpcie-1": "0016c001ff000001"}
    assert found.target == Target("127.0.0.1", 1700, 3001)
    assert [b.region.id for b in make(found, CATALOG).boards] == ["EU868", "ISM2400"]


def test_a_board_may_have_a_region_of_its_own(tmp_path: Path) -> None:
    text = (
        slot("mpcie-1", "rak5146-usb")
        + slot("mpcie-2", "rak2287-usb")
        + '[lorawan]\nregion = "EU868"\n[[lorawan.board]]\nslot = "mpcie-2"\n'
        'eui = "0016C001FF000002"\nregion = "EU433"\n'
    )
    plan = make(wanted(tmp_path, text), CATALOG)
    assert [(b.card.name, b.region.id, b.set) for b in plan.boards] == [
        ("mpcie-1", "EU868", "A"),
        ("mpcie-2", "EU433", "A"),
    ]


def test_a_card_for_2_4_ghz_is_a_gateway_of_its_own_whatever_its_table_says(
    tmp_path: Path,
) -> None:
    text = (
        slot("mpcie-1", "rak5146-usb")
        + slot("mpcie-2", "rak5148")
        + '[lorawan]\nregion = "EU868"\n[[lorawan.board]]\nslot = "mpcie-2"\n'
        'eui = "5411220500000001"\nregion = "ISM2400"\n'
    )
    plan = make(wanted(tmp_path, text), CATALOG)
    assert [b.region.id for b in plan.boards] == ["EU868", "ISM2400"]
    assert plan.notes == ("ISM2400 is a gateway of its own, with an EUI of its own",)


def test_forwarders_find_us_where_the_file_says(tmp_path: Path) -> None:
    text = (
        slot("mpcie-1", "rak5146-usb")
        + '[lorawan]\nregion = "EU868"\nudp = "0.0.0.0:1750"\nstation = "127.0.0.1:3300"\n'
        '[[lorawan.board]]\nslot = "mpcie-1"\neui = "0016C001FF000001"\n'
    )
    assert wanted(tmp_path, text).target == Target("127.0.0.1", 1750, 3300)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (slot("mpcie-1", "rak5146-usb"), r"gateway.toml:1: there is no \[lorawan\]; write it"),
        (
            slot("mpcie-3", "ec25") + '[lorawan]\nregion = "EU868"\n',
            r"gateway.toml:6: no slot holds a concentrator card; write one",
        ),
    ],
)
def test_what_is_missing_is_told_with_the_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        wanted(tmp_path, text)


def test_boards_of_the_command_line() -> None:
    board = CATALOG.boards["rak7391"]
    found = of_words(CATALOG, board, "US915", [("", "rak5146-usb"), ("mpcie-1", "rak2287-spi")])
    assert [c.name for c in found.cards] == ["mpcie-1", "mpcie-2"]
    assert [c.module for c in found.cards] == ["rak2287-spi", "rak5146-usb"]
    with pytest.raises(CatalogError, match="EU86 is no region; there are: AS923-1"):
        of_words(CATALOG, board, "EU86", [("", "rak5148")])


def test_channels_that_were_asked_for_are_those_of_the_plan() -> None:
    board = CATALOG.boards["rak7391"]
    found = of_words(CATALOG, board, "AS923-1", [("", "rak5146-usb")] * 2)
    assert [b.set for b in make(found, CATALOG).boards] == ["A", "A"]
    assert [b.set for b in make(replace(found, channels=16), CATALOG).boards] == ["A", "B"]
