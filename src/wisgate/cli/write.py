"""wisgate write: set an output or a virtual point."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from ..core.errors import Unavailable
from ..core.points import Value
from . import remote
from .logs import show_logs
from .options import Duration, data_option, virtual_option
from .rows import chosen


@click.command(
    epilog="Examples: wisgate write pump on · wisgate write setpoint 3.5 ·"
    " wisgate write pump on --file examples/pump-house.toml --virtual --hold 5s",
    short_help="Set an output or a virtual point.",
)
@click.argument("point")
@click.argument("value")
@click.option(
    "--file", type=click.Path(path_type=Path, readable=False),
    help="Where no gateway runs: open the board of this file, write, hold, close it.",
)  # fmt: skip
@click.option(
    "--hold", metavar="10s", type=Duration(), default="10s", show_default=True,
    help="With --file: how long the value stays before the output goes to its safe state.",
)  # fmt: skip
@virtual_option
@data_option
def command(
    point: str, value: str, file: Path | None, hold: float, virtual: bool, data: Path | None
) -> None:
    """Set POINT to VALUE (on, off, true, false, a number or a text).

    The running gateway checks minimum times and writes it down with who did it. Where no gateway
    runs, nobody would look after the output: it is held for a while and then made safe.
    """
    wanted = parse_value(value)
    running = None if file is not None else remote.find(data)
    if running is not None:
        chosen(running.points(), (point,))
        answer = running.write(point, wanted)
        click.echo(f"{point} = {value_of(answer['value'])}")
        return
    if file is None:
        raise Unavailable(
            "no gateway runs here; start one, or name a file: wisgate write --file FILE"
        )
    asyncio.run(_write_board(file, point, wanted, hold, virtual=virtual))


async def _write_board(file: Path, point: str, value: Value, hold: float, *, virtual: bool) -> None:
    from tempfile import TemporaryDirectory

    from ..config.load import load
    from .session import Session, open_once

    show_logs()
    config = load(file)
    chosen([{"name": p.name} for p in config.points], (point,))
    with TemporaryDirectory(prefix="wisgate-write-") as folder:
        async with open_once(Session(config, Path(folder), virtual)) as gateway:
            await gateway.write(point, value, "command line")
            click.echo(f"{point} = {value_of(value)} for {hold:g} s, then safe")
            await asyncio.sleep(hold)


def parse_value(text: str) -> Value:
    """What people type: on, off, true, false, a number, otherwise a text."""
    if text.lower() in ("on", "true"):
        return True
    if text.lower() in ("off", "false"):
        return False
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def value_of(value: Value) -> str:
    """A switch is on or off."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
