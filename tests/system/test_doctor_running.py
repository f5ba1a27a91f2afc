"""doctor and scan ask a gateway that runs, and it goes on working."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import Running, pump_house, wisgate
from peers import free_port


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A virtual gateway whose broker is not there."""
    site = tmp_path_factory.mktemp("site")
    with Running(site, "run", pump_house(site, free_port()), "--virtual") as process:
        yield process.ready()
        process.stop()


def state_of(gateway: Running) -> Path:
    return Path(gateway.err.partition("secrets are in ")[2].split("\n")[0]).parents[1]


def test_doctor_asks_the_running_gateway(gateway: Running) -> None:
    done = wisgate("doctor", "--json", state=state_of(gateway))
    assert (done.returncode, done.stderr) == (4, ""), done.stdout
    found = json.loads(done.stdout)
    verdicts = [v for check in found["checks"] for v in check["verdicts"]]
    wrong = {v["name"] for v in verdicts if v["level"] in ("warning", "difference")}
    assert wrong == {"broker-unreachable"}
    assert any(v["subject"] == "wisblock-1: rak5801" and v["level"] == "ok" for v in verdicts)


def test_scan_asks_the_running_gateway(gateway: Running) -> None:
    done = wisgate("scan", state=state_of(gateway))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "0x4b  here      quick   sgm58031" in done.stdout


def test_the_gateway_goes_on(gateway: Running) -> None:
    for command in ("doctor", "scan"):
        wisgate(command, state=state_of(gateway))
    done = wisgate("read", "--json", state=state_of(gateway))
    points = {p["name"]: p["status"] for p in json.loads(done.stdout)}
    assert points["tank_level"] == "good"
