"""wisgate replay: sample a board again from its recording."""

from __future__ import annotations

from pathlib import Path

import click

from ..core.errors import Unavailable
from .logs import show_logs
from .readings import Told


@click.command(
    epilog="Example: wisgate replay monday.rec",
    short_help="Play a recording back without its board.",
)
@click.argument("recording", metavar="REC", type=click.Path(path_type=Path, readable=False))
def command(recording: Path) -> None:
    """Sample the modules of a recording again: every byte comes from REC, and every call and
    reading must be what it was. Ends with code 1 at the first that differs, which it names.
    """
    from ..board.recording import replay

    show_logs()
    told = Told()
    try:
        with recording.open(encoding="utf-8") as file:
            for readings in replay(file):
                told.take(readings)
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{recording}: cannot be read: {error}") from error
    told.show()
    click.echo("identical to the recording")
