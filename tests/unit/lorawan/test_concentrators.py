"""Where forwarders find the cards of a RAK7391, and how these are reset."""

from __future__ import annotations

import pytest

from wisgate.catalog.catalog import load
from wisgate.core.errors import CatalogError
from wisgate.lorawan.concentrators import (
    Concentrator,
    Family,
    Reset,
    concentrator,
    modules,
    placed,
    seat,
    stable_path,
)

CATALOG = load()
BOX = CATALOG.boards["rak7391"]
LINKS = [
    "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0",
    "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usbv2-0:1.3:1.0",
    "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3.1:1.0-port0",
    "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.4:1.0",
]


def seated(*cards: tuple[str, str]) -> list[Concentrator]:
    return seat(CATALOG, BOX, cards)


@pytest.mark.parametrize(
    ("slot", "module", "chip", "family", "path", "reset"),
    [
        ("mpcie-1", "rak2247-spi", "sx1301", Family.SX1301, "/dev/spidev0.0", Reset("host", 17)),
        ("mpcie-2", "rak2287-spi", "sx1302", Family.SX1302, "/dev/spidev0.1", Reset("host", 6)),
        ("mpcie-1", "rak5146-spi", "sx1303", Family.SX1302, "/dev/spidev0.0", Reset("host", 17)),
        ("mpcie-1", "rak2247-usb", "sx1301", Family.SX1301, "", None),
        ("mpcie-2", "rak2287-usb", "sx1302", Family.SX1302, "", None),
        ("mpcie-3", "rak5146-usb", "sx1303", Family.SX1302, "", None),
        ("mpcie-2", "rak5148", "sx1280", Family.GHZ24, "", None),
    ],
)
def test_a_card_in_a_slot(
    slot: str, module: str, chip: str, family: Family, path: str, reset: Reset | None
) -> None:
    (card,) = seated((slot, module))
    assert (card.name, card.chip, card.family) == (slot, chip, family)
    assert card.bus == ("spi" if path else "usb")
    assert (card.path, card.reset) == (path, reset)


def test_every_card_of_the_catalog_can_be_seated() -> None:
    assert len(modules(CATALOG)) == 7
    for module in modules(CATALOG):
        assert seated(("", module.id))[0].slot == "mpcie-1"


def test_cards_without_a_slot_take_the_next_that_fits() -> None:
    cards = seated(*[("", "rak5146-usb")] * 4)
    assert [c.name for c in cards] == ["mpcie-1", "mpcie-2", "mpcie-3", "rak5146-usb-port"]
    assert [c.slot for c in seated(("mpcie-1", "rak5148"), ("", "rak5146-spi"))] == [
        "mpcie-1",
        "mpcie-2",
    ]


def test_cards_are_switched_on_in_the_order_of_the_slots() -> None:
    cards = seated(("mpcie-2", "rak5146-spi"), ("mpcie-1", "rak2287-spi"))
    assert [c.slot for c in cards] == ["mpcie-1", "mpcie-2"]


@pytest.mark.parametrize(
    ("cards", "why"),
    [
        ([("mpcie-3", "rak5146-spi")], "does not fit into mpcie-3; it goes into mpcie-1, mpcie-2"),
        ([("wisblock-1", "rak5148")], "does not fit into wisblock-1"),
        ([("mpcie-9", "rak5148")], "rak7391 has no slot mpcie-9"),
        ([("", "rak16000")], "rak16000 is no concentrator card; there are: rak2247-spi"),
        ([("", "rak5146")], "rak5146 is no concentrator card"),
        ([("", "rak5146-spi")] * 3, "no free slot for rak5146-spi; write its USB version"),
    ],
)
def test_what_cannot_be_is_refused(cards: list[tuple[str, str]], why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        seated(*cards)


def test_gnss_counts_only_where_its_pulse_is_wired() -> None:
    module = CATALOG.modules["rak5146-spi"]
    assert concentrator(BOX, "mpcie-1", module, gnss=True).gnss
    assert not concentrator(BOX, "mpcie-2", module, gnss=True).gnss
    assert not concentrator(BOX, "mpcie-1", module).gnss


def test_only_the_rak5146_for_usb_listens_before_it_talks() -> None:
    listening = [m.id for m in modules(CATALOG) if seated(("", m.id))[0].listens]
    assert listening == ["rak5146-usb"]


def test_a_path_stays_with_the_place_in_the_usb() -> None:
    assert stable_path("1-1.3", LINKS) == LINKS[0]
    assert stable_path("1-1.4", LINKS) == LINKS[3]
    assert stable_path("1-1.3.1", LINKS) == LINKS[2]
    assert stable_path("1-1", LINKS) == ""
    assert stable_path("1-1x3", LINKS) == ""


def test_usb_cards_get_their_paths_in_the_order_of_the_ports() -> None:
    cards = seated(("mpcie-1", "rak5146-usb"), ("mpcie-2", "rak5146-spi"), ("mpcie-3", "rak5148"))
    found = placed(cards, ["1-1.3", "1-1.4"], LINKS)
    assert [c.path for c in found] == [LINKS[0], "/dev/spidev0.1", LINKS[3]]
    assert [c.module for c in found] == [c.module for c in cards]


@pytest.mark.parametrize("places", [[], ["1-1.3"], ["1-1.3", "1-1.9"], ["1-1.3", "1-1.4", "1-1.5"]])
def test_no_usb_card_gets_a_path_as_long_as_it_could_be_another_one(places: list[str]) -> None:
    cards = seated(("mpcie-1", "rak5146-usb"), ("mpcie-2", "rak5146-usb"))
    assert [c.path for c in placed(cards, places, LINKS)] == ["", ""]
