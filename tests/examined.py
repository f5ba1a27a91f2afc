"""A virtual box examined by `doctor`: a file, faults, and the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wisgate.board import open_board, virtual_time
from wisgate.board.twins import Twins
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.gateway.doctor import examine
from wisgate.gateway.gateway import Gateway, Parts
from wisgate.gateway.verdicts import Level, Verdict
from wisgate.plan.plan import make
from wisgate.store.pace import VIRTUAL_TIME
from wisgate.store.retention import Bounds
from wisgate.store.store import Store
from wisgate.virtual.board import VirtualRak7391

Prepare = Callable[[VirtualRak7391], None]


def nothing(board: VirtualRak7391) -> None:
    return None


def verdicts(
    text: str,
    folder: Path,
    before: Prepare = nothing,
    after: Prepare = nothing,
    *,
    alone: bool = True,
    seed: int = 1,
) -> Mapping[str, Sequence[Verdict]]:
    """What doctor says of the box of a file. `before` happens before its modules are opened,
    `after` once they are."""
    config = read(toml.parse(text, "gateway.toml"), Path(), load_catalog())
    plan = make(config, load_catalog())
    plan.check()
    clock = VirtualClock()

    async def main() -> Mapping[str, Sequence[Verdict]]:
        board = open_board(plan, clock=clock, lane=InlineLane, virtual=True, seed=seed)
        assert isinstance(board.surroundings, Twins)
        lane = InlineLane("store")
        store = await Store.open(
            folder, lane=lane, clock=clock, boot_id="boot", points=config.points,
            bounds=Bounds(1e9, 1e9), pace=VIRTUAL_TIME,
        )  # fmt: skip
        gateway = Gateway(Parts(board, store, lane, folder, True))
        before(board.surroundings.board)
        await gateway.start()
        after(board.surroundings.board)
        try:
            return await examine(gateway, InlineLane, alone=alone)
        finally:
            await gateway.close()

    return virtual_time.run(main(), clock)


def troubles(found: Mapping[str, Sequence[Verdict]]) -> set[str]:
    """Names of what is wrong, or wants a look."""
    wrong = (Level.WARNING, Level.DIFFERENCE)
    return {v.name for several in found.values() for v in several if v.level in wrong}


def told(found: Mapping[str, Sequence[Verdict]], name: str) -> list[Verdict]:
    """Every verdict of that name."""
    return [v for several in found.values() for v in several if v.name == name]


__all__ = ["nothing", "told", "troubles", "verdicts"]
