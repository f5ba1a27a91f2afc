"""How parts are recognised: the questions of the catalog against the twins, and the numbers that
USB and PCI show."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wisgate.board.probe import wrong_answer
from wisgate.catalog.boards import Board
from wisgate.catalog.catalog import load
from wisgate.catalog.facts import Enumerated
from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.bme680 import Bme680Twin
from wisgate.virtual.chips.emc2301 import Emc2301Twin
from wisgate.virtual.chips.lps22hb import Lps22hbTwin
from wisgate.virtual.chips.ltr_390uv import Ltr390uvTwin
from wisgate.virtual.chips.opt3001 import Opt3001Twin
from wisgate.virtual.chips.sgm58031 import Sgm58031Twin
from wisgate.virtual.i2c import PoweredTwin, Stranger, VirtualI2c

CATALOG = load()
CLOCK = VirtualClock()
TWINS: dict[str, PoweredTwin] = {
    "bme680": Bme680Twin(CLOCK, addresses=(0x76,)),
    "emc2301": Emc2301Twin(CLOCK),
    "lps22hb": Lps22hbTwin(CLOCK, addresses=(0x5C,)),
    "ltr-390uv": Ltr390uvTwin(CLOCK),
    "opt3001": Opt3001Twin(CLOCK, addresses=(0x44,)),
    "sgm58031": Sgm58031Twin(CLOCK, addresses=(0x4B,)),
}
ASKED = [chip for chip in CATALOG.chips.values() if chip.questions]


def test_every_chip_that_may_be_asked_has_a_twin_here() -> None:
    assert {chip.id for chip in ASKED} == set(TWINS)


@pytest.mark.parametrize("part", TWINS)
def test_the_twin_answers_as_the_catalog_says_and_a_stranger_does_not(part: str) -> None:
    twin, bus = TWINS[part], VirtualI2c(CLOCK)
    address = twin.addresses[0]
    bus.twins.append(twin)
    CLOCK.sleep(1.0)
    for question in CATALOG.chips[part].questions:
        assert wrong_answer(bus, address, question) == ""
        bus.strangers[address] = Stranger()
        assert "and should read" in wrong_answer(bus, address, question)
        del bus.strangers[address]


@pytest.mark.parametrize("chip", ASKED, ids=lambda chip: chip.id)
def test_questions_fit_together(chip: object) -> None:
    for question in chip.questions:  # type: ignore[attr-defined]
        assert question.ask
        assert question.answer
        assert len(question.mask) in (0, len(question.answer))
        assert all(0 <= byte <= 0xFF for byte in (*question.ask, *question.answer))


def everything_enumerated() -> Sequence[tuple[str, Enumerated]]:
    entries = [*CATALOG.chips.values(), *CATALOG.modules.values()]
    return [(entry.id, one) for entry in entries for one in entry.enumerated]


@pytest.mark.parametrize(("name", "one"), everything_enumerated())
def test_a_part_has_numbers_or_a_class(name: str, one: Enumerated) -> None:
    numbers = one.vendor is not None and one.product is not None
    assert numbers != (one.class_code is not None), name
    assert one.class_code is None or one.bus == "pci", name


@pytest.mark.parametrize("board", CATALOG.boards.values(), ids=lambda board: board.id)
def test_what_a_board_shows_is_in_the_catalog(board: Board) -> None:
    for shown in board.enumerates:
        assert CATALOG.chips[shown.part].enumerated, shown.part
        assert shown.count > 0


def test_cards_that_share_their_numbers_do_not_share_a_socket_by_mistake() -> None:
    """Two modems of one series look the same on USB; no others may."""
    seen: dict[tuple[object, ...], list[str]] = {}
    for name, one in everything_enumerated():
        seen.setdefault((one.bus, one.vendor, one.product, one.class_code), []).append(name)
    assert [sorted(names) for names in seen.values() if len(names) > 1] == [["rm505q", "rm510q"]]
