"""wisgate history: what was stored of a point or an alarm."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import Unavailable
from ..store.records import ALARM
from . import remote
from .alarms import circumstances, state_text
from .options import Duration, data_option, gateway_folder, json_option
from .rows import COLOURS, chosen, value_text

if TYPE_CHECKING:
    from ..config.model import Config


@click.command(
    epilog="Examples: wisgate history tank_level · wisgate history tank_level --last 24h"
    " --buckets 24 · wisgate history alarm/overflow --last 30d · wisgate history pump"
    " --data /tmp/day --file examples/pump-house.toml --json",
    short_help="Show what was stored of a point or an alarm.",
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
    help="The gateway that is meant, running or not; where it does not run, its store is read.",
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
    """Show what was stored of POINT: from the running gateway, or from the store of a file.

    Of an output or virtual point it says who wrote what: a person, a rule, an interlock. The
    changes of an alarm are those of the point alarm/NAME: when, what it became, how severe, the
    value that it watches, and who did it.
    """
    import msgspec

    from ..config.load import load

    if buckets and point.startswith(ALARM):
        raise click.UsageError("--buckets gathers readings; an alarm has changes, leave it out")
    config = None if file is None else load(file)
    running = remote.find(data) if config is None else _running(config, data)
    if running is not None:
        found = _from_gateway(point, running, last, buckets)
    elif config is not None:
        folder = gateway_folder(config.name, data, virtual=False)
        found = _from_store(point, config, folder, last, buckets)
    else:
        raise Unavailable(
            "no gateway runs here; name the file whose store to read:"
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


def _demand_known(point: str, points: Iterable[str], alarms: Iterable[str]) -> None:
    """Raises RemoteError with a proposal."""
    known = [*points, *(f"{ALARM}{name}" for name in alarms)]
    chosen([{"name": name} for name in known], (point,))


def _from_gateway(
    point: str, running: remote.Remote, last: float, buckets: int | None
) -> dict[str, Any]:
    """Raises RemoteError."""
    points, alarms = running.points(), running.alarms()
    _demand_known(point, (p["name"] for p in points), (a["name"] for a in alarms))
    end = time.time()
    start = max(0.0, end - last)
    if point.startswith(ALARM):
        return running.alarm_history(point.removeprefix(ALARM), start, end)
    return running.history(point, **{"from": start, "to": end, "buckets": buckets or 0})


def _from_store(
    point: str, config: Config, folder: Path, last: float, buckets: int | None
) -> dict[str, Any]:
    """From a store, which is read and not touched. Raises RemoteError, Unavailable, StoreError."""
    import msgspec

    from ..store.archive import open_past
    from ..store.buckets import at_once
    from ..store.history import Span, latest, raw
    from ..web.views import alarm_history_view, history_view

    points = {p.name: p for p in config.points}
    _demand_known(point, points, (alarm.name for alarm in config.alarms))
    with open_past(folder, config.points) as past:
        newest = latest(past, point)
        end = (newest.time_ns if newest else time.time_ns()) + 1
        span = Span(max(0, end - round(last * 1e9)), end)
        found = at_once(past, point, span, buckets) if buckets else raw(past, point, span)
    shown = points.get(point)
    view = history_view(shown, found) if shown is not None else alarm_history_view(found)
    plain: dict[str, Any] = msgspec.to_builtins(view)
    return plain


def _print(found: dict[str, Any]) -> None:
    rows = [{**found, **row} for row in found["rows"]]
    width = max((len(value_text(row)) for row in rows if row["cause"]), default=0)
    for row in rows:
        text = _change_text(row) if "state" in row else _reading_text(row, width)
        click.echo(f"{row['time']}  {text}".rstrip())
    if not found["rows"]:
        click.echo(f"nothing was stored of {found['point']} in that time", err=True)
    if found["truncated"]:
        more = "" if "display" not in found else ", or for --buckets"
        click.echo(f"there is more; ask for less time{more}", err=True)


def _reading_text(row: dict[str, Any], width: int) -> str:
    """Of a record, its value in so many columns before who wrote it; or of a stretch."""
    status = click.style(f"{row['status']:9}", fg=COLOURS.get(row["status"]))
    if row.get("average") is not None and row["count"] > 1:
        numbers = "  ".join(f"{row[k]:.4g}" for k in ("min", "average", "max"))
        return f"{status}  {numbers} {row['display']}  ({row['count']})"
    who = f"  by {row['cause']}" if row["cause"] else ""
    return f"{status}  {value_text(row):{width}}{who}"


def _change_text(row: dict[str, Any]) -> str:
    """Of an alarm."""
    return "  ".join((state_text(row), *circumstances(row)))
