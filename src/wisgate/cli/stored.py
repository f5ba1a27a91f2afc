"""Which store a command means, and which of its records."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ..core.errors import Unavailable
from .options import Duration, gateway_folder

F = TypeVar("F", bound=Callable[..., Any])

LATEST_NS = 2**63 - 1
"""In the year 2262: later times are none of a store."""


class Moment(click.ParamType[int]):
    """A date with or without a time, UTC unless it says otherwise: nanoseconds since 1970."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f'"{value}" is no time; write 2026-11-20 or 2026-11-20T12:00Z', param, ctx)
        whole = found if found.tzinfo else found.replace(tzinfo=UTC)
        return round(whole.timestamp() * 1e6) * 1000


def time_options(function: F) -> F:
    """--from, --to and --last."""
    for option in (
        click.option(
            "--last", metavar="7d", type=Duration(),
            help="So far back from the newest record or from --to, instead of --from.",
        ),
        click.option("--to", metavar="TIME", type=Moment(), help="Up to, not included."),
        click.option(
            "--from", "start", metavar="TIME", type=Moment(),
            help="From then on: 2026-11-20 or 2026-11-20T12:00+01:00; UTC without an offset.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def virtual_store_option(function: F) -> F:
    """--virtual, where only the store matters."""
    return click.option(
        "--virtual", is_flag=True, help="The store that the gateway of FILE has on a virtual board."
    )(function)


def span_of(
    start: int | None, to: int | None, last: float | None, newest_ns: int | None
) -> tuple[int, int]:
    """Nanoseconds from and up to, 0 to `LATEST_NS`. Raises click.UsageError for --from beside
    --last, and for an end before the begin."""
    if start is not None and last is not None:
        raise click.UsageError("--from and --last say the same; leave one of them out")
    end = to if to is not None else (time.time_ns() if newest_ns is None else newest_ns + 1)
    if last is not None:
        start = end - round(last * 1e9)
    begin = 0 if start is None else start
    if to is not None and begin >= to:
        raise click.UsageError("--to is not after the begin")
    return min(max(begin, 0), LATEST_NS), min(max(end, 0), LATEST_NS)


def folder_of(file: Path | None, data: Path | None, *, virtual: bool = False) -> Path:
    """The folder with the store: `data`, that of a file, or that of the gateway that runs. Raises
    Unavailable, ConfigError."""
    if data is not None:
        return data
    if file is not None:
        from ..config.load import load

        return gateway_folder(load(file).name, None, virtual=virtual)
    from . import remote

    running = remote.find(None)
    if running is None:
        raise Unavailable(
            "no gateway runs here; name its FILE, or the folder of its store with --data DIR"
        )
    return running.folder
