"""wisgate scan: who answers, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wisgate.cli.scan import command as scan
from wisgate.core.errors import BusUnavailable

EXAMPLES = Path(__file__).parents[3] / "examples"
AMBIENT = str(EXAMPLES / "ambient.toml")


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def run(*words: str) -> Result:
    return CliRunner().invoke(scan, list(words))


def test_everybody_is_there() -> None:
    ran = run(AMBIENT, "--virtual")
    assert ran.exit_code == 0, ran.output
    assert "0x41  here      quick   ina219, wisblock-2: rak16000: answers" in ran.stdout
    assert "0x50  here      read    cat24c32, EEPROM: answers" in ran.stdout


def test_somebody_is_missing() -> None:
    ran = run(AMBIENT, "--fault", "module-pulled=wisblock-2")
    assert ran.exit_code == 4
    assert "0x41  missing" in ran.stdout


def test_without_a_file_nobody_is_a_stranger() -> None:
    ran = run("--virtual", "--json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["differs"] is False


def test_json_says_how_and_why() -> None:
    found = json.loads(run(AMBIENT, "--virtual", "--json").stdout)
    row = next(row for row in found["seen"] if row["address"] == 0x41)
    assert (row["bus"], row["found"], row["probe"]) == ("i2c-1", "here", "quick")
    assert row["why"] == "an empty write means nothing to a ina219"


def test_a_machine_without_the_bus() -> None:
    assert isinstance(run(AMBIENT).exception, BusUnavailable)
