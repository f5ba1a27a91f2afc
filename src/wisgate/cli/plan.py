"""wisgate plan: what a file means on the bench."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..core.errors import Unavailable
from .options import file_argument, json_option

if TYPE_CHECKING:
    from rich.console import Console

    from ..plan.plan import Plan
    from ..plan.report import Report


@click.command(
    epilog="Examples: wisgate plan gateway.toml · wisgate plan gateway.toml --svg wiring.svg ·"
    " wisgate plan new.toml --diff old.toml",
    short_help="Show what a file means on the bench.",
)
@file_argument
@click.option("--svg", metavar="F", type=click.Path(path_type=Path, dir_okay=False),
              help="Draw the wiring into F.")  # fmt: skip
@click.option("--diff", "other", metavar="OTHER", type=click.Path(path_type=Path),
              help="Show what changes on the bench from OTHER to FILE.")  # fmt: skip
@json_option
def command(file: Path, svg: Path | None, other: Path | None, as_json: bool) -> None:
    """Show what FILE means on the bench, before anything is powered.

    Modules and slots, every wire down to its end, addresses, how busy each bus is, current on each
    rail, and everything that conflicts, with the cure. Exit code 3 when something conflicts.
    """
    plan = _load(file)
    if svg is not None:
        _draw(plan, svg)
    if other is not None:
        _print_changes(_load(other), plan, as_json=as_json)
    else:
        _print_report(plan, as_json=as_json)
    plan.check()


def _load(file: Path) -> Plan:
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..plan.plan import make

    return make(load(file), load_catalog())


def _draw(plan: Plan, target: Path) -> None:
    from ..plan.drawing.wiring import plan_svg

    try:
        target.write_text(plan_svg(plan), encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{target}: cannot be written: {error.strerror}") from error
    click.echo(f"{target}: drawn; open it in a browser", err=True)


def _print_changes(old: Plan, new: Plan, *, as_json: bool) -> None:
    import msgspec

    from ..plan.diff import changes

    steps = changes(old, new)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(steps)).decode())
        return
    if not steps:
        click.echo("Nothing changes on the bench.")
    for number, step in enumerate(steps, 1):
        click.echo(f"{number:2}. {step}")


def _print_report(plan: Plan, *, as_json: bool) -> None:
    import msgspec

    from ..plan.report import report

    told = report(plan)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(told)).decode())
        return
    from .tables import output

    with output() as console:
        console.print(f"[bold]{told.name}[/] on {told.title}")
        _print_modules(console, told)
        _print_buses(console, told)
        _print_power(console, told)
        for title, lines in (("At the terminals", told.hints), ("Findings", _warnings(plan))):
            if lines:
                console.print(f"\n[bold]{title}[/]")
                for line in lines:
                    console.print(f"  {line}", markup=False)


def _warnings(plan: Plan) -> tuple[str, ...]:
    """Conflicts come on stderr, by `check`."""
    return tuple(str(w) for w in plan.warnings)


def _table(console: Console, title: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    from rich.table import Table

    if not rows:
        return
    table = Table(*columns, box=None, pad_edge=False, title=title, title_justify="left",
                  title_style="bold", header_style="dim")  # fmt: skip
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table)


def _print_modules(console: Console, told: Report) -> None:
    rows = [[p.slot, p.module, p.title, p.address, ", ".join(p.points)] for p in told.pieces]
    _table(console, "Modules", ("slot", "module", "what it is", "address", "points"), rows)
    if told.free:
        console.print(f"free: {', '.join(told.free)}", style="dim")
    wires = [
        [w.slot, ", ".join(map(str, w.pins)), w.signal, ", ".join(w.ends), w.use]
        for w in told.wires
    ]
    _table(console, "Wires", ("slot", "pins", "signal", "ends on", "used as"), wires)


def _print_buses(console: Console, told: Report) -> None:
    rows = [[a.bus, a.address, a.owner] for a in told.addresses]
    _table(console, "Addresses", ("bus", "address", "chip"), rows)
    lanes = [[x.lane, f"{x.share:.1%}", ", ".join(x.jobs)] for x in told.lanes]
    _table(console, "Bus time", ("lane", "busy", "by whom"), lanes)


def _print_power(console: Console, told: Report) -> None:
    rows = [
        [r.rail, "" if r.volts is None else f"{r.volts:g} V", f"{r.amperes * 1e3:.0f} mA",
         "not printed" if r.limit is None else f"{r.limit * 1e3:.0f} mA", ", ".join(r.loads)]
        for r in told.rails
    ]  # fmt: skip
    _table(console, "Current, at most", ("rail", "volts", "drawn", "limit", "by whom"), rows)
    supply = "" if told.available is None else f" of {told.available:g} W"
    hold = "" if told.hold is None else f"; the ultracapacitors hold {told.hold:g} s"
    console.print(f"{told.watts:.1f} W{supply}{hold}", style="dim")
