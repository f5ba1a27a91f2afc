"""wisgate check: is this file right, without touching any hardware."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import file_argument, json_option

if TYPE_CHECKING:
    from ..plan.findings import Finding
    from ..plan.plan import Plan


@click.command(
    epilog="Example: wisgate check examples/pump-house.toml",
    short_help="Check a file: syntax, units, names, conflicts.",
)
@file_argument
@json_option
def command(file: Path, as_json: bool) -> None:
    """Check FILE: syntax, units, names, conflicts, limits and budgets.

    Every fault is printed with file and line, what was found and what to do. Exit code 2 when the
    file is wrong, 3 when two parts of it claim one resource, or when something cannot fit, 1 when
    keys or a codec of an end device cannot be read.
    Warnings are printed too and change nothing of that.
    """
    from ..board.runnable import obstacles
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..plan.plan import make

    plan = make(load(file), load_catalog())
    if as_json:
        _print_json(plan)
    else:
        for warning in plan.warnings:
            click.echo(str(warning), err=True)
    plan.check()
    if plan.config.lorawan is not None:
        from ..lorawan.sessions import Sessions

        Sessions.opened(plan.config.lorawan.motes, {})  # keys and codecs
    if as_json:
        return
    click.echo(_summary(file, plan))
    for obstacle in obstacles(plan):
        click.echo(f"note: {obstacle}", err=True)


def _summary(file: Path, plan: Plan) -> str:
    config = plan.config
    return (
        f"{file}: fine. {config.name} on {plan.board.id}:"
        f" {len(config.slots)} of {len(plan.board.slots)} slots used,"
        f" {_count(config.points, 'point')}, {_count(config.rules, 'rule')},"
        f" {_count(config.sinks, 'sink')}"
    )


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _print_json(plan: Plan) -> None:
    import msgspec

    found = {
        "name": plan.config.name,
        "board": plan.board.id,
        "fits": not plan.conflicts,
        "findings": [_row(f) for f in plan.findings],
    }
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "kind": finding.kind,
        "where": finding.where,
        "resource": finding.resource,
        "text": finding.text,
        "claims": [
            {"owner": c.owner, "where": c.where, "source": c.source} for c in finding.claims
        ],
        "cures": [{"text": c.text, "file": [str(e) for e in c.edits]} for c in finding.cures],
    }
