"""A card keeps its EUI, and people hear of every change."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.catalog.catalog import load
from wisgate.core.errors import StoreError
from wisgate.lorawan.concentrators import seat
from wisgate.lorawan.identity import Identities, Identity, Origin, decide, origin, told_by_chip

CATALOG = load()
(CARD,) = seat(CATALOG, CATALOG.boards["rak7391"], [("mpcie-1", "rak5146-spi")])
(OLD_CARD,) = seat(CATALOG, CATALOG.boards["rak7391"], [("mpcie-1", "rak2247-spi")])
CHIP, OTHER = "0016c001ff10d3f6", "0016c001ff200002"


@pytest.mark.parametrize(
    ("eui", "kind"),
    [
        (CHIP, Origin.CHIP),
        ("b827ebfffe123456", Origin.NETWORK_CARD),
        ("0000000000000000", Origin.PLACEHOLDER),
        ("ffffffffffffffff", Origin.PLACEHOLDER),
        ("aa555a0000000000", Origin.PLACEHOLDER),
        ("5411220500000001", Origin.OTHER),
    ],
)
def test_what_an_eui_looks_like(eui: str, kind: Origin) -> None:
    assert origin(eui) is kind


@pytest.mark.parametrize(
    ("printed", "eui"),
    [
        ("CoreCell reset through GPIO17\nINFO: concentrator EUI: 0x0016c001ff10d3f6\n", CHIP),
        ("INFO: concentrator EUI: 0X0016C001FF10D3F6", None),
        ("EUI=0016C001FF10D3F6", CHIP),
        ("ERROR: failed to connect to the concentrator", None),
        ("INFO: concentrator EUI: 0x0016c001", None),
    ],
)
def test_the_chip_tells_its_eui(printed: str, eui: str | None) -> None:
    assert told_by_chip(printed) == eui


def test_the_first_start_takes_the_eui_of_the_chip() -> None:
    found = decide(CARD, read=CHIP)
    assert found == Identity(CHIP, f"mpcie-1: works as {CHIP}, the EUI of its chip, from now on")
    assert decide(CARD, read=CHIP, kept=CHIP) == Identity(CHIP)
    assert decide(CARD, kept=CHIP) == Identity(CHIP)


def test_another_chip_goes_on_under_the_old_eui_and_both_are_shown() -> None:
    found = decide(CARD, kept=CHIP, read=OTHER)
    assert found.eui == CHIP
    assert CHIP in found.say
    assert f'eui = "{OTHER}"' in found.say


def test_what_the_file_says_counts_and_a_change_shows_old_and_new() -> None:
    assert decide(CARD, written=OTHER, kept=OTHER, read=CHIP) == Identity(OTHER)
    assert decide(CARD, written=OTHER) == Identity(OTHER)
    found = decide(CARD, written=OTHER, kept=CHIP)
    assert found == Identity(
        OTHER, f"mpcie-1: works as {OTHER} from now on, as the file says; it was {CHIP}"
    )


def test_without_any_eui_the_cure_is_told() -> None:
    assert decide(CARD).eui == ""
    assert "chip_id" in decide(CARD).say
    assert "SX1301 has none" in decide(OLD_CARD).say
    assert decide(CARD, read="0000000000000000").eui == ""


def test_euis_are_kept_by_slot(tmp_path: Path) -> None:
    path = tmp_path / "cards.json"
    Identities(path).keep(CARD, CHIP)
    assert Identities(path).get(CARD) == CHIP
    before = path.stat().st_mtime_ns
    kept = Identities(path)
    kept.keep(CARD, CHIP)
    assert path.stat().st_mtime_ns == before
    kept.keep(CARD, OTHER)
    assert Identities(path).get(CARD) == OTHER


def test_a_damaged_file_is_named_with_a_cure(tmp_path: Path) -> None:
    path = tmp_path / "cards.json"
    path.write_text("{")
    with pytest.raises(StoreError, match=r"cards.json.*remove it"):
        Identities(path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    kept = Identities(tmp_path / "gone" / "cards.json")
    with pytest.raises(StoreError, match="gone"):
        kept.keep(CARD, CHIP)
