"""Config against catalog: what sits in which slot, what it uses, and whether that can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..catalog.facts import Fitted
from ..config.model import Config
from ..core.errors import PlanConflict
from .budgets import PowerBudget, power_budget, power_findings
from .bus_time import LaneBudget, bus_findings, lane_budgets
from .claims import Claim, can_share, clashes
from .cures import keep_one, kind_of, proposals
from .edits import applied
from .findings import Cure, Edit, Finding, Severity
from .gather import board_claims, hat_claims, host_claims, module_claims
from .housing import host_findings, place_findings
from .limits import supply_findings
from .links import link_findings
from .resources import ADC_REF, Placement, Wiring

MOST_CURES = 4
"""A user reads no more."""
MOST_PAIRED = 24
"""Proposals that are tried two at a time."""


@dataclass(frozen=True)
class Plan:
    """What the board opens, what that takes, and what is wrong with it."""

    board: Board
    config: Config
    placements: tuple[Placement, ...]
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    """In file order; conflicts and warnings."""
    wiring: Wiring
    power: PowerBudget
    lanes: tuple[LaneBudget, ...]

    @property
    def conflicts(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.CONFLICT)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    def check(self) -> None:
        """Raises PlanConflict that names every conflict; warnings are no reason."""
        if self.conflicts:
            raise PlanConflict("\n".join(str(c) for c in self.conflicts))

    @property
    def driven(self) -> tuple[Placement, ...]:
        """The modules that the gateway talks to, and needs a driver for."""
        return tuple(p for p in self.placements if p.driven)

    @property
    def adc(self) -> Fitted:
        """The ADC of the slots. Raises PlanConflict for a board without one."""
        chip = self.board.chip(ADC_REF)
        if chip is None:
            raise PlanConflict(f"{self.board.id} has no ADC for its slots")
        return chip

    @property
    def adc_address(self) -> int:
        """Of the slot ADC: the strap that the user's file names, or as shipped."""
        address = self.config.straps.adc or self.adc.address
        if address is None:
            raise PlanConflict(f"the ADC of {self.board.id} has no I2C address")
        return address


def make(config: Config, catalog: Catalog, *, cures: bool = True) -> Plan:
    """Place every module of `config`, collect all claims and judge them. Never raises for a
    conflict. Without `cures` the findings come bare, which is faster."""
    wiring = _wiring(config, catalog)
    placements = tuple(
        Placement(slot, catalog.modules[s.module], s)
        for s in config.slots
        if (slot := wiring.board.slot(s.slot)) is not None and s.module in catalog.modules
    )
    claims = _claims(wiring, placements)
    power = power_budget(wiring, placements)
    lanes = lane_budgets(wiring, placements)
    found = [*_clashes(claims), *_judged(wiring, placements, power, lanes)]
    if cures:
        found = [replace(f, cures=_tried(f, found, wiring, placements, catalog)) for f in found]
    ordered = tuple(sorted(found, key=_order))
    return Plan(wiring.board, config, placements, claims, ordered, wiring, power, lanes)


def _wiring(config: Config, catalog: Catalog) -> Wiring:
    core = catalog.boards.get(config.core) if config.core else None
    hat = config.hat.board if config.hat and config.hat.board != config.board else ""
    return Wiring(catalog.boards[config.board], config, core, catalog.boards.get(hat))


def _claims(wiring: Wiring, placements: Sequence[Placement]) -> tuple[Claim, ...]:
    claims = [*board_claims(wiring), *hat_claims(wiring), *host_claims(wiring)]
    for placement in placements:
        claims += module_claims(wiring, placement)
    return tuple(claims)


def _clashes(claims: Sequence[Claim]) -> Iterator[Finding]:
    for parties in clashes(claims):
        pairs = combinations((c for c in parties if not c.soft), 2)
        hard = any(not can_share(one, other) for one, other in pairs)
        severity = Severity.CONFLICT if hard else Severity.WARNING
        text = _what(parties)
        yield Finding(severity, kind_of(parties), parties[0].resource, text, parties)


def _what(parties: Sequence[Claim]) -> str:
    resource = parties[0].resource
    if resource.startswith("connector of "):
        return "the two do not mate"
    if any(c.owner.endswith(" has none") for c in parties):
        return "it is needed and not there"
    if any(c.owner.endswith(" is not known") for c in parties):
        return "it is needed, and nobody documents where it ends"
    if any(" covers " in c.owner for c in parties):
        return "a long module covers the slot of another"
    name = resource.replace("host line ", "GPIO") + " has " if "host line" in resource else ""
    return f"{name}{len(parties)} claims that cannot share it"


def _judged(
    wiring: Wiring,
    placements: Sequence[Placement],
    power: PowerBudget,
    lanes: Sequence[LaneBudget],
) -> Iterator[Finding]:
    yield from supply_findings(wiring)
    yield from host_findings(wiring, placements)
    yield from place_findings(wiring, placements)
    yield from link_findings(wiring, placements)
    yield from power_findings(wiring, power)
    yield from bus_findings(wiring, lanes)


def _tried(
    finding: Finding,
    all_found: Sequence[Finding],
    wiring: Wiring,
    placements: Sequence[Placement],
    catalog: Catalog,
) -> tuple[Cure, ...]:
    """The proposals after which `finding` is gone and nothing new has come, one of each kind."""
    before = {_dispute(f) for f in all_found} - {_dispute(finding)}
    before |= {(resource, Severity.WARNING) for resource, _ in before}  # less is not new

    def helps(cure: Cure) -> bool:
        after = make(applied(wiring.config, cure.edits), catalog, cures=False)
        return {_dispute(f) for f in after.findings} <= before

    proposed = list(proposals(finding, wiring, placements))
    return (
        _distinct(helps, proposed)
        or _distinct(helps, _pairs(proposed), most=1)
        or _distinct(helps, keep_one(finding, placements), most=1)
    )


def _dispute(finding: Finding) -> tuple[str, Severity]:
    """What a finding is known by: two modules at one address stay it on another bus."""
    return re.sub(r"^i2c-\d address", "I2C address", finding.resource), finding.severity


def _pairs(proposed: Sequence[Cure]) -> Iterator[Cure]:
    """Two cures at once, where one alone is not enough."""
    for one, other in combinations(proposed[:MOST_PAIRED], 2):
        if {(e.table, e.key) for e in one.edits}.isdisjoint((e.table, e.key) for e in other.edits):
            yield Cure(f"{one.text}; and {other.text}", (*one.edits, *other.edits))


def _distinct(
    helps: Callable[[Cure], bool], proposed: Iterable[Cure], most: int = MOST_CURES
) -> tuple[Cure, ...]:
    """Those that help, one of each kind."""
    good: dict[tuple[tuple[str, str], ...], Cure] = {}
    for cure in proposed:
        kind = tuple((e.table, e.key) for e in cure.edits)
        if kind not in good and helps(cure):
            good[kind] = cure
        if len(good) == most:
            break
    return tuple(good.values())


def _order(finding: Finding) -> tuple[bool, str, int, str]:
    file, _, line = finding.where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    resource = re.sub(r"\d+", lambda digits: digits[0].zfill(6), finding.resource)
    return finding.severity is Severity.WARNING, file, number, resource


__all__ = [
    "Claim", "Cure", "Edit", "Finding", "Placement", "Plan", "Severity", "Wiring", "applied",
    "make",
]  # fmt: skip
