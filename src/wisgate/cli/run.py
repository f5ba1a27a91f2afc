"""wisgate run: the gateway that a file describes."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .logs import show_logs
from .options import (
    Duration,
    data_option,
    demand_virtual,
    file_argument,
    gateway_folder,
    seed_option,
    virtual_option,
)

if TYPE_CHECKING:
    from ..core.clock import VirtualClock
    from ..gateway.gateway import Gateway
    from .session import Session


YOUNG = 10_000
"""Objects made since the last look for garbage. Python's own 700 are one batch of readings or
frames, which is gone by itself a moment later."""


@contextmanager
def _collecting_later() -> Iterator[None]:
    """What a start makes stays: looking for garbage in it would take a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command(
    epilog="Examples: wisgate run gateway.toml · wisgate run examples/pump-house.toml --virtual ·"
    " wisgate run examples/pump-house.toml --fast-forward 24h --seed 7 --data /tmp/day",
    short_help="Run the gateway that a file describes.",
)
@file_argument
@virtual_option
@click.option(
    "--scenario", metavar="S", type=click.Path(path_type=Path),
    help="A file of things that happen to the virtual board (implies --virtual).",
)  # fmt: skip
@click.option(
    "--fast-forward", "seconds", metavar="24h", type=Duration(),
    help="Let that much virtual time pass as fast as possible, then stop (implies --virtual).",
)  # fmt: skip
@seed_option
@data_option
@click.option("-v", "--verbose", is_flag=True, help="Log every transaction on the buses, too.")
@_collecting_later()
def command(
    file: Path,
    virtual: bool,
    scenario: Path | None,
    seconds: float | None,
    seed: int,
    data: Path | None,
    verbose: bool,
) -> None:
    """Run the gateway that FILE describes until it is stopped (Ctrl-C, SIGTERM).

    Outputs are put into their safe state at start and stop. Readings are stored before they are
    sent, so that nothing is lost while a destination is away.
    """
    from ..board.folder import hold_folder
    from ..config.load import load
    from ..core.clock import VirtualClock
    from .session import Session, live

    virtual = virtual or scenario is not None or seconds is not None
    demand_virtual(virtual, "seed")
    clock = VirtualClock() if seconds is not None else None
    show_logs(verbose=verbose, clock=clock)
    config = load(file)
    folder = gateway_folder(config.name, data, virtual=virtual)
    session = Session(config, folder, virtual, scenario, seed, beside=(_collect_from_now,))
    for warning in session.plan().warnings:
        click.echo(str(warning), err=True)
    with hold_folder(folder):
        if seconds is not None and clock is not None:
            gc.enable()
            _fast_forward(session, clock, seconds)
            return
        click.echo(f"{config.name}: store and secrets are in {folder}", err=True)
        live(session, partial(announce, code_anyway=False))
    click.echo(f"{config.name}: stopped; outputs are safe, everything is stored", err=True)


async def _collect_from_now(gateway: Gateway) -> None:
    """Garbage is looked for once the gateway works, and only in what was made since."""
    await gateway.at_work.wait()
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()


def announce(url: str, claim_code: str, *, code_anyway: bool = True) -> None:
    """Tell on the console where the dashboard is, and how the first user signs in. The code goes to
    a terminal, not into the log of a service. A console that nobody reads any more stops no
    gateway."""
    with suppress(BrokenPipeError):
        if url:
            click.echo(f"dashboard: {url}")
        if claim_code and url and (code_anyway or sys.stdout.isatty()):
            click.echo(
                f"claim code: {claim_code}  (creates the first user who may switch; 15 minutes,"
                " once)"
            )
        elif claim_code and url:
            click.echo("no user yet; wisgate claim prints a code for the first one")


def _fast_forward(session: Session, clock: VirtualClock, seconds: float) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from .session import fast_forward

    console = Console(stderr=True)
    began = time.perf_counter()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"{session.config.name}, {seconds / 3600:g} h", total=1.0)
        gateway = fast_forward(
            session, clock, seconds, lambda part: bar.update(task, completed=part)
        )
    _summary(gateway, seconds, time.perf_counter() - began)


def _summary(gateway: Gateway, seconds: float, took: float) -> None:
    counters = gateway.counters
    click.echo(
        f"{seconds / 3600:g} h in {took:.1f} s: {gateway.store.last_seq} records,"
        f" {counters['samples']} samples, {counters['failures']} failed,"
        f" {counters['retries']} retried, {counters['late']} late"
    )
    click.echo(f"store: {gateway.folder / 'wisgate.db'}")
