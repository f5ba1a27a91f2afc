"""What can be planned is not always what can be run: a catalog entry comes before its driver."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.errors import ConfigError
from ..plan.plan import Plan
from ..plan.resources import INTERNAL, Placement

RUNNABLE_BOARDS = ("rak7391", "rak6421")
"""What `board.build` knows how to open. The others are planned and checked."""
OPENED_BUS = "i2c-1"


def demand_runnable(plan: Plan) -> None:
    """Raises ConfigError with a line for the board and for every module that has no driver yet. A
    card or a PoE module needs none."""
    if faults := list(obstacles(plan)):
        raise ConfigError(faults)


def obstacles(plan: Plan) -> Iterator[str]:
    """Why a plan cannot be run yet, a line each."""
    if plan.board.id not in RUNNABLE_BOARDS:
        yield (
            f"{plan.config.board_where}: board: {plan.board.id} can be planned and checked, it"
            f" cannot be run; boards that can: {', '.join(RUNNABLE_BOARDS)}"
        )
    yield from _moved_bus(plan)
    for placement in plan.driven:
        if not placement.module.runs:
            yield (
                f"{placement.config.where}: module: {placement.module.id} can be planned and"
                " checked, it cannot be run yet; take it out of the file to run the rest"
            )
        yield from _planned_options(placement)


def _planned_options(placement: Placement) -> Iterator[str]:
    """What the driver of a module refuses, said before it is asked."""
    for option in placement.module.options if placement.module.runs else ():
        chosen = placement.options.get(option.name)
        if chosen in option.planned:
            yield (
                f'{placement.config.where}: {option.name}: "{chosen}" can be planned and checked,'
                f' it cannot be run yet; write {option.name} = "{option.default}" to run the'
                f" {placement.module.id}"
            )


def _moved_bus(plan: Plan) -> Iterator[str]:
    """Modules on a bus that `build` does not open."""
    straps = plan.config.straps
    moved = straps.external_i2c not in (None, OPENED_BUS)
    users = [
        p
        for p in plan.driven
        if p.slot.name not in INTERNAL and any(c.bus.startswith("I2C") for c in p.module.chips)
    ]
    if moved and users:
        named = ", ".join(p.title for p in users)
        yield (
            f"{straps.where}: external_i2c: modules on {straps.external_i2c} can be planned and"
            f" checked, they cannot be run yet ({named}); leave external I2C on {OPENED_BUS}"
        )
