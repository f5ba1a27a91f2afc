"""wisgate scan: who answers on the I2C bus, and who should."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import data_option, fault_option, json_option, virtual_option

if TYPE_CHECKING:
    from .examining import Fault

MOST = 5
"""Candidates that are shown."""
COLOURS = {
    "here": "green", "kernel": "green", "asleep": "cyan", "absent": "cyan", "disputed": "cyan",
    "stranger": "yellow", "missing": "red", "wrong": "red", "failed": "red",
}  # fmt: skip


@click.command(
    epilog="Examples: wisgate scan · wisgate scan gateway.toml --json ·"
    " wisgate scan examples/ambient.toml --virtual --fault module-pulled=wisblock-2",
    short_help="Show who answers on the I2C bus, and who should.",
)
@click.argument(
    "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, readable=False)
)
@virtual_option
@fault_option
@data_option
@json_option
def command(
    file: Path | None,
    virtual: bool,
    faults: tuple[Fault, ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """Call every address of i2c-1, and compare who answers with the board and FILE.

    Nothing is written to a chip that nobody knows: an address is called with an empty write, or one
    byte is read where memories are; PROBE says which, and --json why. Only planned chips with
    registers that may be read at any time are asked who they are. What a driver of the kernel owns
    is left alone. A gateway that runs does it between its own conversations.

    Exit code 0 when everybody is there and nobody else, 4 otherwise. Without FILE nobody is a
    stranger.
    """
    from . import examining

    virtual = virtual or bool(faults)
    gateway = None if virtual else examining.running(file, data)
    if gateway is not None:
        found = gateway.scan()
    else:
        config = examining.config_of(file)
        found = examining.scan_here(
            config, virtual=virtual, faults=faults, strangers=file is not None
        )
    if as_json:
        examining.print_json(found)
    else:
        _print(found)
    if found["differs"]:
        click.get_current_context().exit(examining.DIFFERENT)


def _print(found: dict[str, Any]) -> None:
    for one in found["seen"]:
        word = click.style(f"{one['found']:8}", fg=COLOURS[one["found"]])
        who = one["expected"] or "nobody"
        click.echo(f"{one['address']:#04x}  {word}  {one['probe']:6}  {who}: {one['text']}")
        if one["candidates"]:
            click.echo(f"{'':24}it may be {', '.join(one['candidates'][:MOST])}")
    if not found["seen"]:
        click.echo("nobody answers, and nobody should")
