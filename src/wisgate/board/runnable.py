"""What can be planned is not always what can be run: a catalog entry comes before its driver."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.errors import ConfigError
from ..plan.plan import Plan

RUNNABLE_BOARDS = ("rak7391",)
"""What `board.build` knows how to open. The others are planned and checked."""


def demand_runnable(plan: Plan) -> None:
    """Raises ConfigError with a line for the board and for every module that has no driver yet. A
    card or a PoE module needs none."""
    if faults := list(_faults(plan)):
        raise ConfigError(faults)


def _faults(plan: Plan) -> Iterator[str]:
    if plan.board.id not in RUNNABLE_BOARDS:
        yield (
            f"{plan.config.board_where}: board: {plan.board.id} can be planned and checked, it"
            f" cannot be run; boards that can: {', '.join(RUNNABLE_BOARDS)}"
        )
    for placement in plan.driven:
        if not placement.module.runs:
            yield (
                f"{placement.config.where}: module: {placement.module.id} can be planned and"
                " checked, it cannot be run yet; take it out of the file to run the rest"
            )
