"""A plan in rows, and the way from one bench to another in plain words."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from module_bench import HEAD, slot

from wisgate.catalog.catalog import load
from wisgate.config.load import load as load_config
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.plan.diff import changes
from wisgate.plan.plan import Plan, make
from wisgate.plan.report import report

EXAMPLES = Path(__file__).parents[3] / "examples"
MODULES = ("rak5801", "rak13007", "rak16000", "rak16001", "rak13004")


def plan(*tables: str) -> Plan:
    config = read(toml.parse(HEAD + "".join(tables), "gateway.toml"), Path(), load())
    return make(config, load(), cures=False)


def test_the_report_of_the_pump_house() -> None:
    told = report(make(load_config(EXAMPLES / "pump-house.toml"), load()))
    assert [(p.slot, p.module, p.points) for p in told.pieces] == [
        ("wisblock-1", "rak5801", ("tank_level",)),
        ("wisblock-2", "rak13007", ("pump",)),
    ]
    wires = {(w.slot, w.signal): (w.pins, w.ends) for w in told.wires}
    assert wires["wisblock-1", "IO1"] == ((29,), ("U133 line 1",))
    assert wires["wisblock-1", "AIN1"] == ((22,), ("U-ADC channel 1",))
    assert wires["wisblock-2", "IO4"] == ((32,), ("U133 line 12",))
    addresses = {r.address for r in told.addresses if r.bus == "i2c-1"}
    assert {"0x26", "0x27", "0x4b", "0x51", "0x70"} <= addresses
    assert 0 < next(x.share for x in told.lanes if "i2c-1" in x.lane) < 0.1
    assert "wisblock-1" not in told.free
    assert "mpcie-1" in told.free


def test_an_address_of_a_strap_stands_in_the_report() -> None:
    told = report(plan(slot(1, "rak16000") + "address = 0x44\n"))
    assert told.pieces[0].address == "0x44"
    assert [r.owner for r in told.addresses if r.address == "0x44"] != []


def test_nothing_changes_between_a_plan_and_itself() -> None:
    same = plan(slot(1, "rak5801"), slot(2, "rak13007"))
    assert changes(same, same) == []


def test_modules_are_moved_not_bought_again() -> None:
    old = plan(slot(1, "rak5801"), slot(2, "rak13007"))
    new = plan(slot(1, "rak13007"), slot(2, "rak5801"))
    assert changes(old, new)[:3] == [
        "Switch the power off first.",
        "Move the rak5801 from wisblock-1 to wisblock-2.",
        "Move the rak13007 from wisblock-2 to wisblock-1.",
    ]


def test_out_in_and_strapped() -> None:
    old = plan(slot(1, "rak5801"), slot(2, "rak16000"))
    new = plan(slot(1, "rak13004"), slot(2, "rak16000") + "address = 0x44\n")
    steps = changes(old, new)
    assert "Take the rak5801 out of wisblock-1." in steps
    assert any(s.startswith("Put a rak13004 (") and s.endswith(" into wisblock-1.") for s in steps)
    assert any(s.startswith("Strap the rak16000 for address 0x44: fit ") for s in steps)
    assert "These points are no more: wisblock_1_a1." in steps


def test_a_strap_that_is_taken_back() -> None:
    old = plan(slot(2, "rak16000") + "address = 0x44\n")
    steps = changes(old, plan(slot(2, "rak16000")))
    assert [s for s in steps if s.startswith("Strap")] == [
        "Strap the rak16000 for address 0x41: fit as shipped."
    ]


def test_straps_and_supply_of_the_board() -> None:
    old = plan(slot(1, "rak5801"))
    new = plan(
        slot(1, "rak5801"), '[straps]\nadc = "0x49"\n[power]\ninput = "dc"\nvoltage = "24V"\n'
    )
    steps = changes(old, new)
    assert "[straps] adc: from not said to 0x49: move R648 to R647." in steps
    assert "[power] input: from not said to dc." in steps
    assert "[power] voltage: from not said to 24." in steps


def test_caps_and_reworks_in_the_words_of_the_bench() -> None:
    old = plan('[jumpers]\nwake = true\n[straps]\nio_voltage = "3.3V"\n')
    new = plan('[jumpers]\nwake = false\nbuzzer = true\n[straps]\nexternal_i2c = "i2c-3"\n')
    steps = changes(old, new)
    assert "[jumpers] wake: from yes to no: take the cap off J39 9-10 (Wake up)." in steps
    assert "[jumpers] buzzer: from not said to yes: fit the cap on J39 11-12 (Buzzer ON)." in steps
    rerouted = "move the 0 Ω resistors R718 and R719 to R716 and R717"
    assert any(
        s.startswith(f"[straps] external_i2c: from not said to i2c-3: {rerouted}") for s in steps
    )
    assert any("take back what was done: move the 0 Ω" in s for s in changes(new, old))
    low = plan('[straps]\nio_voltage = "1.8V"\n')
    assert "[straps] io_voltage: from 3.3 to 1.8: move R11 to R12." in changes(plan(), low)


def test_a_cap_that_the_file_no_longer_mentions_is_to_be_looked_at() -> None:
    look = "look at J39 9-10 (Wake up), the file no longer says whether its cap is fitted"
    for said, value in (("yes", "true"), ("no", "false")):
        steps = changes(plan(f"[jumpers]\nwake = {value}\n"), plan())
        assert f"[jumpers] wake: from {said} to not said: {look}." in steps


pairs = st.tuples(*(st.sampled_from((None, *MODULES)) for _ in range(2)))


@given(pairs, pairs)
def test_steps_tell_every_module_that_is_not_where_it_was(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    old = plan(*(slot(n, m) for n, m in enumerate(one, 1) if m))
    new = plan(*(slot(n, m) for n, m in enumerate(other, 1) if m))
    steps = "\n".join(changes(old, new))
    assert (steps == "") == (one == other)
    for was, now in zip(one, other, strict=True):
        if was != now:
            assert was is None or was in steps
            assert now is None or now in steps
