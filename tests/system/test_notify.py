"""What systemd hears: a real process and a real socket in its place."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from gateways import PATIENCE_S, Running, pump_house
from peers import free_port

from wisgate.cli.notify import Notify


class Listener:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.socket.settimeout(PATIENCE_S)

    def next(self) -> list[str]:
        return self.socket.recv(4096).decode().split("\n")

    def hears(self, line: str) -> list[str]:
        """The first message with that line."""
        while line not in (message := self.next()):
            pass
        return message


@pytest.fixture(params=["notify", "@"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Listener, str]]:
    address = f"@{tmp_path}/a" if request.param == "@" else str(tmp_path / "notify")
    made = Listener(address)
    yield made, address
    made.socket.close()


def test_a_gateway_is_ready_beats_tells_its_status_and_stops(
    listener: tuple[Listener, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, address = listener
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "600000")
    file = pump_house(tmp_path, free_port())
    with Running(tmp_path, "run", file, "--virtual", "--data", tmp_path / "data") as gateway:
        assert heard.next()[0] == "READY=1", "nothing comes before it"
        gateway.says("dashboard: ")
        status = heard.hears("WATCHDOG=1")[1]
        while "sink" not in status:
            status = heard.hears("WATCHDOG=1")[1]
        assert status.startswith("STATUS=sink plant: "), "the broker is not there"
        gateway.send(signal.SIGTERM)
        heard.hears("STOPPING=1")
        assert gateway.ends() == 0


def test_a_process_that_hangs_beats_no_more(
    listener: tuple[Listener, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, address = listener
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    file = pump_house(tmp_path, free_port())
    with Running(tmp_path, "run", file, "--virtual", "--data", tmp_path / "data") as gateway:
        heard.hears("WATCHDOG=1")
        gateway.send(signal.SIGSTOP)
        heard.socket.settimeout(2.0)
        with suppress(TimeoutError):
            for _beat in range(5):
                heard.next()
            pytest.fail("it hangs, and its heart beats")
        gateway.send(signal.SIGCONT)
        heard.socket.settimeout(PATIENCE_S)
        heard.hears("WATCHDOG=1")


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": "/nobody/here"}, {"NOTIFY_SOCKET": "@nobody-here-either"}],
)
def test_without_anybody_who_listens_nothing_happens(environment: dict[str, str]) -> None:
    Notify(environment).tell("READY=1")
