"""wisgate rules: rules, alarms and calculated points, tried before they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .logs import show_logs
from .options import data_option, file_argument, gateway_folder, json_option
from .stored import span_of, time_options, virtual_store_option

if TYPE_CHECKING:
    from ..config.model import Config
    from ..gateway.rehearsal import Event
    from ..store.archive import Archive, Chosen
    from ..store.records import Record

RAISED = ("active", "acknowledged", "cleared")


@click.group(
    epilog="Example: wisgate rules test gateway.toml --history --last 7d",
    short_help="Try rules and alarms on the past.",
)
def command() -> None:
    """Try rules, alarms and calculated points of a file before they are used."""


@dataclass
class _Found:
    """What a rehearsal tells."""

    begin_ns: int
    end_ns: int
    records: int = 0
    missing: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    on: dict[str, Any] = field(default_factory=dict)
    """Outputs that are not in their safe state at the end."""


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

    show_logs(quiet=True)
    config = load(file)
    with open_archive(gateway_folder(config.name, data, virtual=virtual)) as archive:
        begin, end = span_of(start, to, last, archive.newest_ns())
        if begin >= end:
            raise click.UsageError("--from is after the last reading; take an earlier time")
        found = _rehearse(config, archive, begin, end)
    if as_json:
        _print_json(config, found)
    else:
        _print(config, found)


def _rehearse(config: Config, archive: Archive, begin: int, end: int) -> _Found:
    from ..board import virtual_time
    from ..core.clock import VirtualClock
    from ..gateway.rehearsal import Rehearsal, names_of
    from ..store.archive import Chosen

    names = names_of(config)
    settable = {p.name for p in config.points if p.writable}
    made = {c.point.name for c in config.calculates}
    chosen = Chosen(begin, end, names)
    before = archive.before(names, begin)
    if not before:
        begin = next((several[0].time_ns for several in archive.records(chosen) if several), begin)
    found = _Found(begin, end, missing=sorted(names - settable - made - archive.points.keys()))
    clock = VirtualClock(begin)
    rehearsal = Rehearsal(config, clock, found.events.append)
    with _counted(archive, chosen, found) as records:
        virtual_time.run(rehearsal.run(before, records, end), clock)
    found.on = {
        point.point.name: value
        for point, value, _since in rehearsal.outputs.states()
        if value != point.point.safe
    }
    return found


@contextmanager
def _counted(
    archive: Archive, chosen: Chosen, found: _Found
) -> Iterator[Iterator[Sequence[Record]]]:
    from rich.console import Console
    from rich.progress import Progress

    from ..store.archive import CHUNK

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("readings", total=archive.last_seq - archive.first_seq + 1)

        def each() -> Iterator[Sequence[Record]]:
            for several in archive.records(chosen):
                found.records += len(several)
                yield several
                bar.update(task, advance=CHUNK)

        yield each()


def _raised(config: Config, found: _Found) -> dict[str, tuple[int, float, str]]:
    """By alarm: how often it was raised, for how many seconds in all, and its last state."""
    result = {}
    for alarm in config.alarms:
        times, seconds, since, state = 0, 0.0, None, "normal"
        for event in found.events:
            if event.phase is None or event.name != alarm.name:
                continue
            state = event.phase.value
            times += state == "active"
            if state in RAISED and since is None:
                since = event.time_ns
            elif state not in RAISED and since is not None:
                seconds, since = seconds + (event.time_ns - since) / 1e9, None
        if since is not None:
            seconds += (found.end_ns - since) / 1e9
        result[alarm.name] = (times, seconds, state)
    return result


def _acts(config: Config, found: _Found) -> Counter[str]:
    """How often each rule, and whatever else sets outputs, did so."""
    acts = Counter({rule.name: 0 for rule in config.rules})
    acts.update(event.name for event in found.events if event.phase is None)
    return acts


def _print(config: Config, found: _Found) -> None:
    from ..gateway.payloads import time_text

    for event in found.events:
        if event.phase is None:
            what = f"{event.point} = {_text(event.value)}"
            click.echo(f"{time_text(event.time_ns)}  {event.name}: {what}")
        elif event.phase != "pending":
            value = "" if event.value is None else f"  {_text(event.value)}"
            colour = "red" if event.phase in RAISED else "green"
            state = click.style(event.phase.value, fg=colour)
            click.echo(f"{time_text(event.time_ns)}  alarm {event.name} {state}{value}")
    hours = (found.end_ns - found.begin_ns) / 3.6e12
    click.echo(f"{found.records} readings of {hours:.4g} h")
    for name, (times, seconds, state) in _raised(config, found).items():
        still = "" if state == "normal" else f"; {state} at the end"
        click.echo(f"alarm {name}: {times} times active, {seconds / 3600:.4g} h in all{still}")
    for name, count in _acts(config, found).items():
        click.echo(f"{name}: {count} times")
    if found.on:
        rest = ", ".join(f"{name} = {_text(value)}" for name, value in found.on.items())
        click.echo(f"not in the safe state at the end: {rest}")
    if found.missing:
        click.echo(f"nothing was stored of {', '.join(found.missing)}", err=True)


def _print_json(config: Config, found: _Found) -> None:
    import msgspec

    from ..gateway.payloads import time_text

    raised = _raised(config, found)
    body = {
        "from": time_text(found.begin_ns),
        "to": time_text(found.end_ns),
        "readings": found.records,
        "events": [_event(event) for event in found.events],
        "alarms": [
            {"name": name, "times": times, "seconds": round(seconds, 3), "state": state}
            for name, (times, seconds, state) in raised.items()
        ],
        "acts": dict(_acts(config, found)),
        "outputs_at_end": found.on,
        "missing": found.missing,
    }
    click.echo(msgspec.json.format(msgspec.json.encode(body)).decode())


def _event(event: Event) -> dict[str, Any]:
    from ..gateway.payloads import time_text

    at = {"time": time_text(event.time_ns)}
    if event.phase is None:
        return at | {"cause": event.name, "point": event.point, "value": event.value}
    return at | {"alarm": event.name, "state": event.phase.value, "value": event.value}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
