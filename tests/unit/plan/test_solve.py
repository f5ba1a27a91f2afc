"""solve: the traps it must know, the order of its answers, and what holds for every question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plan_cases import CATALOG

from wisgate.catalog.modules import Module
from wisgate.config.load import read
from wisgate.config.model import Config
from wisgate.core import toml
from wisgate.plan.plan import make
from wisgate.plan.seats import Wish, seats
from wisgate.plan.skeleton import skeleton, vacant
from wisgate.plan.solve import Answer, Solution, solve

BOARDS = {"rak7391": "", "rak5005-o": "rak4631", "rak6421": ""}
PLACED = sorted(m.id for m in CATALOG.modules.values() if m.form not in ("power", "core", "hat"))


def bare(board: str) -> Config:
    return vacant(CATALOG.boards[board], BOARDS[board], CATALOG)


def wishes(*names: str, **options: object) -> tuple[Wish, ...]:
    """`options` are those of the first."""
    first = tuple(options.items())
    return tuple(
        Wish(CATALOG.modules[name], first if number == 0 else ())  # type: ignore[arg-type]
        for number, name in enumerate(names)
    )


def ask(board: str, *names: str, most: int = 5) -> Solution:
    return solve(bare(board), wishes(*names), CATALOG, most)


def told(answer: Answer) -> list[str]:
    """ "wisblock-2 rak12004 0x52", and what is to do."""
    seats = []
    for seat in answer.seats:
        address = seat.placement.address
        tail = "" if address is None else f" {address:#04x}"
        seats.append(f"{seat.placement.slot.name} {seat.placement.module.id}{tail}")
    return [*seats, *(step.text for step in answer.steps)]


def test_what_needs_no_work_comes_in_the_order_asked_for() -> None:
    found = ask("rak7391", "rak5801", "rak5802")
    assert [told(a) for a in found.answers] == [
        ["wisblock-1 rak5801", "wisblock-2 rak5802"],
        ["wisblock-1 rak5802", "wisblock-2 rak5801"],
    ]
    assert found.refusals == ()


def test_the_gas_sensor_makes_way_for_the_clock() -> None:
    """RAK12004 answers at 0x51 like the RTC: another strap, or another bus."""
    found = ask("rak7391", "rak12004")
    strap = "rak12004: fit the strap for 0x52 (ADR0 = VA, ADR1 open)"
    assert told(found.answers[0]) == ["wisblock-1 rak12004 0x52", f"wisblock-1: {strap}"]
    assert told(found.answers[1]) == ["wisblock-2 rak12004 0x52", f"wisblock-2: {strap}"]
    place, rework = told(found.answers[2])
    assert place == "wisblock-1 rak12004 0x51"
    assert rework.startswith("rak7391: re-route external I2C to i2c-3: move the 0 Ω resistors R718")
    assert len(found.answers) == 4


def test_two_of_a_kind_get_two_addresses() -> None:
    found = ask("rak7391", "rak12004", "rak12004")
    assert [told(a)[:2] for a in found.answers] == [
        ["wisblock-1 rak12004 0x52", "wisblock-2 rak12004 0x54"],
        ["wisblock-1 rak12004 0x51", "wisblock-2 rak12004 0x52"],
        ["wisblock-1 rak12004 0x52", "wisblock-2 rak12004 0x51"],
    ]


def test_a_chosen_address_stays_and_the_board_moves() -> None:
    """0x4b is the slot ADC's as shipped: R648 moves, as no strap of the module may."""
    found = solve(bare("rak7391"), wishes("rak16001", address=0x4B), CATALOG)
    assert told(found.answers[0]) == [
        "wisblock-1 rak16001 0x4b",
        "rak7391: move R648 to R650: slot ADC at 0x48",
    ]
    assert found.answers[0].plan.adc_address == 0x48


def test_a_warning_is_taken_before_a_rework() -> None:
    """The All-Call of the PCA9685 meets the SHTC3; only another bus takes it away."""
    found = ask("rak7391", "rak13004")
    assert [len(a.plan.warnings) for a in found.answers] == [1, 1, 0, 0]
    assert [len(a.steps) for a in found.answers] == [0, 0, 1, 1]


def test_the_cards_go_where_the_vendor_names_them() -> None:
    best = ask("rak7391", "ec25", "rak5146-spi").answers[0]
    assert told(best) == ["mpcie-1 rak5146-spi", "mpcie-2 ec25"]
    assert best.plan.warnings == ()


def test_an_option_moves_a_signal_away() -> None:
    """IO4 is the reset of the long sensor's slot: the input can be analog instead."""
    (answer,) = ask("rak5005-o", "rak5811", "rak12500").answers
    assert told(answer)[2:] == ["io: rak5811: Move R94 to R95: A0 becomes analog"]
    assert 'a0 = "AIN0"' in skeleton(answer, wishes("rak5811", "rak12500"))


