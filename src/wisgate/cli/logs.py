"""What a command tells on stderr while it runs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..core.clock import Clock


def show_logs(*, verbose: bool = False, quiet: bool = False, clock: Clock | None = None) -> None:
    """Warnings and news of the gateway; with `verbose` every transaction on the buses, with `quiet`
    only what went wrong with the program itself. Lines carry
    the time of `clock`, in UTC, where there is one: in a virtual day the real time says nothing."""
    shown = _Stderr()
    shown.setFormatter(_Dated(clock))
    logging.basicConfig(level=logging.WARNING, handlers=[shown])
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO
    logging.getLogger("wisgate").setLevel(level)


class _Stderr(logging.Handler):
    """Asks for stderr with every line: a progress bar puts itself before it while it is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            click.echo(self.format(record), err=True)
        except Exception:  # noqa: BLE001  # as every handler of the standard library does
            self.handleError(record)


class _Dated(logging.Formatter):
    def __init__(self, clock: Clock | None) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
        self._clock = clock

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        if self._clock is None:
            return super().formatTime(record, datefmt)
        return f"{datetime.fromtimestamp(self._clock.utc_ns() / 1e9, UTC):%Y-%m-%d %H:%M:%S}"
