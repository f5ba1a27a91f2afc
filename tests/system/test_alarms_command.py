"""`wisgate alarms` with a gateway that runs: shown, acknowledged, shelved, and by whom."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import pump_house, running, wisgate
from peers import free_port, until

ALARMS = """
[[alarm]]
name = "maintained"
when = "maintenance"
severity = "high"
text = "somebody works at the pump"
latch = true

[[alarm]]
name = "overflow"
point = "tank_level"
above = "3.4m"
"""
WHO = f"user {getpass.getuser()}"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Path]:
    file = pump_house(tmp_path, free_port(), more=ALARMS)
    with running(tmp_path, file, tmp_path / "data"):
        yield tmp_path


def said(folder: Path, *words: str) -> str:
    done = wisgate(*words, "--data", folder / "data", state=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def state(folder: Path) -> dict[str, Any]:
    alarms = {a["name"]: a for a in json.loads(said(folder, "alarms", "list", "--json"))}
    found: dict[str, Any] = alarms["maintained"]
    return found


def test_from_raised_to_gone(gateway: Path) -> None:
    lines = said(gateway, "alarms").splitlines()
    assert [line.split() for line in lines] == [
        ["maintained", "normal", "high", "somebody", "works", "at", "the", "pump"],
        ["overflow", "normal", "medium"],
    ]
    said(gateway, "write", "maintenance", "on")
    until(lambda: state(gateway)["state"] == "active", "the alarm is raised")
    assert f"by {WHO}" in said(gateway, "alarms", "ack", "maintained")
    assert state(gateway)["state"] == "acknowledged"
    said(gateway, "alarms", "shelve", "maintained", "--for", "2h", "--reason", "new seal")
    shelved = state(gateway)
    assert (shelved["state"], shelved["cause"]) == ("shelved", f"{WHO}: new seal")
    assert shelved["shelved_until"] > shelved["since"]
    (answer,) = json.loads(said(gateway, "alarms", "unshelve", "maintained", "--json"))
    assert (answer["state"], answer["shelved_until"]) == ("acknowledged", None)
    said(gateway, "write", "maintenance", "off")
    until(lambda: state(gateway)["state"] == "normal", "the alarm is gone")
    journal = said(gateway, "history", "alarm/maintained").splitlines()
    assert [line.split("  ", 1)[1].split() for line in journal] == [
        ["active", "high"],
        ["acknowledged", "high", "by", *WHO.split()],
        ["shelved", "high", "until", shelved["shelved_until"], *f"by {WHO}: new seal".split()],
        ["acknowledged", "high", "by", *WHO.split()],
        ["normal", "high"],
    ]
    found = json.loads(said(gateway, "history", "alarm/maintained", "--json"))
    assert [row["state"] for row in found["rows"]] == [line.split()[1] for line in journal]
    assert found["rows"][2]["cause"] == f"{WHO}: new seal"
    done = wisgate("history", "maintained", "--data", gateway / "data", state=gateway)
    assert (done.returncode, "did you mean alarm/maintained?" in done.stderr) == (1, True)


def test_what_cannot_be_done_is_said(gateway: Path) -> None:
    for words, reason in [
        (("ack", "overflow"), "overflow is normal: there is nothing to acknowledge"),
        (("ack", "overflwo"), 'there is no alarm "overflwo"; did you mean "overflow"?'),
        (("shelve", "overflow", "--for", "31d"), "overflow can be shelved for 30 days at most"),
        (("unshelve", "overflow"), "overflow is not shelved"),
    ]:
        done = wisgate("alarms", *words, "--data", gateway / "data", state=gateway)
        assert done.returncode == 1
        assert reason in done.stderr


def test_without_a_gateway(tmp_path: Path) -> None:
    done = wisgate("alarms", "--data", tmp_path, state=tmp_path)
    assert done.returncode == 1
    assert "no gateway runs here; start one" in done.stderr
