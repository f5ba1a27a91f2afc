"""Every pair of the 17 supported modules in the two slots: one reviewed table of verdicts."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.model import Config, SlotConfig, Where
from wisgate.plan.plan import Plan, make

TABLE = Path(__file__).parents[2] / "golden" / "plan" / "pairs.txt"
MODULES = (
    "rak5801", "rak5802", "rak5811", "rak12004", "rak12006", "rak12009", "rak12015", "rak13001",
    "rak13003", "rak13004", "rak13005", "rak13007", "rak13300", "rak13600", "rak16000", "rak16001",
    "rak17000",
)  # fmt: skip
"""S2: the list that the vendor's page gives."""
CATALOG = load_catalog()


def placed(first: str, second: str) -> Config:
    """Both as shipped, never sampled: what the slots alone say."""
    slots = tuple(
        SlotConfig(Where("gateway.toml", line), f"wisblock-{number}", module, 0.0, ())
        for number, (line, module) in enumerate(((4, first), (8, second)), start=1)
    )
    return Config("gateway.toml", "pair", "rak7391", slots, ())


def verdict(plan: Plan) -> str:
    """A line of the table: the worst severity, and the first reason."""
    if not plan.findings:
        return "fine"
    first = plan.findings[0]
    owners = " / ".join(c.owner for c in first.claims)
    return f"{first.severity}: {first.resource}: {owners}"


def line_of(first: str, second: str) -> str:
    return f"{first} {second} {verdict(make(placed(first, second), CATALOG, cures=False))}"


def test_every_pair() -> None:
    found = [line_of(a, b) for a, b in product(MODULES, MODULES)]
    assert found == TABLE.read_text(encoding="utf-8").splitlines()
    assert len(found) == 289


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("rak17000", "rak17000", "host line 10"),
        ("rak17000", "rak13300", "host line 10"),
        ("rak13300", "rak17000", "host line 10"),
        ("rak12004", "rak5801", "i2c-1 address 0x51"),
        ("rak16000", "rak16000", "i2c-1 address 0x41"),
        ("rak5801", "rak13600", ""),
        ("rak13300", "rak13300", ""),
        ("rak5802", "rak13005", ""),
    ],
)
def test_known_verdicts(first: str, second: str, reason: str) -> None:
    conflicts = make(placed(first, second), CATALOG, cures=False).conflicts
    assert bool(conflicts) == bool(reason)
    assert not reason or reason in {c.resource for c in conflicts}


def test_swapping_the_slots_changes_no_verdict() -> None:
    for a, b in product(MODULES, MODULES):
        one, other = (make(placed(*p), CATALOG, cures=False) for p in ((a, b), (b, a)))
        assert [f.severity for f in one.findings] == [f.severity for f in other.findings], (a, b)


def test_every_conflict_of_a_pair_has_a_cure() -> None:
    for a, b in product(MODULES, MODULES):
        for finding in make(placed(a, b), CATALOG).findings:
            assert finding.cures, (a, b, finding.resource)
