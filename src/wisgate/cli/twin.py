"""wisgate twin: parts of the virtual board for programs that are not ours."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from .logs import show_logs
from .options import file_argument


@click.group(
    epilog="Example: wisgate twin serve examples/ambient.toml --pty /tmp/rs485",
    short_help="Let other programs talk to the virtual board.",
)
def command() -> None:
    """Let programs that are not ours talk to the virtual board."""


def _address(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise click.BadParameter(f'"{value}" is no address; write 127.0.0.1:5020')
    return host.strip("[]"), int(port)


@command.command(
    epilog="Examples: wisgate twin serve examples/ambient.toml --pty /tmp/rs485 ·"
    " mbpoll -m rtu -b 9600 -P none -a 42 -t 4 -r 1 -c 2 -1 /tmp/rs485 ·"
    " wisgate twin serve examples/ambient.toml --tcp 127.0.0.1:5020",
    short_help="Serve the twins on a serial line on a pty or a TCP port.",
)
@file_argument
@click.option("--slot", metavar="SLOT", help="Of the serial line; needed when there are several.")
@click.option(
    "--pty", "link", metavar="LINK", type=click.Path(path_type=Path),
    help="A name for the pseudo-terminal, removed at the end.",
)  # fmt: skip
@click.option(
    "--tcp", "address", metavar="HOST:PORT", callback=_address,
    help="Raw bytes over TCP instead; port 0 takes a free one.",
)  # fmt: skip
@click.option(
    "--scenario", metavar="S", type=click.Path(path_type=Path, readable=False),
    help="What happens to the board meanwhile.",
)  # fmt: skip
def serve(
    file: Path, slot: str | None, link: Path | None, address: tuple[str, int] | None,
    scenario: Path | None,
) -> None:  # fmt: skip
    """Serve the serial line of the virtual board of FILE, with the units or nodes behind it, until
    Ctrl-C. The baud rate is what the other program sets on the pseudo-terminal; over TCP it stays
    that of the module.
    """
    from ..board.serving import open_visitor, served_uart
    from ..board.serving import serve as serve_line
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..plan.plan import make

    show_logs()
    plan = make(load(file), load_catalog())
    plan.check()
    slot, uart = served_uart(plan, slot, scenario)
    ended: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda seen, _frame: ended.append(seen))
    visitor = open_visitor(link, address)
    try:
        click.echo(f"{slot} is served at {link or visitor.name}; Ctrl-C ends it")
        serve_line(uart, visitor, lambda: bool(ended))
    finally:
        visitor.close()
