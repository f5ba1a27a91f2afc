"""Turns a plan into live objects, on the wire or on twins. Nobody else chooses between the two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..bus.lane import Lane
from ..core.clock import Clock
from ..plan.plan import Plan
from .board import Board, Placed, build
from .memory import Memories, forgetful
from .runnable import demand_runnable


def open_board(
    plan: Plan,
    *,
    clock: Clock,
    lane: Callable[[str], Lane],
    virtual: bool,
    seed: int = 1,
    scenario: Path | None = None,
    memory: Memories | None = None,
    lenient: bool = False,
) -> Board:
    """The board of `plan`, opened. `lane` makes the lane of a bus; `seed` and `scenario` are
    for a virtual board. What modules keep over restarts goes to `memory`; without one it is
    forgotten with the board. With `lenient` a wire that cannot be opened fails when it is used, and
    not now. Raises BusUnavailable, ConfigError for a wrong scenario and for what
    can only be planned."""
    demand_runnable(plan)
    if not virtual:
        from .linux import open_ends

        ends = open_ends(plan, clock, memory or forgetful(), lenient=lenient)
        return build(plan, ends, lane)
    from .twins import Twins

    twins = Twins(plan, clock, seed, scenario, memory or forgetful())
    return build(plan, twins.ends, lane, twins)


__all__ = ["Board", "Placed", "demand_runnable", "open_board"]
