"""wisgate check: is this file right, without touching any hardware."""

from __future__ import annotations

from pathlib import Path

import click

from .options import file_argument


@click.command(
    epilog="Example: wisgate check examples/pump-house.toml",
    short_help="Check a file: syntax, units, names, conflicts.",
)
@file_argument
def command(file: Path) -> None:
    """Check FILE: syntax, units, names, conflicts.

    Every fault is printed with file and line, what was found and what to do. Exit code 2 when the
    file is wrong, 3 when two parts of it claim one resource, or when something cannot fit.
    Warnings are printed too and change nothing of that.
    """
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..plan.plan import make

    config = load(file)
    plan = make(config, load_catalog())
    for warning in plan.warnings:
        click.echo(str(warning), err=True)
    plan.check()
    click.echo(
        f"{file}: fine. {config.name} on {plan.board.id}:"
        f" {len(config.slots)} of {len(plan.board.slots)} slots used,"
        f" {len(config.points)} points, {len(config.rules)} rules, {len(config.sinks)} sinks"
    )
