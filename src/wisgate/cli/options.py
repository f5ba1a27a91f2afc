"""Options and parameter types that several commands share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..core.quantities import parse

F = TypeVar("F", bound=Callable[..., Any])


class Duration(click.ParamType[float]):
    """A time with its unit: "24h", "90s"; a float of seconds."""

    name = "DURATION"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = parse(str(value), "time").si
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not 0 < seconds < math.inf:
            self.fail(f'"{value}" is not a time that can pass; write "10s" or "24h"', param, ctx)
        return seconds


def file_argument(function: F) -> F:
    """FILE, the one file of a gateway."""
    return click.argument("file", metavar="FILE", type=click.Path(path_type=Path, readable=False))(
        function
    )


def data_option(function: F) -> F:
    """--data DIR."""
    return click.option(
        "--data", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
        help="Folder of store and secrets [default: one per gateway under the XDG state folder].",
    )(function)  # fmt: skip


def json_option(function: F) -> F:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def virtual_option(function: F) -> F:
    """--virtual."""
    return click.option(
        "--virtual", is_flag=True, help="Use the virtual board instead of the hardware."
    )(function)


def seed_option(function: F) -> F:
    """--seed."""
    return click.option(
        "--seed", type=int, default=1, show_default=True, help="Of the virtual world."
    )(function)


def demand_virtual(virtual: bool, *options: str) -> None:
    """Raises click.UsageError for options of the virtual board that were written without it."""
    context = click.get_current_context()
    for name in options:
        written = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if written and not virtual:
            raise click.UsageError(f"--{name} is for the virtual board; add --virtual")


class FaultType(click.ParamType[tuple[str, str]]):
    """A fault of the virtual board: "module-pulled=wisblock-2"."""

    name = "KIND=TARGET"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        kind, sign, target = str(value).partition("=")
        if not (kind and sign and target):
            self.fail(f'"{value}" is no fault; write module-pulled=wisblock-2', param, ctx)
        return kind, target


def fault_option(function: F) -> F:
    """--fault KIND=TARGET, several times."""
    return click.option(
        "--fault", "faults", metavar="KIND=TARGET", type=FaultType(), multiple=True,
        help="What goes wrong on the virtual board, several times (implies --virtual).",
    )(function)  # fmt: skip


def state_folder() -> Path:
    """Where gateways keep their folders: $XDG_STATE_HOME/wisgate."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "wisgate"


def gateway_folder(name: str, chosen: Path | None, *, virtual: bool) -> Path:
    """The folder of one gateway: what --data says, or its own under the state folder."""
    if chosen is not None:
        return chosen
    return state_folder() / (f"{name}-virtual" if virtual else name)
