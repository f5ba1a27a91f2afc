"""wisgate record: write down what a board answers."""

from __future__ import annotations

from pathlib import Path

import click

from ..core.errors import Unavailable
from .logs import show_logs
from .options import Duration, file_argument, virtual_option
from .readings import Told


@click.command(
    epilog="Examples: wisgate record gateway.toml -o monday.rec --for 10min ·"
    " wisgate record examples/ambient.toml -o try.rec --virtual",
    short_help="Write down what the board answers, to play it back elsewhere.",
)
@file_argument
@click.option(
    "-o", "--output", "output", required=True, metavar="REC",
    type=click.Path(path_type=Path, dir_okay=False), help="Where the recording goes.",
)  # fmt: skip
@click.option(
    "--for", "seconds", metavar="1min", type=Duration(), default="1min", show_default=True,
    help="How long the modules are sampled.",
)  # fmt: skip
@virtual_option
def command(file: Path, output: Path, seconds: float, virtual: bool) -> None:
    """Open the board of FILE, sample its modules at their intervals, and write every call of the
    board with its answer to REC.

    `wisgate replay REC` does the same again without the board: what an integrator met on site
    becomes a test for who mends it. Stop a running gateway before.
    """
    from ..board.recording import record
    from ..core.clock import SystemClock, VirtualClock

    show_logs()
    clock = VirtualClock() if virtual else SystemClock()
    told = Told()
    try:
        with output.open("w", encoding="utf-8") as out:
            for readings in record(file, out, clock, seconds, virtual=virtual):
                told.take(readings)
    except OSError as error:
        raise Unavailable(f"{output}: cannot be written: {error.strerror}") from error
    told.show()
    click.echo(f"{output}: {output.stat().st_size} bytes; play it with: wisgate replay {output}")
