"""wisgate safe: outputs into their safe states where no gateway runs any more."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from ..core.errors import InUse, Unavailable
from .logs import show_logs
from .options import data_option, file_argument, gateway_folder, virtual_option


@click.command(
    epilog="Example: wisgate safe /etc/wisgate/gateway.toml",
    short_help="Put outputs into their safe states after a gateway was killed.",
)
@file_argument
@virtual_option
@data_option
@click.option("-v", "--verbose", is_flag=True, help="Log every transaction on the buses, too.")
def command(file: Path, virtual: bool, data: Path | None, verbose: bool) -> None:
    """Put every output of FILE into its safe state and let go of it.

    A gateway that stops does this itself. This is for one that could not: systemd runs it after
    the service ended, whatever ended it (ExecStopPost). Only modules with outputs are opened. Exit
    code 1 and the names of the outputs when some could not be reached; nothing is done while a
    gateway runs.
    """
    from ..board import open_board
    from ..board.folder import hold_folder
    from ..board.safety import make_safe
    from ..bus.lane import InlineLane
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..core.clock import SystemClock
    from ..plan.plan import make

    show_logs(verbose=verbose)
    config = load(file)
    plan = make(config, load_catalog())
    with ExitStack() as stack:
        try:
            folder = gateway_folder(config.name, data, virtual=virtual)
            stack.enter_context(hold_folder(folder))
        except InUse:
            raise
        except Unavailable as error:  # outputs matter more
            click.echo(f"{error}; going on without it", err=True)
        board = open_board(
            plan, clock=SystemClock(), lane=InlineLane, virtual=virtual, lenient=True
        )
        unreached = []
        for outcome in make_safe(board):
            names = ", ".join(outcome.outputs)
            if outcome.error:
                unreached.append(f"{names} ({outcome.name}: {outcome.error})")
            else:
                click.echo(f"{outcome.name}: {names} safe")
    if unreached:
        raise Unavailable(f"not reached, and in no known state: {'; '.join(unreached)}")
