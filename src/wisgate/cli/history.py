"""wisgate history: what was stored of a point."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import click

from ..core.errors import Unavailable
from . import remote
from .options import Duration, data_option, json_option
from .rows import COLOURS, chosen, value_text


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
    help="Where no gateway runs: the file whose store is opened.",
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

    running = remote.find(data)
    if running is not None:
        chosen(running.points(), (point,))
        end = time.time()
        found = running.history(point, **{"from": end - last, "to": end, "buckets": buckets or 0})
    elif file is not None:
        found = asyncio.run(_from_store(point, file, data, last, buckets))
    else:
        raise Unavailable(
            "no gateway runs here; name the file whose store to open:"
            " wisgate history POINT --file FILE"
        )
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        _print(found)


async def _from_store(
    point: str, file: Path, data: Path | None, last: float, buckets: int | None
) -> dict[str, Any]:
    """From the store of a gateway that does not run. Raises Unavailable, StoreError."""
    import msgspec

    from ..config.load import load
    from ..web.views import history_view
    from .options import gateway_folder
    from .session import open_store

    config = load(file)
    chosen([{"name": p.name} for p in config.points], (point,))
    folder = gateway_folder(config.name, data, virtual=False)
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
