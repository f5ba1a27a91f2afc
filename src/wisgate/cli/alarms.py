"""wisgate alarms: what is wrong, and who has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..core.errors import Unavailable
from . import remote
from .options import Duration, data_option, json_option

COLOURS = {"active": "red", "acknowledged": "yellow", "cleared": "yellow", "pending": "cyan"}


@click.group(
    invoke_without_command=True,
    epilog="Examples: wisgate alarms · wisgate alarms ack overflow ·"
    ' wisgate alarms shelve overflow --for 2h --reason "pump is being changed"',
    short_help="Show alarms, acknowledge and shelve them.",
)
@data_option
@json_option
@click.pass_context
def command(context: click.Context, data: Path | None, as_json: bool) -> None:
    """Show the alarms of the running gateway, acknowledge and shelve them. What somebody does is
    written down with their login name."""
    context.obj = data
    if context.invoked_subcommand is None:
        _show(_running(data).alarms(), as_json=as_json)


@command.command("list", epilog="Example: wisgate alarms list --json")
@data_option
@json_option
@click.pass_obj
def list_all(above: Path | None, data: Path | None, as_json: bool) -> None:
    """Show every alarm of the gateway that runs."""
    _show(_running(data or above).alarms(), as_json=as_json)


@command.command(epilog="Example: wisgate alarms ack overflow")
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def ack(above: Path | None, name: str, data: Path | None, as_json: bool) -> None:
    """Acknowledge alarm NAME: somebody has seen it. One that is gone and was latched ends."""
    _show([_running(data or above).acknowledge(name)], as_json=as_json)


@command.command(epilog="Example: wisgate alarms shelve overflow --for 2h --reason maintenance")
@click.argument("name")
@click.option(
    "--for", "seconds", metavar="2h", type=Duration(), required=True,
    help="For so long, 30 days at most.",
)  # fmt: skip
@click.option("--reason", default="", help="Why; it is written down with your name.")
@data_option
@json_option
@click.pass_obj
def shelve(
    above: Path | None, name: str, seconds: float, reason: str, data: Path | None, as_json: bool
) -> None:
    """Let nobody hear of alarm NAME for a while. It is followed meanwhile."""
    _show([_running(data or above).shelve(name, seconds, reason)], as_json=as_json)


@command.command(epilog="Example: wisgate alarms unshelve overflow")
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def unshelve(above: Path | None, name: str, data: Path | None, as_json: bool) -> None:
    """Let people hear of alarm NAME again, before its time is over."""
    _show([_running(data or above).shelve(name, 0, "")], as_json=as_json)


def _running(data: Path | None) -> remote.Remote:
    found = remote.find(data)
    if found is None:
        raise Unavailable("no gateway runs here; start one, or say with --data where it is")
    return found


def _show(alarms: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(alarms)).decode())
        return
    if not alarms:
        click.echo("no alarm is configured", err=True)
    names = max((len(alarm["name"]) for alarm in alarms), default=0)
    for alarm in alarms:
        parts = (state_text(alarm), alarm["since"], *circumstances(alarm), alarm["text"])
        click.echo("  ".join((f"{alarm['name']:{names}}", *filter(None, parts))).rstrip())


def state_text(alarm: dict[str, Any]) -> str:
    """State and severity, as columns."""
    state = click.style(f"{alarm['state']:12}", fg=COLOURS.get(alarm["state"]))
    return f"{state}  {alarm['severity']:8}"


def circumstances(alarm: dict[str, Any]) -> list[str]:
    """At which value, until when it is shelved, and who did it, as far as there is any."""
    value, found = alarm["value"], []
    if value is not None:
        found.append(f"at {value:.6g}" if isinstance(value, float) else f"at {value}")
    if alarm["shelved_until"]:
        found.append(f"until {alarm['shelved_until']}")
    if alarm["cause"]:
        found.append(f"by {alarm['cause']}")
    return found
