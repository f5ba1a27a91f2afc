"""Current and watts, added up by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from plan_cases import CATALOG

from wisgate.config.load import read
from wisgate.core.quantities import parse
from wisgate.core.toml import Document
from wisgate.plan.plan import Plan, make


def plan(text: str, board: str = "rak7391") -> Plan:
    values = tomllib.loads(f'name = "bench"\nboard = "{board}"\n{text}')
    return make(read(Document(values, {}, "gateway.toml"), Path(), CATALOG), CATALOG)


def slot(name: str, module: str) -> str:
    return f'[[slot]]\nslot = "{name}"\nmodule = "{module}"\n'


def drawn(module: str, rail: str) -> float:
    draws = [d for d in CATALOG.modules[module].draws if d.rail == rail]
    return sum(parse(d.maximum, "current").si for d in draws)


def test_an_empty_gateway_reserves_the_compute_module() -> None:
    budget = plan("").power
    assert (budget.watts, budget.host, budget.rails) == (25.0, 25.0, ())
    assert budget.available is None
    assert budget.margin is None


def test_modules_draw_from_their_rails() -> None:
    budget = plan(slot("wisblock-1", "rak5801") + slot("wisblock-2", "rak13007")).power
    rails = {r.rail: r for r in budget.rails}
    expected = drawn("rak5801", "3V3_S") + drawn("rak13007", "3V3_S")
    assert rails["3V3"].total == pytest.approx(expected)
    converted = expected * 3.3 / 5
    assert rails["5V"].total == pytest.approx(drawn("rak5801", "VBAT") + converted)
    watts = 25 + rails["5V"].total * 5
    assert budget.watts == pytest.approx(watts)


@pytest.mark.parametrize(
    ("power", "available"),
    [
        ('input = "poe"\npoe_class = "at"', 30.0),
        ('input = "poe"\npoe_class = "bt"', 72.0),
        ('input = "poe"', 30.0),
        ('input = "poe"\npoe_class = "bt"\nsupply = "60W"', 60.0),
        ('input = "dc"\nvoltage = "12V"\nsupply = "40W"', 40.0),
        ('input = "dc"\nvoltage = "12V"', None),
    ],
)
def test_what_the_supply_gives(power: str, available: float | None) -> None:
    budget = plan(f"[power]\n{power}\n").power
    assert budget.available == available
    assert budget.margin == (None if available is None else available - 25)


def test_a_12_volt_load_counts_with_the_voltage_of_the_supply() -> None:
    made = plan('[power]\ninput = "dc"\nvoltage = "12V"\nload_12v = "500mA"\n')
    assert made.power.watts == pytest.approx(25 + 6)


def test_a_switched_rail_counts_for_the_one_it_comes_from() -> None:
    made = plan('core = "rak4631"\n' + slot("io", "rak13007"), "rak5005-o")
    rails = {r.rail: r for r in made.power.rails}
    sending = rails["3V3"].total - rails["3V3_S"].total
    assert rails["3V3_S"].total == pytest.approx(drawn("rak13007", "3V3_S"))
    assert sending == pytest.approx(0.125), "the core at 20 dBm"
    assert rails["3V3"].margin == pytest.approx(0.75 - rails["3V3"].total)


def test_what_is_converted_counts_for_the_feeding_rail_with_its_watts() -> None:
    """By hand: the core sends with 125 mA at 3.3 V, which a battery at 3.3 V gives as it is; on
    the gateway the watts of the 3.3 V rail come from 5 V."""
    field = plan('core = "rak4631"\n' + slot("io", "rak13007"), "rak5005-o")
    rails = {r.rail: r for r in field.power.rails}
    assert rails["VBAT"].total == pytest.approx(0.125 + drawn("rak13007", "3V3_S"))
    assert field.power.watts == pytest.approx(rails["3V3"].total * 3.3), "counted once"
    gateway = plan(slot("wisblock-1", "rak13007"))
    rails = {r.rail: r for r in gateway.power.rails}
    assert rails["5V"].total == pytest.approx(drawn("rak13007", "3V3_S") * 3.3 / 5)
    assert gateway.power.watts == pytest.approx(25 + drawn("rak13007", "3V3_S") * 3.3)
    assert "supply" not in rails, "that one is counted in watts"


def test_a_base_without_ultracapacitors_has_no_hold_up_time() -> None:
    assert plan('core = "rak4631"\n', "rak5005-o").power.hold is None


def test_hold_up_time_is_assumed_or_measured() -> None:
    assert plan("").power.hold == 10.0
    assert plan('[power]\nsupercap_hold = "23s"\n').power.hold == 23.0
