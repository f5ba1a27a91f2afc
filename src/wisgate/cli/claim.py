"""wisgate claim: a new claim code for the first user."""

from __future__ import annotations

from pathlib import Path

import click

from ..core.errors import Unavailable
from . import remote
from .options import data_option


@click.command(
    epilog="Example: wisgate claim",
    short_help="Print a new claim code for the first user.",
)
@data_option
def command(data: Path | None) -> None:
    """Print a new claim code of the running gateway.

    Whoever enters it in the dashboard becomes the first user, who may switch outputs. It works
    once, for 15 minutes; an older code works no more. Once there is a user there are no codes.
    """
    running = remote.find(data)
    if running is None:
        raise Unavailable("no gateway runs here; start one with: wisgate run FILE")
    click.echo(f"claim code: {running.claim_code()}  (15 minutes, once)")
