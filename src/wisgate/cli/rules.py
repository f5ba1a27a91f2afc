"""wisgate rules: rules, alarms and calculated points, tried before they are used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .logs import show_logs
from .options import data_option, file_argument, gateway_folder, json_option
from .stored import span_of, time_options, virtual_store_option

if TYPE_CHECKING:
    from ..config.model import Config
    from ..gateway.rehearsal import Event
    from ..store.archive import Archive
    from ..store.records import Record
    from .rehearsed import Form, Rehearsed, Say


@click.group(
    epilog="Example: wisgate rules test gateway.toml --history --last 7d",
    short_help="Try rules and alarms on the past.",
)
def command() -> None:
    """Try rules, alarms and calculated points of a file before they are used."""


@command.command(
    epilog="Examples: wisgate rules test new.toml --history · wisgate rules test new.toml --history"
    " --last 24h --data /var/lib/wisgate/plant --json",
    short_help="Let the rules of a file live through stored readings.",
)
@file_argument
@click.option("--history", is_flag=True, required=True, help="On what the store holds.")
@time_options
@data_option
@virtual_store_option
@json_option
def test(
    file: Path,
    history: bool,
    start: int | None,
    to: int | None,
    last: float | None,
    data: Path | None,
    virtual: bool,
    as_json: bool,
) -> None:
    """Let the alarms, rules, interlocks and calculated points of FILE live through readings that
    the gateway of that name has stored, and tell what they would have done. The store is read, also
    while the gateway runs; nothing is written and no output is set.

    Measured values and what people set come from the store; what rules and calculated points make
    is made anew. At the begin alarms are normal, outputs in their safe state, and what expressions
    look back on is not known yet.
    """
    from ..config.load import load
    from ..store.archive import open_archive
    from .rehearsed import Json, Lines

    show_logs(quiet=True)
    config = load(file)
    with open_archive(gateway_folder(config.name, data, virtual=virtual)) as archive:
        begin, end = span_of(start, to, last, archive.newest_ns())
        if begin >= end:
            raise click.UsageError("--from is after the last reading; take an earlier time")
        with _watched(archive) as (say, some_more):
            form = Json(say) if as_json else Lines(say)
            found = _rehearse(config, archive, begin, end, form, some_more)
        form.end(found)


def _rehearse(
    config: Config, archive: Archive, begin: int, end: int, form: Form,
    some_more: Callable[[], None],
) -> Rehearsed:  # fmt: skip
    from ..board import virtual_time
    from ..core.clock import VirtualClock
    from ..gateway.rehearsal import Rehearsal, names_of
    from ..store.archive import Chosen
    from .rehearsed import Rehearsed, Totals

    names = names_of(config)
    settable = {p.name for p in config.points if p.writable}
    made = {c.point.name for c in config.calculates}
    chosen = Chosen(begin, end, names)
    before = archive.before(names, begin)
    if not before:
        begin = next((several[0].time_ns for several in archive.records(chosen) if several), begin)
    missing = sorted(names - settable - made - archive.points.keys())
    found = Rehearsed(begin, end, Totals(config), missing)

    def told(event: Event) -> None:
        found.totals.take(event)
        form.event(event)

    def records() -> Iterator[Sequence[Record]]:
        for several in archive.records(chosen):
            found.readings += len(several)
            yield several
            some_more()

    form.begin(found)
    clock = VirtualClock(begin)
    rehearsal = Rehearsal(config, clock, told)
    virtual_time.run(rehearsal.run(before, records(), end), clock)
    found.on = {
        point.point.name: value
        for point, value, _since in rehearsal.outputs.states()
        if value != point.point.safe
    }
    return found


@contextmanager
def _watched(archive: Archive) -> Iterator[tuple[Say, Callable[[], None]]]:
    """A bar in the terminal: what prints a line beside it, and what tells it of some more."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    from ..store.archive import CHUNK

    console = Console(stderr=True, soft_wrap=True)
    shown, beside = console.is_terminal, sys.stdout.isatty()
    with Progress(console=console, transient=True, disable=not shown, redirect_stdout=False) as bar:
        task = bar.add_task("readings", total=archive.last_seq - archive.first_seq + 1)

        def say(line: str) -> None:
            console.print(Text.from_ansi(line))

        yield say if shown and beside else click.echo, lambda: bar.update(task, advance=CHUNK)