def test_an_input_that_is_not_read_is_not_proposed() -> None:
    """It takes a line and gives nothing; who chose it keeps it."""
    slot = CATALOG.boards["rak7391"].slot("wisblock-1")
    assert slot is not None
    offered = [
        s.placement.options["input"] for s in seats(0, Wish(CATALOG.modules["rak13001"]), slot)
    ]
    assert sorted(offered) == ["IO3", "none"]
    (chosen,) = seats(0, Wish(CATALOG.modules["rak13001"], (("input", "SW1"),)), slot)
    assert chosen.placement.options["input"] == "SW1"


def test_a_long_sensor_covers_its_neighbour() -> None:
    best = ask("rak5005-o", "rak12500", "rak1902", "rak1903").answers[0]
    places = {s.placement.module.id: s.placement.slot.name for s in best.seats}
    assert places["rak12500"] in ("sensor-a", "sensor-c")
    covered = {"sensor-a": "sensor-b", "sensor-c": "sensor-d"}[places["rak12500"]]
    assert covered not in places.values()


@pytest.mark.parametrize(
    ("board", "asked", "refused", "resource", "owners"),
    [
        ("rak7391", "rak1901", "rak1901", "connector of wisblock-1",
         ["rak7391: wisblock-1 is wisblock-io", "wisblock-1: rak1901 has wisblock-sensor"]),
        ("rak7391", "rak17000 rak17000", "rak17000", "host line 10",
         ["wisblock-1: rak17000 BIN2, driven as GPIO",
          "wisblock-2: rak17000 BIN2, driven as GPIO"]),
        ("rak7391", "rak17000 rak13300", "rak13300", "host line 10",
         ["wisblock-1: rak17000 BIN2, driven as GPIO", "wisblock-2: rak13300 SPI data"]),
        ("rak7391", "rak17000 rak5146-spi", "rak5146-spi", "host line 10",
         ["mpcie-2: rak5146-spi needs spi", "wisblock-1: rak17000 BIN2, driven as GPIO"]),
        ("rak7391", "ax200 ax201", "ax201", "slots that take the ax201", ["mpcie-3: ax200"]),
        ("rak7391", "rak5801 rak5802 rak16000", "rak16000", "slots that take the rak16000",
         ["wisblock-1: rak5801", "wisblock-2: rak5802"]),
        ("rak5005-o", "rak12500 rak12001 rak1902", "rak1902", "slot sensor-d",
         ["sensor-c: rak12500, a long module that covers sensor-d", "sensor-d: rak1902"]),
        ("rak5005-o", "rak1902 rak1902 rak1902", "rak1902", "I2C1 address 0x5c",
         ["sensor-a: rak1902 U1 lps22hb", "sensor-c: rak1902 U1 lps22hb"]),
        ("rak5005-o", "rak1901 rak1901", "rak1901", "I2C1 address 0x70",
         ["sensor-a: rak1901 U1 shtc3", "sensor-b: rak1901 U1 shtc3"]),
    ],
)  # fmt: skip
def test_what_cannot_be_placed_says_why(
    board: str, asked: str, refused: str, resource: str, owners: list[str]
) -> None:
    found = ask(board, *asked.split())
    (refusal,) = found.refusals
    assert refusal.module == refused
    assert refusal.finding.resource == resource
    assert [c.owner for c in refusal.finding.claims] == owners
    assert all(c.source for c in refusal.finding.claims)
    left = sorted(asked.split())
    left.remove(refused)
    for answer in found.answers:
        assert sorted(s.placement.module.id for s in answer.seats) == left


def test_a_module_stays_where_it_is_kept() -> None:
    kept = (Wish(CATALOG.modules["rak5801"], (), "wisblock-2"), *wishes("rak5802"))
    found = solve(bare("rak7391"), kept, CATALOG)
    assert [told(a) for a in found.answers] == [["wisblock-1 rak5802", "wisblock-2 rak5801"]]


