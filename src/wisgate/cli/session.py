"""Composes a gateway from a file: folder, store, board, sinks, web. Everything that is opened here
is closed here, in order."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..board import open_board
from ..bus.lane import InlineLane, Lane, ThreadLane
from ..catalog.catalog import load as load_catalog
from ..config.model import Config
from ..core.clock import Clock, SystemClock, VirtualClock
from ..core.errors import Unavailable
from ..gateway.forwarder import Forwarder
from ..gateway.gateway import Gateway, Parts
from ..gateway.sinks import open_sink
from ..plan.plan import Plan, make
from ..store.store import Store

log = logging.getLogger(__name__)

CONTROL = "control.sock"


@dataclass(frozen=True)
class Session:
    """What a command asks for."""

    config: Config
    folder: Path
    virtual: bool = False
    scenario: Path | None = None
    seed: int = 1
    fast_forward: float | None = None
    """Seconds of virtual time; None runs in real time until it is stopped."""

    def plan(self) -> Plan:
        """Raises PlanConflict."""
        plan = make(self.config, load_catalog())
        plan.check()
        return plan


def prepare_folder(folder: Path) -> None:
    """Make the folder, for us alone. Raises Unavailable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"{folder}: cannot be used for the store: {error.strerror}; choose another with --data"
        ) from error


async def open_gateway(session: Session, clock: Clock, lane: Callable[[str], Lane]) -> Gateway:
    """A gateway that is ready to run. Raises PlanConflict, Unavailable, StoreError."""
    plan = session.plan()
    board = open_board(plan, clock=clock, lane=lane, virtual=session.virtual, seed=session.seed,
                       scenario=session.scenario)  # fmt: skip
    limits = session.config.store
    store = await Store.open(
        session.folder,
        lane=lane("store"),
        clock=clock,
        boot_id=board.ends.host.boot_id(),
        points=session.config.points,
        max_size=limits.max_size,
        max_age=limits.max_age,
    )
    gateway = Gateway(Parts(board, store, session.folder, {}, session.virtual))
    if session.fast_forward is None:
        gateway.forwarders = {
            s.name: Forwarder(open_sink(s, session.config.name, gateway), store, clock,
                              points=frozenset(s.points) or None, link=board.surroundings.link)
            for s in session.config.sinks
        }  # fmt: skip
    return gateway


async def run_live(session: Session, serve: Callable[[Gateway], object]) -> None:
    """Run in real time until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    gateway = await open_gateway(session, SystemClock(), ThreadLane)
    await gateway.run(stop)


__all__ = ["CONTROL", "InlineLane", "Session", "VirtualClock", "open_gateway", "prepare_folder",
           "run_live"]  # fmt: skip
