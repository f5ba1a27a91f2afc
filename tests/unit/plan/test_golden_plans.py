"""Conflicts and warnings with their exact text, layouts in figures, and cures that cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from plan_cases import CASES, CATALOG, LAYOUTS, described, disputes, planned, told

from wisgate.cli.check import command as check
from wisgate.core.errors import PlanConflict
from wisgate.plan.plan import Severity, applied, make

TRAPS = {
    "RAK12004 and the clock": ("gas-meets-clock", "gas-twice-meets-clock"),
    "RAK1901 and the SHTC3 of the board": (
        "climate-meets-climate-of-the-board",
        "climate-in-the-other-slot",
    ),
    "RAK16001 at 0x4B": ("adc-at-4b", "adc-at-4b-in-the-other-slot"),
    "RAK13600 with RAK14003": ("nfc-with-led-bar", "led-bar-with-nfc"),
    "two RAK17000": ("two-motors", "two-motors-fed-by-the-slot"),
    "RAK17000 with an SPI user": ("motor-with-lora", "motor-with-spi-concentrator"),
    "All-Call of the RAK13004": ("all-call-meets-climate", "all-call-in-the-other-slot"),
    "RAK6421 on the header": ("hat-on-the-header", "legacy-hat-on-the-header"),
    "IO2 and 3V3_S": ("io2-switches-the-supply", "io2-and-an-interrupt"),
    "a long module": ("long-module-covers-b", "long-module-covers-d"),
    "two supplies": ("two-supplies", "two-dc-supplies"),
    "24-pin modules": ("24-pin-module-in-a-40-pin-slot", "climate-in-the-other-slot"),
    "polarity of the solar connector": ("solar-polarity", "solar-polarity-without-battery"),
}


def by_name(case: Path) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_text(case: Path) -> None:
    assert told(planned(case)) == (case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", LAYOUTS, ids=by_name)
def test_layout(case: Path) -> None:
    plan = planned(case)
    assert described(plan) == (case / "expected.txt").read_text(encoding="utf-8")
    plan.check()


def test_there_are_enough() -> None:
    conflicts = [case for case in CASES if planned(case, cures=False).conflicts]
    assert len(conflicts) >= 30
    assert len(LAYOUTS) >= 30
    boards = {planned(case, cures=False).board.id for case in LAYOUTS}
    assert boards == {"rak7391", "rak5005-o", "rak6421"}


@pytest.mark.parametrize("trap", TRAPS)
def test_known_traps_are_named_twice(trap: str) -> None:
    names = {case.name: case for case in CASES}
    for name in TRAPS[trap]:
        assert planned(names[name], cures=False).findings


def test_a_hat_on_the_header_meets_six_lines() -> None:
    case = next(c for c in CASES if c.name == "hat-on-the-header")
    lines = {f.resource for f in planned(case, cures=False).conflicts}
    assert {f"host line {n}" for n in (6, 13, 16, 17, 25, 26)} <= lines


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_every_cure_cures(case: Path) -> None:
    """After a cure its finding is gone and nothing new has come; cure after cure, all is clean."""
    plan = planned(case)
    for finding in plan.findings:
        assert finding.cures, finding.resource
        others = disputes(f for f in plan.findings if f is not finding)
        for cure in finding.cures:
            after = make(applied(plan.config, cure.edits), CATALOG, cures=False)
            assert disputes(after.findings) <= others, cure.text


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_the_first_cures_one_after_the_other_leave_nothing(case: Path) -> None:
    plan = planned(case)
    for _ in range(20):
        if not plan.findings:
            return
        plan = make(applied(plan.config, plan.findings[0].cures[0].edits), CATALOG)
    pytest.fail(f"still: {plan.findings[0]}")


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_both_sides_have_a_place_and_a_source(case: Path) -> None:
    for finding in planned(case, cures=False).findings:
        assert len(finding.claims) >= 2, finding.resource
        assert finding.source, finding.resource
        assert re.fullmatch(r"gateway\.toml:[1-9][0-9]*", finding.where)
        for claim in finding.claims:
            assert claim.where == "catalog" or claim.where.startswith("gateway.toml:")


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_exit_code_says_whether_it_can_work(case: Path) -> None:
    plan = planned(case, cures=False)
    if plan.conflicts:
        with pytest.raises(PlanConflict) as caught:
            plan.check()
        assert caught.value.exit_code == 3
    else:
        plan.check()


def test_warnings_go_to_stderr_and_change_no_exit_code() -> None:
    case = next(c for c in CASES if c.name == "all-call-meets-climate")
    ran = CliRunner().invoke(check, [str(case / "gateway.toml")])
    assert ran.exit_code == 0
    assert "warning: i2c-1 address 0x70" in ran.stderr
    assert "fine" in ran.stdout
    assert "warning" not in ran.stdout


def test_severities_come_in_order() -> None:
    for case in CASES:
        found = [f.severity for f in planned(case, cures=False).findings]
        assert found == sorted(found, key=lambda s: s is Severity.WARNING)
