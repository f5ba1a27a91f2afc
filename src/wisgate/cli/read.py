"""wisgate read: what the points say now."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from ..core.errors import Unavailable
from . import remote
from .logs import show_logs
from .options import data_option, json_option, virtual_option
from .rows import chosen, print_points


@click.command(
    epilog="Examples: wisgate read · wisgate read tank_level --json · wisgate read --now pump ·"
    " wisgate read --file examples/pump-house.toml --virtual",
    short_help="Read points now.",
)
@click.argument("points", metavar="[POINT]...", nargs=-1)
@click.option(
    "--file", type=click.Path(path_type=Path, readable=False),
    help="Where no gateway runs: open the board of this file, read once, close it.",
)  # fmt: skip
@click.option(
    "--now", is_flag=True,
    help="Have the running gateway sample these points first, between their intervals.",
)  # fmt: skip
@virtual_option
@data_option
@json_option
def command(
    points: tuple[str, ...],
    file: Path | None,
    now: bool,
    virtual: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Read points: what the running gateway sampled last, or once from the board of a file."""
    import msgspec

    if now and not points:
        raise click.UsageError("name what to sample: wisgate read --now POINT")
    running = None if file is not None else remote.find(data)
    if running is not None:
        found = running.points()
    elif file is not None:
        found = asyncio.run(read_board(file, virtual=virtual))
    else:
        raise Unavailable(
            "no gateway runs here; start one, or name a file: wisgate read --file FILE"
        )
    found = chosen(found, points)
    if now and running is not None:
        found = [running.sample(point["name"]) for point in found]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        print_points(found)


async def read_board(file: Path, *, virtual: bool) -> list[dict[str, Any]]:
    """Open the board of `file`, sample every group once, close. Raises WisgateError."""
    from tempfile import TemporaryDirectory

    from ..config.load import load
    from ..web.views import point_view
    from .session import Session, open_once

    show_logs()
    config = load(file)
    with TemporaryDirectory(prefix="wisgate-read-") as folder:
        async with open_once(Session(config, Path(folder), virtual)) as gateway:
            await gateway.read_now()
            now = gateway.clock.utc_ns()
            views = [point_view(p, gateway.live.get(p.name), now) for p in config.points]
    return [_builtins(view) for view in views]


def _builtins(view: object) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(view)
    return plain
