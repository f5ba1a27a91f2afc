"""Config against catalog: places, conflicts with both sides, and cures that cure."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules
from wisgate.catalog.catalog import load
from wisgate.config.load import load as load_config
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.errors import PlanConflict
from wisgate.plan.plan import Plan, applied, make

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "plan"
LINE = 'registers = [{ name = "t", address = 0, kind = "holding", type = "int16", unit = "Cel" }]\n'
UNIT = f'[[slot.unit]]\nid = 42\nname = "unit_%d"\n{LINE}'
MODULES = ("rak5801", "rak5802", "rak13007", "rak16000")


def table(number: int, module: str) -> str:
    return slot(number, module) + (UNIT % number if module == "rak5802" else "")


def plan(*tables: str) -> Plan:
    config = read(toml.parse(HEAD + "".join(tables), "gateway.toml"), Path(), load())
    return make(config, load())


def test_the_examples_have_no_conflict() -> None:
    for name in ("pump-house", "ambient"):
        made = make(load_config(ROOT / "examples" / f"{name}.toml"), load())
        made.check()
        assert len(made.placements) == 2


def test_two_at_one_address_are_told_with_both_sides() -> None:
    made = plan(slot(1, "rak16000"), slot(2, "rak16000"))
    with pytest.raises(PlanConflict) as told:
        made.check()
    assert told.value.exit_code == 3
    assert str(told.value) == (GOLDEN / "two-rak16000.txt").read_text().rstrip("\n")
    assert "(gateway.toml:3;" in str(told.value)
    assert "(gateway.toml:6;" in str(told.value)


def test_every_cure_cures() -> None:
    made = plan(slot(1, "rak16000"), slot(2, "rak16000"))
    (conflict,) = made.conflicts
    assert len(conflict.cures) >= 2
    for cure in conflict.cures:
        after = make(applied(made.config, cure.edits), load())
        after.check()
        assert after.findings == (), cure.text


def test_the_first_cure_as_somebody_types_it() -> None:
    (conflict,) = plan(slot(1, "rak16000"), slot(2, "rak16000")).conflicts
    assert "write address = 0x40" in conflict.cures[0].text
    text = HEAD + slot(1, "rak16000", address=0x40) + slot(2, "rak16000")
    with open_modules(text) as board:
        assert len(board.read("wisblock-1")) == len(board.read("wisblock-2")) == 3


@pytest.mark.parametrize("address", [0x40, 0x44, 0x45])
def test_an_address_that_the_user_chose_counts(address: int) -> None:
    made = plan(slot(1, "rak16000", address=address), slot(2, "rak16000"))
    made.check()
    assert {p.address for p in made.placements} == {address, 0x41}
    with pytest.raises(PlanConflict, match=f"{address:#04x}"):
        plan(*(slot(n, "rak16000", address=address) for n in (1, 2))).check()


@pytest.mark.parametrize(("straps", "address"), [("", 0x4B), ('adc = "0x49"', 0x49)])
def test_the_adc_is_where_its_strap_says(straps: str, address: int) -> None:
    made = plan(f"[straps]\n{straps}\n", slot(1, "rak5801"))
    assert made.adc_address == address
    adcs = {c.resource for c in made.claims if "U-ADC" in c.owner and "address" in c.resource}
    assert adcs == {f"i2c-1 address {address:#04x}"}


def test_what_modules_claim() -> None:
    """The lines and inputs of each slot. Modules sheet 1.2, 4.1 and 4.8."""
    expected = {
        (1, "rak5801"): {"U133 line 1", "U-ADC channel 1"},
        (2, "rak5801"): {"U133 line 9", "U-ADC channel 3"},
        (1, "rak13007"): {"U133 line 4"},
        (2, "rak13007"): {"U133 line 12"},
    }
    for (number, module), resources in expected.items():
        made = plan(slot(number, module))
        claimed = {c.resource for c in made.claims if c.claimant == f"wisblock-{number}"}
        assert resources <= claimed
        others = {r for r in claimed if r.startswith(("U133", "U-ADC"))} - resources
        assert others <= {f"U133 line {4 + 8 * (number - 1)}"}, "A0 of the RAK5801 ends there too"


@pytest.mark.parametrize(("first", "second"), list(product(MODULES, MODULES)))
def test_every_pair_has_a_verdict(first: str, second: str) -> None:
    """Only two INA219 as shipped get in each other's way, and what is planned free opens."""
    made = plan(table(1, first), table(2, second))
    clash = first == second == "rak16000"
    assert [f.resource for f in made.conflicts] == (["i2c-1 address 0x41"] if clash else [])
    if not clash:
        with open_modules(HEAD + table(1, first) + table(2, second)) as board:
            for name, module in (("wisblock-1", first), ("wisblock-2", second)):
                if module != "rak5802":  # the unit of this file is not the one on the line
                    assert board.read(name)


def test_rails_are_shared() -> None:
    made = plan(slot(1, "rak5801"), slot(2, "rak13007"))
    assert len([c for c in made.claims if c.resource == "rail 3V3"]) >= 2
    assert made.conflicts == ()


def test_a_crowd_at_one_address_is_cured_by_keeping_one() -> None:
    slots = ("io", "sensor-a", "sensor-b", "sensor-c", "sensor-d")
    head = 'name = "crowd"\nboard = "rak5005-o"\ncore = "rak4631"\n'
    tables = "".join(f'[[slot]]\nslot = "{s}"\nmodule = "rak12019"\n' for s in slots)
    made = make(read(toml.parse(head + tables, "gateway.toml"), Path(), load()), load())
    crowd = next(f for f in made.findings if "address 0x53" in f.resource)
    assert crowd.cures[0].text.startswith("keep the rak12019 in ")
    after = make(applied(made.config, crowd.cures[0].edits), load(), cures=False)
    assert not any("address 0x53" in f.resource for f in after.findings)
