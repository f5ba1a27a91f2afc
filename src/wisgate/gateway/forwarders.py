"""Forwarders of others that the gateway starts itself, `[[lorawan.forwarder]]`."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..board.adapters import plugged_in
from ..bus.lane import Lane
from ..catalog.catalog import Catalog
from ..lorawan import processes
from ..lorawan.concentrators import USB_IDS
from ..lorawan.forwarding import jobs
from ..lorawan.fronts.station import StationBoard
from ..lorawan.hub import Hub
from ..lorawan.job import Job
from ..lorawan.radio import Eui, Heard, Status
from ..lorawan.resetting import LineReset
from ..lorawan.supervisor import Supervisor

if TYPE_CHECKING:
    from .gateway import Gateway

log = logging.getLogger(__name__)

FOLDER = "forwarders"
"""In the gateway's own, with a folder for each card."""
HOST_LANE = "gpiochip0"


async def supervise(
    gateway: Gateway, catalog: Catalog, hub: Hub, lane: Lane, root: Path = Path("/")
) -> Supervisor | None:
    """What starts and watches them, told by `hub` who is heard of; None where there are none: a
    virtual board has no cards. Small files are read and written in `lane`. Raises ConfigError,
    CatalogError, Unavailable and StoreError."""
    lorawan = gateway.config.lorawan
    if gateway.virtual or lorawan is None or not lorawan.forwarders:
        return None
    found = await lane.run(partial(_jobs, gateway, catalog, root))
    board = gateway.board
    own = next(lane for lane in board.lanes if lane.name == HOST_LANE)
    pulse = LineReset({"host": (board.ends.host_lines, own)})

    def connected(eui: Eui) -> bool:
        there = hub.boards.get(eui)
        return isinstance(there, StationBoard) and there.connected

    supervisor = Supervisor(found, processes.start, pulse, connected, gateway.clock)
    _listen(hub, supervisor)
    return supervisor


def _jobs(gateway: Gateway, catalog: Catalog, root: Path) -> list[Job]:
    adapters = plugged_in(set(USB_IDS.values()), root)
    folder = gateway.folder / FOLDER
    return jobs(gateway.config, catalog, folder, adapters, partial(log.info, "%s"))


def _listen(hub: Hub, supervisor: Supervisor) -> None:
    def heard(frame: Heard) -> None:
        for uplink in frame.uplinks:
            supervisor.told(uplink.moment.board)

    def told(status: Status) -> None:
        supervisor.told(status.board)

    hub.on_heard.append(heard)
    hub.on_status.append(told)
