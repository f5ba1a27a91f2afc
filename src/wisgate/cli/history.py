"""wisgate history: what was stored of a point."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import Unavailable
from . import remote
from .options import Duration, data_option, gateway_folder, json_option
from .rows import COLOURS, chosen, value_text

if TYPE_CHECKING:
    from ..config.model import Config


@click.command(
    epilog="Examples: wisgate history tank_level · wisgate history tank_level --last 24h"
    " --buckets 24 · wisgate history pump --data /tmp/day --file examples/pump-house.toml --json",
    short_help="Show what was stored of a point.",
)
@click.argument("point")
@click.option(
    "--last", metavar="1h", type=Duration(), default="1h", show_default=True,
    help="How far back, from now or from the last record.",
)  # fmt: skip
@click.option(
    "--buckets",
    type=click.IntRange(1, 2000),  # as many as the running gateway gives
    help="Gather the records into so many stretches with minimum, average and maximum.",
)
@click.option(
    "--file", type=click.Path(path_type=Path, readable=False),
    help="The gateway that is meant, running or not; where it does not run, its store is opened.",
)  # fmt: skip
@data_option
@json_option
def command(
    point: str,
    last: float,
    buckets: int | None,
    file: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Show what was stored of POINT: from the running gateway, or from the store of a file."""
    import msgspec

    from ..config.load import load

    config = None if file is None else load(file)
    running = remote.find(data) if config is None else _running(config, data)
    if running is not None:
        chosen(running.points(), (point,))
        end = time.time()
        found = running.history(point, **{"from": end - last, "to": end, "buckets": buckets or 0})
    elif config is not None:
        folder = gateway_folder(config.name, data, virtual=False)
        found = asyncio.run(_from_store(point, config, folder, last, buckets))
    else:
        raise Unavailable(
            "no gateway runs here; name the file whose store to open:"
            " wisgate history POINT --file FILE"
        )
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        _print(found)


def _running(config: Config, data: Path | None) -> remote.Remote | None:
    """The gateway of this file, on its board or on a virtual one; never another that runs here."""
    folders = (gateway_folder(config.name, data, virtual=virtual) for virtual in (False, True))
    return next((found for folder in folders if (found := remote.find(folder))), None)


async def _from_store(
    point: str, config: Config, folder: Path, last: float, buckets: int | None
) -> dict[str, Any]:
    """From the store of a gateway that does not run. Raises Unavailable, StoreError."""
    import msgspec

    from ..web.views import history_view
    from .session import open_store

    chosen([{"name": p.name} for p in config.points], (point,))
    async with open_store(config, folder) as store:
        latest = await store.latest(point)
        end = (latest.time_ns if latest else time.time_ns()) + 1
        found = await store.history(point, end - round(last * 1e9), end, buckets)
    shown = next(p for p in config.points if p.name == point)
    plain: dict[str, Any] = msgspec.to_builtins(history_view(shown, found))
    return plain


def _print(found: dict[str, Any]) -> None:
    unit = found["display"]
    for row in found["rows"]:
        status = click.style(f"{row['status']:9}", fg=COLOURS.get(row["status"]))
        if row.get("average") is not None and row["count"] > 1:
            numbers = "  ".join(f"{row[k]:.4g}" for k in ("min", "average", "max"))
            click.echo(f"{row['time']}  {status}  {numbers} {unit}  ({row['count']})")
        else:
            value = value_text({**found, **row})
            click.echo(f"{row['time']}  {status}  {value}")
    if not found["rows"]:
        click.echo(f"nothing was stored of {found['point']} in that time", err=True)
    if found["truncated"]:
        click.echo("there is more; ask for less time, or for --buckets", err=True)
