"""What `wisgate history` lets people ask for, and whom it asks."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from click.testing import CliRunner
from gateways import PUMP_HOUSE

from wisgate.cli.history import command
from wisgate.web.points import MAX_BUCKETS


def test_as_many_buckets_as_the_running_gateway_gives() -> None:
    buckets = next(p.type for p in command.params if p.name == "buckets")
    assert isinstance(buckets, click.IntRange)
    assert buckets.max == MAX_BUCKETS


@pytest.fixture
def short_path() -> Iterator[Path]:
    """The path of a socket has 107 bytes at most; pytest's own folders leave too few of them."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("pump-house", "pump-house/control.sock: the gateway does not answer"),
        ("pump-house-virtual", "pump-house-virtual/control.sock: the gateway does not answer"),
        ("other", "pump-house holds no store"),
    ],
)
def test_no_other_gateway_answers(
    short_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str, said: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(short_path))
    control = short_path / "wisgate" / runs / "control.sock"
    control.parent.mkdir(parents=True)
    with socketserver.UnixStreamServer(str(control), socketserver.BaseRequestHandler) as silent:
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        result = CliRunner().invoke(command, ["tank_level", "--file", str(PUMP_HOUSE)])
        silent.shutdown()
    assert said in str(result.exception)