def test_as_many_answers_as_asked_for() -> None:
    found = ask("rak5005-o", "rak1901", "rak1902", most=3)
    assert len(found.answers) == 3


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A board, and modules that fit it more often than not."""
    board = draw(st.sampled_from(sorted(BOARDS)))
    forms = {form for slot in CATALOG.boards[board].slots for form in slot.accepts}
    fitting = [name for name in PLACED if CATALOG.modules[name].form in forms]
    names = st.one_of(st.sampled_from(fitting), st.sampled_from(fitting), st.sampled_from(PLACED))
    return board, tuple(draw(st.lists(names, min_size=1, max_size=4)))


@settings(max_examples=80)
@given(questions(), st.integers(1, 8))
def test_every_answer_is_free_of_conflicts(
    question: tuple[str, tuple[str, ...]], most: int
) -> None:
    """Answers are distinct, sorted, check clean; every module is placed or refused with a reason
    that has two sides."""
    board, names = question
    found = ask(board, *names, most=most)
    assert len(found.answers) <= most
    for answer in found.answers:
        assert make(answer.plan.config, CATALOG, cures=False).conflicts == ()
        placed = [s.placement.module.id for s in answer.seats]
        assert sorted([*placed, *(r.module for r in found.refusals)]) == sorted(names)
    ranks = [a.rank for a in found.answers]
    assert ranks == sorted(ranks)
    assert len({tuple(told(a)) for a in found.answers}) == len(found.answers)
    for refusal in found.refusals:
        assert refusal.finding.claims


@settings(max_examples=60)
@given(questions(), st.data())
def test_a_part_of_what_can_be_placed_can_be_placed(
    question: tuple[str, tuple[str, ...]], data: st.DataObject
) -> None:
    board, names = question
    found = ask(board, *names, most=1)
    for answer in found.answers:
        placed = [s.placement.module.id for s in sorted(answer.seats, key=lambda s: s.wish)]
        part = [name for name in placed if data.draw(st.booleans())]
        if part:
            assert ask(board, *part, most=1).refusals == ()


@settings(max_examples=40)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_asked_for_decides_no_verdict(
    question: tuple[str, tuple[str, ...]], random: object
) -> None:
    board, names = question
    shuffled = list(names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = ask(board, *names, most=1), ask(board, *shuffled, most=1)
    assert len(one.refusals) == len(other.refusals)
    if not one.refusals and one.answers:
        assert one.answers[0].rank[:4] == other.answers[0].rank[:4]


@settings(max_examples=40)
@given(questions())
@example(("rak7391", ("rak13004", "rak13004")))
def test_no_step_of_an_answer_is_in_vain(question: tuple[str, tuple[str, ...]]) -> None:
    """The same slots with one step less conflict, or have more warnings."""
    board, names = question
    for answer in ask(board, *names).answers:
        for step in answer.steps:
            less = without(answer, wishes(*names), step.edit.table, step.edit.key)
            plan = make(less, CATALOG, cures=False)
            assert plan.conflicts or len(plan.warnings) > len(answer.plan.warnings), step.text


def without(answer: Answer, asked: tuple[Wish, ...], table: str, key: str) -> Config:
    """The answer's file with one key taken out, read anew."""
    lines, here = [], ""
    for line in skeleton(answer, asked).splitlines():
        if line.startswith("slot = "):
            here = "slot " + line.split('"')[1]
        elif line == "[straps]":
            here = "straps"
        if not (here == table and line.startswith(f"{key} = ")):
            lines.append(line)
    return parsed("\n".join(lines))


def parsed(text: str) -> Config:
    return read(toml.parse(text, "gateway.toml"), Path(), CATALOG)


@settings(max_examples=60)
@given(questions())
@example(("rak7391", ("rak5802", "rak5802")))
def test_the_file_of_an_answer_is_accepted(question: tuple[str, tuple[str, ...]]) -> None:
    board, names = question
    for answer in ask(board, *names, most=2).answers:
        plan = make(parsed(skeleton(answer, wishes(*names))), CATALOG, cures=False)
        assert plan.conflicts == ()
        straps = answer.plan.config.straps
        assert (plan.config.straps.adc, plan.config.straps.external_i2c) == (
            straps.adc, straps.external_i2c,
        )  # fmt: skip
        assert {(p.slot.name, p.module.id, p.address) for p in plan.placements} == {
            (s.placement.slot.name, s.placement.module.id, s.placement.address)
            for s in answer.seats
        }


def test_a_quantity_of_the_user_stays_as_written() -> None:
    found = solve(bare("rak7391"), wishes("rak16000", shunt="50mΩ", address=0x44), CATALOG)
    text = skeleton(found.answers[0], wishes("rak16000", shunt="50mΩ", address=0x44))
    assert 'shunt = "50mΩ"\naddress = 0x44\n' in text
    assert dict(parsed(text).slots[0].options) == {"address": 0x44, "shunt": pytest.approx(0.05)}


def test_every_module_of_a_slot_can_be_asked_for() -> None:
    """Alone on its board each is placed, or refused for a connector that does not mate."""
    modules: list[Module] = [CATALOG.modules[name] for name in PLACED]
    for module in modules:
        found = ask("rak7391", module.id, most=1)
        assert found.answers or found.refusals[0].finding.resource.startswith("connector of ")
