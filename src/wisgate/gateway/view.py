"""The gateway described for people: what sits where, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .timekeeping import UNKNOWN

if TYPE_CHECKING:
    from ..bus.lane import Lane
    from ..plan.bus_time import LaneBudget
    from ..plan.resources import Placement
    from .gateway import Gateway
    from .sampler import Sampled

NOT_DRIVEN = "not driven"
"""The state of a card or a PoE module: it is placed, and nobody samples it."""


@dataclass(frozen=True)
class Health:
    ok: bool
    problems: tuple[str, ...]
    """Each a sentence that names the thing first."""


def health(gateway: Gateway) -> Health:
    """Modules that do not answer, sinks and upstreams that are not connected, a store that cannot
    write."""
    problems = [f"{s.placed.name}: {s.lost}" for s in gateway.sampled if s.lost]
    problems += [
        f"sink {name}: {f.state.error.removeprefix(f'{name}: ')}"
        for name, f in gateway.forwarders.items()
        if not f.state.connected and f.state.error
    ]
    if gateway.radio is not None:
        problems += gateway.radio.problems()
    if gateway.store.stats.error:
        problems.append(f"store: {gateway.store.stats.error}")
    if not gateway.clock.trusted:
        problems.append(f"clock: {UNKNOWN}; records are dated once somebody does")
    if gateway.power_fail.down:
        problems.append("supply: lost; everything is off until it is back")
    return Health(not problems, tuple(problems))


@dataclass(frozen=True)
class LaneUse:
    """A lane, and the part of its time that it works: measured since the start, and planned."""

    name: str
    busy_s: float
    planned: float


def lane_uses(lanes: Sequence[Lane], budgets: Sequence[LaneBudget]) -> list[LaneUse]:
    """Every lane of a board with what was planned after the catalog's word on its conversations. On
    a virtual board what is measured is the work of the twins."""
    shares = {budget.lane: budget.share for budget in budgets}
    return [LaneUse(lane.name, lane.busy_s, shares.get(lane.name, 0.0)) for lane in lanes]


def plan_view(gateway: Gateway) -> dict[str, Any]:
    """Board, slots, modules and their points, as plain JSON values."""
    board = gateway.board.plan.board
    sampled = {s.placed.name: s for s in gateway.sampled}
    modules = {
        p.slot.name: _module(p, sampled.get(p.slot.name)) for p in gateway.board.plan.placements
    }
    slots = [
        {"slot": slot.name, "title": slot.title, "module": modules.get(slot.name)}
        for slot in board.slots
    ]
    hosts = {h.name for h in gateway.config.modbus}
    others = [
        {"name": s.placed.name, "title": s.placed.title, **_running(s)}
        for s in gateway.sampled
        if s.placed.placement is None
    ]
    lorawan = gateway.config.lorawan
    motes = lorawan.motes if lorawan else ()
    return {
        "gateway": gateway.config.name,
        "board": {"id": board.id, "title": board.title},
        "virtual": gateway.virtual,
        "slots": slots,
        "hosts": [other for other in others if other["name"] in hosts],
        "onboard": [other for other in others if other["name"] not in hosts],
        "end_devices": [
            {
                "name": mote.name,
                "title": f"LoRaWAN · {mote.address:08X}",
                "points": [p.point.name for p in mote.points],
            }
            for mote in motes
        ],
        "virtual_points": [v.point.name for v in gateway.config.virtuals],
        "rules": [
            {"name": r.name, "when": r.when.text, "after": r.after, "set": dict(r.set)}
            for r in gateway.config.rules
        ],
    }


def _module(placement: Placement, sampled: Sampled | None) -> dict[str, Any]:
    module = placement.module
    at_rest = {"state": NOT_DRIVEN, "problem": "", "points": []}
    return {
        "id": module.id,
        "title": module.title,
        **(_running(sampled) if sampled is not None else at_rest),
    }


def _running(sampled: Sampled) -> dict[str, Any]:
    return {
        "state": "fault" if sampled.lost else "ok" if sampled.opened else "opening",
        "problem": sampled.lost,
        "points": [p.point.name for p in sampled.placed.points],
    }
