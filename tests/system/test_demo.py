"""`wisgate demo`, as a stranger meets it: an address, a claim code, a living tank, a clean end."""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from gateways import Running, Stored, wisgate
from peers import free_port, until

ALIVE_S = 5.0
"""Who opens the dashboard sees the level move within this time."""


def demo(site: Path, port: int) -> Running:
    words = ["demo", "--listen", f"127.0.0.1:{port}", "--data", site / "data"]
    return Running(site, *words)


def level(gateway: Running) -> Any:
    with urllib.request.urlopen(f"{gateway.url}/api/v1/points", timeout=10) as answer:
        points = {point["name"]: point for point in json.load(answer)["points"]}
    return points["tank_level"]["value"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_tank_lives_and_the_end_is_clean(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with demo(tmp_path, port) as gateway:
        gateway.says("claim code: ")
        assert f"dashboard: http://127.0.0.1:{port}/\n" in gateway.out
        assert re.search(r"^claim code: [A-Z0-9]{4}-[A-Z0-9]{4} ", gateway.out, re.MULTILINE)
        opened = time.monotonic()
        seen: set[float] = set()
        until(lambda: (seen.add(level(gateway)) or len(seen - {None})) > 1, "the level moves")
        took = time.monotonic() - opened
        assert took < 3 * ALIVE_S, f"{took:.1f} s"  # on a busy machine; alone it is one third
        done = wisgate("write", "pump", "on", "--data", tmp_path / "data", state=tmp_path)
        assert done.returncode == 0, done.stderr
        assert gateway.stop(number) == 0, gateway.err
        assert "Traceback" not in gateway.err
        assert gateway.err.endswith("demo: stopped; outputs are safe\n")
    assert Stored(tmp_path / "data").of("pump")[-1] == (0, "good", "safe state")
    assert not (tmp_path / "data/control.sock").exists()


def test_a_second_terminal_finds_the_demo(tmp_path: Path) -> None:
    """Without --data, as in the README; nothing is left behind."""
    state = tmp_path / "state"
    with Running(tmp_path, "demo", "--listen", "127.0.0.1:0") as gateway:
        gateway.ready()
        for words in (("read", "tank_level"), ("write", "pump", "on"), ("claim",)):
            done = wisgate(*words, state=state)
            assert done.returncode == 0, done.stderr
        gateway.stop()
    assert list((state / "wisgate").iterdir()) == []


def test_the_claim_code_comes_once(tmp_path: Path) -> None:
    """A code that was not used is replaced at the next start; it never goes to the log."""
    codes = set()
    for _ in range(2):
        with demo(tmp_path, free_port()) as gateway:
            gateway.says("claim code: ")
            match = re.search(r"claim code: (\S+)", gateway.out)
            assert match is not None
            codes.add(match[1])
            assert match[1] not in gateway.err
            gateway.stop()
    assert len(codes) == 2


def test_an_address_beyond_this_machine_is_refused(tmp_path: Path) -> None:
    done = wisgate("demo", "--listen", "0.0.0.0:8391", state=tmp_path)
    assert done.returncode == 64
    assert "write 127.0.0.1 and a port" in done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with demo(tmp_path / "first", free_port()) as first:
        first.ready()
        taken = first.url.rpartition(":")[2]
        with demo(tmp_path / "second", int(taken)) as second:
            assert second.ends(20) == 1
            assert "--listen" in second.err.splitlines()[-1]
            assert "Traceback" not in second.err


def test_the_radio_of_the_demo_can_be_captured(tmp_path: Path) -> None:
    """Both boards hear; what they hear from now on is in the file, a packet for each."""
    with demo(tmp_path, free_port()) as gateway:
        gateway.ready()

        def heard() -> list[int]:
            with urllib.request.urlopen(f"{gateway.url}/api/v1/radio", timeout=10) as answer:
                return [board["heard"] for board in json.load(answer)["boards"]]

        gateway.says("lorawan: forwarders at port")
        until(lambda: all(heard()), "both boards hear", 60)
        file = tmp_path / "radio.pcapng"
        words = ("lora", "capture", file, "--for", "12s", "--data", tmp_path / "data")
        before = sum(heard())
        done = wisgate(*words, state=tmp_path)
        assert done.returncode == 0, done.stderr
        came = sum(heard()) - before
        found = file.read_bytes()
        assert found.startswith(b"\x0a\x0d\x0d\x0a")
        packets = found.count(bytes.fromhex("0000000f"))  # LoRaTap 0
        assert 0 < packets <= came + 2
        assert int(done.stderr.split(": ")[1].split()[0]) > 0
        assert gateway.stop() == 0, gateway.err
    done = wisgate("lora", "capture", file, "--data", tmp_path / "data", state=tmp_path)
    assert (done.returncode, "no gateway runs here" in done.stderr) == (1, True)
