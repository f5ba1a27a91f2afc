"""What doctor and scan share: whose box it is, and how it is opened when no gateway runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import msgspec

from ..board import open_board, virtual_time
from ..board.scan import BUS, Seen, scan
from ..board.twins import Twins
from ..bus.lane import InlineLane, ThreadLane
from ..catalog.catalog import load as load_catalog
from ..config.load import load, read
from ..config.model import Config
from ..core import toml
from ..core.clock import SystemClock, VirtualClock
from ..gateway.doctor import Examined, examine
from ..gateway.gateway import Gateway
from ..plan.plan import make
from ..store.pace import VIRTUAL_TIME
from ..web.views import doctor_view, scan_view
from . import remote
from .options import gateway_folder
from .session import Session, open_gateway, open_once

BARE = 'name = "box"\nboard = "rak7391"\n'
"""A box of which nobody has said anything."""
DIFFERENT = 4
"""Exit code: the hardware differs from the plan."""

Fault = tuple[str, str]
"""Kind and target."""


def config_of(file: Path | None) -> Config:
    """Of a file; without one, of a board as it is sold. Raises ConfigError."""
    if file is not None:
        return load(file)
    return read(toml.parse(BARE, "a box without a file"), Path(), load_catalog())


def running(file: Path | None, data: Path | None) -> remote.Remote | None:
    """The gateway that runs this box now: that of the file, or the only one. Raises Unavailable."""
    if file is None:
        return remote.find(data)
    return remote.find(gateway_folder(load(file).name, data, virtual=False))


def examine_here(config: Config) -> dict[str, Any]:
    """Open the board, examine it, close it: outputs are safe meanwhile and afterwards. What cannot
    be opened is a verdict. Raises WisgateError."""

    async def main() -> Examined:
        with TemporaryDirectory(prefix="wisgate-doctor-") as folder:
            async with open_once(Session(config, Path(folder), lenient=True)) as gateway:
                return await examine(gateway, ThreadLane, alone=True)

    return _plain(doctor_view(asyncio.run(main())))


def examine_virtual(
    config: Config, scenario: Path | None, after: float, faults: Sequence[Fault], seed: int
) -> dict[str, Any]:
    """The same on a virtual board that ran for `after` seconds of virtual time, `faults` coming
    last. Raises WisgateError."""
    clock = VirtualClock()

    async def main() -> Examined:
        with TemporaryDirectory(prefix="wisgate-doctor-") as folder:
            session = Session(config, Path(folder), True, scenario, seed)
            gateway = await open_gateway(session, clock, InlineLane, VIRTUAL_TIME, outward=False)
            stop = asyncio.Event()
            work = asyncio.create_task(gateway.run(stop), name="gateway")
            try:
                await asyncio.sleep(after)
                _inject(gateway, faults)
                return await examine(gateway, InlineLane, alone=True)
            finally:
                stop.set()
                await work

    return _plain(doctor_view(virtual_time.run(main(), clock)))


def _inject(gateway: Gateway, faults: Sequence[Fault]) -> None:
    twins = gateway.board.surroundings
    for kind, target in faults:
        if isinstance(twins, Twins):
            inject(twins, kind, target)


def inject(twins: Twins, kind: str, target: str) -> None:
    """Let a fault happen. Raises UsageError that says what can."""
    try:
        twins.inject(kind, target)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None


def scan_here(
    config: Config, *, virtual: bool, faults: Sequence[Fault], strangers: bool
) -> dict[str, Any]:
    """Scan the bus of a board that no gateway uses. No module is opened, no output touched.
    `strangers` count as a difference. Raises WisgateError."""
    catalog = load_catalog()
    plan = make(config, catalog)
    clock = VirtualClock() if virtual else SystemClock()

    async def main() -> list[Seen]:
        board = open_board(
            plan, clock=clock, lane=InlineLane, virtual=virtual, lenient=True
        )  # one thread: nobody else is here
        if isinstance(board.surroundings, Twins):
            for kind, target in faults:
                inject(board.surroundings, kind, target)
        lane = next(lane for lane in board.lanes if lane.name == BUS)
        try:
            return await lane.run(lambda: scan(plan, catalog, board.ends.host, board.ends.i2c))
        finally:
            await board.close()

    return _plain(scan_view(asyncio.run(main()), strangers=strangers))


def _plain(view: object) -> dict[str, Any]:
    """A view of the API as it comes out of JSON."""
    found: dict[str, Any] = msgspec.to_builtins(view)
    return found


def print_json(found: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
