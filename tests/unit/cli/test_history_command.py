"""What `wisgate history` lets people ask for, and whom it asks."""

from __future__ import annotations

import socketserver
import threading
from pathlib import Path

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


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("pump-house", "pump-house/control.sock: the gateway does not answer"),
        ("pump-house-virtual", "pump-house-virtual/control.sock: the gateway does not answer"),
        ("other", "pump-house holds no store"),
    ],
)
def test_a_file_is_never_answered_by_another_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str, said: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    control = tmp_path / "wisgate" / runs / "control.sock"
    control.parent.mkdir(parents=True)
    with socketserver.UnixStreamServer(str(control), socketserver.BaseRequestHandler) as silent:
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        result = CliRunner().invoke(command, ["tank_level", "--file", str(PUMP_HOUSE)])
        silent.shutdown()
    assert said in str(result.exception)
