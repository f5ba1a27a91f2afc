"""The cases of tests/golden/plan and tests/golden/layouts: files and what the plan says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.plan.plan import Finding, Plan, make

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = sorted(p.parent for p in GOLDEN.glob("plan/*/gateway.toml"))
LAYOUTS = sorted(p.parent for p in GOLDEN.glob("layouts/*/gateway.toml"))
CATALOG = load_catalog()


def planned(case: Path, *, cures: bool = True) -> Plan:
    """The plan of a case, whose file calls itself gateway.toml."""
    text = (case / "gateway.toml").read_text(encoding="utf-8")
    return make(read(toml.parse(text, "gateway.toml"), case, CATALOG), CATALOG, cures=cures)


def told(plan: Plan) -> str:
    """Every finding, as a user reads it."""
    return "".join(f"{finding}\n" for finding in plan.findings)


def disputes(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """What is wrong, whichever bus the slots are on: a rework gives it another name."""
    return {(re.sub(r"^i2c-\d address", "address", f.resource), f.severity) for f in findings}


def described(plan: Plan) -> str:
    """A layout in figures: places, addresses, loads, lanes, findings."""
    return (
        "\n".join([*_lines(plan), *(f"{f.severity}: {f.resource}" for f in plan.findings)]) + "\n"
    )


def _lines(plan: Plan) -> Iterator[str]:
    yield f"{plan.board.id}: {len(plan.conflicts)} conflicts, {len(plan.warnings)} warnings"
    for placement in plan.placements:
        yield f"slot {placement.title}"
    for claim in sorted(plan.claims):
        if " address " in claim.resource and claim.claimant != "board":
            yield f"{claim.resource}: {claim.owner}"
        elif re.search(" line | channel ", claim.resource) and claim.claimant != "board":
            yield f"{claim.resource}: {claim.claimant}"
    for rail in plan.power.rails:
        margin = "no limit known" if rail.margin is None else f"{rail.margin * 1e3:.0f} mA left"
        yield f"rail {rail.rail}: {rail.total * 1e3:.0f} mA, {margin}"
    left = plan.power.margin
    yield f"watts: {plan.power.watts:.2f}, " + ("?" if left is None else f"{left:.2f}") + " left"
    for lane in plan.lanes:
        yield f"lane {lane.lane}: {lane.share:.2%} of its time, {len(lane.jobs)} jobs"
