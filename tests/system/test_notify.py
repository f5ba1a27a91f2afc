"""What systemd hears: a real process and a real socket in its place."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from gateways import PATIENCE_S, Running, pump_house
from peers import free_port

from wisgate.board import virtual_time
from wisgate.cli.notify import STARTING_S, STATUS_S, Notify
from wisgate.core.clock import VirtualClock


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
        said = ["EXTEND_TIMEOUT_USEC=60000000"]
        assert heard.next() == said, "it asks for time before it opens the store"
        while (message := heard.next()) == said:
            pass
        assert message[0] == "READY=1", "nothing else comes before it"
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
            for _beat in range(100):  # some were sent before it hung
                heard.next()
            pytest.fail("it hangs, and its heart beats")
        gateway.send(signal.SIGCONT)
        heard.socket.settimeout(PATIENCE_S)
        heard.hears("WATCHDOG=1")


def test_a_start_may_take_long(listener: tuple[Listener, str]) -> None:
    """Each sign comes well before the time is over that the one before it asked for."""
    heard, address = listener

    async def main() -> None:
        async with Notify({"NOTIFY_SOCKET": address}).starting():
            await asyncio.sleep(2 * STATUS_S + 1)
        await asyncio.sleep(5 * STATUS_S)

    virtual_time.run(main(), VirtualClock())
    Notify({"NOTIFY_SOCKET": address}).tell("READY=1")
    signs = [heard.next()[0] for _ in range(4)]
    assert signs == 3 * [f"EXTEND_TIMEOUT_USEC={STARTING_S * 1e6:.0f}"] + ["READY=1"]
    assert STARTING_S > 3 * STATUS_S


@pytest.mark.parametrize("text", ["sink plant: é\n" * 1000, "\udcff"])
def test_a_long_status_does_not_swallow_the_heartbeat(
    listener: tuple[Listener, str], text: str
) -> None:
    heard, address = listener

    async def main() -> None:
        notify = Notify({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"})
        telling = asyncio.create_task(notify.keep_telling(lambda: text))
        await asyncio.sleep(1.5)
        telling.cancel()

    virtual_time.run(main(), VirtualClock())
    for line in ("READY=1", "WATCHDOG=1"):
        message = heard.socket.recv(65536)
        assert len(message) <= 4096
        first, status = message.decode().split("\n")
        assert first == line
        assert status.startswith(("STATUS=sink plant: é", "STATUS=?"))


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": "/nobody/here"}, {"NOTIFY_SOCKET": "@nobody-here-either"}],
)
def test_without_anybody_who_listens_nothing_happens(environment: dict[str, str]) -> None:
    Notify(environment).tell("READY=1")
