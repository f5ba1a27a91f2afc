"""The guard of loopback.py does its work."""

from __future__ import annotations

import socket

import pytest
from loopback import NotLoopback, is_local


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("192.0.2.1", False),
        ("broker.example", False),
    ],
)
def test_what_is_local(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_reaching_out_is_refused_and_remembered(loopback_only: list[str]) -> None:
    with socket.socket() as s, pytest.raises(NotLoopback, match=r"192\.0\.2\.1"):
        s.connect(("192.0.2.1", 80))
    with pytest.raises(NotLoopback, match=r"broker\.example"):
        socket.getaddrinfo("broker.example", 1883)
    assert len(loopback_only) == 2
    loopback_only.clear()


def test_loopback_is_allowed(loopback_only: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()[:2]).close()
    assert loopback_only == []
