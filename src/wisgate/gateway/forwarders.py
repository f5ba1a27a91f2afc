"""Forwarders of others that the gateway starts itself, `[[lorawan.forwarder]]`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..board.adapters import plugged_in
from ..bus.lane import Lane
from ..catalog.catalog import Catalog
from ..lorawan import processes
from ..lorawan.chip_eui import told_by_chips
from ..lorawan.concentrators import USB_IDS
from ..lorawan.forwarding import jobs, to_ask, wanted
from ..lorawan.fronts.station import StationBoard
from ..lorawan.hub import Hub
from ..lorawan.planning import Wanted
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
    board, folder = gateway.board, gateway.folder / FOLDER
    own = next(lane for lane in board.lanes if lane.name == HOST_LANE)
    pulse = LineReset({"host": (board.ends.host_lines, own)})
    cards = await lane.run(partial(_cards, gateway, catalog, root))
    for card in cards.cards:
        processes.end_former(folder / card.name)
    read = await told_by_chips(to_ask(lorawan, cards), pulse)
    tell = partial(log.info, "%s")
    found = await lane.run(partial(jobs, lorawan, cards, catalog, folder, read, tell))

    def connected(eui: Eui) -> bool:
        there = hub.boards.get(eui)
        return isinstance(there, StationBoard) and there.connected

    supervisor = Supervisor(found, processes.start, pulse, connected, gateway.clock)
    _listen(hub, supervisor)
    return supervisor


def _cards(gateway: Gateway, catalog: Catalog, root: Path) -> Wanted:
    return wanted(gateway.config, catalog, plugged_in(set(USB_IDS.values()), root))


def _listen(hub: Hub, supervisor: Supervisor) -> None:
    def heard(frames: Sequence[Heard]) -> None:
        for board in {uplink.moment.board for frame in frames for uplink in frame.uplinks}:
            supervisor.told(board)

    def told(status: Status) -> None:
        supervisor.told(status.board)

    hub.on_heard.append(heard)
    hub.on_status.append(told)
