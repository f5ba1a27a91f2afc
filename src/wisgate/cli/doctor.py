"""wisgate doctor: the whole box examined, each trouble with its name and its cure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .logs import show_logs
from .options import (
    Duration,
    data_option,
    demand_virtual,
    fault_option,
    json_option,
    seed_option,
    virtual_option,
)

if TYPE_CHECKING:
    from ..config.model import Config
    from .examining import Fault

COLOURS = {"ok": "green", "warning": "yellow", "difference": "red", "unknown": "cyan"}
WORDS = {"ok": "fine", "difference": "DIFFERENCE"}


@click.command(
    epilog="Examples: wisgate doctor · wisgate doctor gateway.toml --json ·"
    " wisgate doctor examples/pump-house.toml --virtual --fault no-acknowledge=adc ·"
    " wisgate doctor examples/pump-house.toml --scenario examples/scenarios/rough-day.toml"
    " --after 46min",
    short_help="Examine the whole box.",
)
@click.argument(
    "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, readable=False)
)
@virtual_option
@click.option(
    "--scenario", metavar="S", type=click.Path(path_type=Path),
    help="A file of things that happen to the virtual board before (implies --virtual).",
)  # fmt: skip
@click.option(
    "--after", metavar="10s", type=Duration(), default="10s", show_default=True,
    help="How long the virtual board runs before it is examined.",
)  # fmt: skip
@fault_option
@seed_option
@data_option
@json_option
def command(
    file: Path | None,
    virtual: bool,
    scenario: Path | None,
    after: float,
    faults: tuple[Fault, ...],
    seed: int,
    data: Path | None,
    as_json: bool,
) -> None:
    """Examine the whole box: buses, chips, modules, expanders, supply and heat, clock, drives,
    network, cards, modem, sinks, containers.

    A gateway that runs is asked, and goes on working. Where none runs, the board of FILE is opened,
    read for some seconds and closed; its outputs are in their safe state meanwhile. Without FILE
    the board is taken as it is sold.

    Exit code 0 when nothing differs from the plan, 4 when something does. Warnings, and what could
    not be found out, change nothing of that.
    """
    from . import examining

    virtual = virtual or scenario is not None or bool(faults)
    demand_virtual(virtual, "after", "seed")
    gateway = None if virtual else examining.running(file, data)
    if gateway is not None:
        found = gateway.doctor()
    elif virtual:
        found = examining.examine_virtual(_config(file), scenario, after, faults, seed)
    else:
        found = examining.examine_here(_config(file))
    if as_json:
        examining.print_json(found)
    else:
        _print(found)
    if found["differs"]:
        click.get_current_context().exit(examining.DIFFERENT)


def _config(file: Path | None) -> Config:
    """Of a board that is opened here. Raises ConfigError."""
    from . import examining

    show_logs(quiet=True)
    return examining.config_of(file)


def _print(found: dict[str, Any]) -> None:
    count: Counter[str] = Counter()
    for check in found["checks"]:
        if check["verdicts"]:
            click.echo(click.style(check["title"], bold=True))
        for verdict in check["verdicts"]:
            count[verdict["level"]] += 1
            _print_verdict(verdict)
    told = [
        f"{count[level]} {WORDS.get(level, level).lower()}" for level in COLOURS if count[level]
    ]
    click.echo(", ".join(told))


def _print_verdict(verdict: dict[str, str]) -> None:
    level = verdict["level"]
    word = click.style(f"{WORDS.get(level, level):10}", fg=COLOURS[level])
    click.echo(f"  {word}  {verdict['subject']}: {verdict['found']}")
    if level in ("warning", "difference"):
        for title, text in (
            ("name", verdict["name"]), ("expected", verdict["expected"]), ("cure", verdict["cure"]),
        ):  # fmt: skip
            click.echo(f"              {title:8}  {text}")
    elif verdict["cure"]:
        click.echo(f"              cure      {verdict['cure']}")
