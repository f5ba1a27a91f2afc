"""What sinks may ask of a gateway, from a file of the user's, without a gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from wisgate.catalog import catalog as catalogs
from wisgate.config.load import read
from wisgate.core.points import Reading, Value
from wisgate.core.toml import parse
from wisgate.gateway.sinks.base import Access, OnCommand
from wisgate.store.records import Phase

HEAD = 'name = "pump-house"\nboard = "rak7391"\n'


def nobody(point: str, value: Value) -> None:
    """Who takes no commands."""


def access(
    text: str = "",
    command: OnCommand = nobody,
    last: Mapping[str, Reading] | None = None,
    phases: Mapping[str, Phase] | None = None,
    newest: Callable[[], int] = lambda: 0,
) -> Access:
    """`text`: what the file says beside name and board. `last` and `phases` may change later."""
    config = read(parse(HEAD + text, "gateway.toml"), Path(), catalogs.load())
    readings, states = last if last is not None else {}, phases or {}
    return Access(
        config, readings.get, lambda name: states.get(name, Phase.NORMAL), newest, command
    )
