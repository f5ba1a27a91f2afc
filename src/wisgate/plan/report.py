"""A plan in rows, for people and programs: what to have, where it goes, what it takes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .plan import Plan
from .resources import Placement


@dataclass(frozen=True)
class Piece:
    """A row of the bill: a module, and where it goes."""

    slot: str
    module: str
    title: str
    form: str
    address: str
    """I2C address as "0x41"; "" for a module without."""
    points: tuple[str, ...]
    where: str
    evidence: str


@dataclass(frozen=True)
class Wire:
    """A signal of a slot that a module uses, down to its end on the board."""

    slot: str
    pins: tuple[int, ...]
    signal: str
    ends: tuple[str, ...]
    use: str
    direction: str
    source: str


@dataclass(frozen=True)
class AddressRow:
    bus: str
    address: str
    owner: str
    where: str


@dataclass(frozen=True)
class LaneRow:
    """How busy a bus is; `share` 1 is always."""

    lane: str
    share: float
    jobs: tuple[str, ...]


@dataclass(frozen=True)
class RailRow:
    """A rail; amperes. `limit` and `margin` are None where nobody prints one."""

    rail: str
    volts: float | None
    amperes: float
    limit: float | None
    margin: float | None
    loads: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    name: str
    board: str
    title: str
    pieces: tuple[Piece, ...]
    free: tuple[str, ...]
    """Slots that nothing sits in."""
    wires: tuple[Wire, ...]
    addresses: tuple[AddressRow, ...]
    lanes: tuple[LaneRow, ...]
    rails: tuple[RailRow, ...]
    watts: float
    available: float | None
    hold: float | None
    """Seconds that the ultracapacitors carry the board; None where it has none."""
    findings: tuple[str, ...]
    hints: tuple[str, ...]
    """How each module is connected at its terminals."""


def report(plan: Plan) -> Report:
    """Everything that a plan says."""
    used = {p.slot.name for p in plan.placements}
    power = plan.power
    return Report(
        name=plan.config.name,
        board=plan.board.id,
        title=plan.board.title,
        pieces=tuple(_piece(p) for p in plan.placements),
        free=tuple(s.name for s in plan.board.slots if s.name not in used),
        wires=tuple(w for p in plan.placements for w in _wires(plan, p)),
        addresses=tuple(sorted(_addresses(plan), key=lambda r: (r.bus, r.address, r.owner))),
        lanes=tuple(
            LaneRow(x.lane, x.share, tuple(f"{j.owner} {j.share:.1%}" for j in x.jobs))
            for x in plan.lanes
        ),
        rails=tuple(
            RailRow(
                r.rail, r.volts, r.total, r.limit, r.margin,
                tuple(f"{x.owner} {x.amperes * 1e3:.0f} mA" for x in r.loads),
            )
            for r in power.rails
        ),
        watts=power.watts,
        available=power.available,
        hold=power.hold,
        findings=tuple(str(f) for f in plan.findings),
        hints=tuple(f"{p.title}: {hint}" for p in plan.placements for hint in p.module.wiring),
    )  # fmt: skip


def _piece(placement: Placement) -> Piece:
    address, module = placement.address, placement.module
    return Piece(
        placement.slot.name,
        module.id,
        module.title,
        module.form,
        "" if address is None else f"{address:#04x}",
        tuple(p.point.name for p in placement.config.points),
        str(placement.config.where),
        module.evidence,
    )


def _wires(plan: Plan, placement: Placement) -> Iterator[Wire]:
    for use in placement.module.used(placement.options):
        signal = plan.wiring.signal(placement.slot, use.signal)
        if signal is None:
            continue
        ends = tuple(resource for resource, _ in plan.wiring.ends(placement.slot, signal))
        yield Wire(
            placement.slot.name, signal.pins, use.signal, ends, use.use, use.direction, use.source
        )


def _addresses(plan: Plan) -> Iterator[AddressRow]:
    for claim in plan.claims:
        bus, found, address = claim.resource.rpartition(" address ")
        if found:
            yield AddressRow(bus, address, claim.owner, claim.where)
