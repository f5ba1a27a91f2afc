"""What the check of sinks says of those that no connection can be tried with."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wisgate.config.addresses import Url
from wisgate.config.model import SinkConfig, Where
from wisgate.config.sinks.file import FileConfig
from wisgate.config.sinks.http import HttpConfig
from wisgate.config.sinks.influx import InfluxConfig
from wisgate.gateway.checks import sinks
from wisgate.gateway.verdicts import Level

WHERE = Where("gateway.toml", 1)


def checked(sink: SinkConfig) -> Any:
    """On a box without a running gateway."""
    surroundings = SimpleNamespace(link=lambda: True)
    gateway = SimpleNamespace(
        config=SimpleNamespace(sinks=[sink]), board=SimpleNamespace(surroundings=surroundings),
        virtual=False, forwarders={},
    )  # fmt: skip
    box: Any = SimpleNamespace(gateway=gateway, alone=True)
    (verdict,) = asyncio.run(sinks.check(box))
    return verdict


@pytest.mark.parametrize(
    ("sink", "told"),
    [
        (
            InfluxConfig(WHERE, "a", "influx", (), url=Url("udp", "127.0.0.1", 9), version="1"),
            "whether datagrams arrive, nobody says",
        ),
        (FileConfig(WHERE, "a", "file", (), folder=Path("x")), "only a running gateway tries"),
    ],
)
def test_nobody_is_called_unreachable_without_a_try(sink: SinkConfig, told: str) -> None:
    verdict = checked(sink)
    assert verdict.level is Level.UNKNOWN
    assert told in str(verdict)


def test_a_web_server_is_tried_at_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        sink = HttpConfig(WHERE, "a", "http", (), url=Url("http", "127.0.0.1", port, "/in"))
        assert f"port {port} is open" in str(checked(sink))
    assert checked(sink).level is Level.DIFFERENCE
