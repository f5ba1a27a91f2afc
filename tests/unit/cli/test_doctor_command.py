"""wisgate doctor: names, cures, exit codes, JSON; on twins, and on a machine that is no box."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wisgate.cli import examining
from wisgate.cli.doctor import command as doctor
from wisgate.core.errors import ConfigError

EXAMPLES = Path(__file__).parents[3] / "examples"
PUMP_HOUSE = str(EXAMPLES / "pump-house.toml")


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def run(*words: str) -> Result:
    return CliRunner().invoke(doctor, list(words))


def names(ran: Result) -> set[str]:
    found = json.loads(ran.stdout)
    assert found["differs"] is (ran.exit_code == 4)
    verdicts = [v for check in found["checks"] for v in check["verdicts"]]
    return {v["name"] for v in verdicts if v["level"] in ("warning", "difference")}


def test_a_healthy_virtual_box() -> None:
    ran = run(PUMP_HOUSE, "--virtual")
    assert ran.exit_code == 0, ran.output
    assert "  fine        wisblock-1: rak5801: answers" in ran.stdout
    assert ran.stdout.splitlines()[-1].endswith(" unknown")
    assert ran.stderr == ""


def test_a_fault_has_its_name_its_expectation_and_its_cure() -> None:
    ran = run(PUMP_HOUSE, "--fault", "no-acknowledge=adc")
    assert ran.exit_code == 4
    lines = ran.stdout.splitlines()
    at = lines.index("  DIFFERENCE  sgm58031 at 0x4b: no acknowledge from 0x4b")
    assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["name", "expected", "cure"]
    assert "1 difference" in lines[-1]


def test_json() -> None:
    assert names(run(PUMP_HOUSE, "--virtual", "--json")) == set()
    ran = run(PUMP_HOUSE, "--fault", "mute-bus=i2c", "--fault", "disk-full=drive", "--json")
    assert names(ran) == {"bus-stuck", "disk-full"}


def test_without_a_file_the_board_is_as_it_is_sold() -> None:
    ran = run("--virtual")
    assert ran.exit_code == 0, ran.output
    assert "wisblock" not in ran.stdout.replace("WisBlock", "")


SCENARIO = """
[[at]]
time = "20s"
fault = "wrong-chip"
target = "adc"
for = "1min"
"""


@pytest.mark.parametrize(("option", "value"), [("--after", "10s"), ("--seed", "1")])
def test_only_a_virtual_board_runs_before(option: str, value: str) -> None:
    """Said as well of what happens to be the default."""
    ran = run(PUMP_HOUSE, option, value)
    assert ran.exit_code == 2
    assert f"{option} is for the virtual board; add --virtual" in ran.stderr


@pytest.mark.parametrize(("after", "expected"), [("10s", set()), ("30s", {"wrong-chip"})])
def test_a_scenario_happens_before(after: str, expected: set[str], tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO)
    ran = run(PUMP_HOUSE, "--scenario", str(file), "--after", after, "--json")
    assert names(ran) == expected


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("no-acknowledge", "is no fault; write module-pulled=wisblock-2"),
        ("no-such=adc", 'no fault "no-such"'),
        ("open-loop=wisblock-2", 'open-loop cannot hit "wisblock-2"; it can hit: wisblock-1'),
    ],
)
def test_a_fault_that_cannot_be(fault: str, says: str) -> None:
    ran = run(PUMP_HOUSE, "--fault", fault)
    assert ran.exit_code == 2  # click's own; the entry point makes 64 of it
    assert says in ran.stderr


def test_a_wrong_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("nonsense")
    assert isinstance(run(str(file)).exception, ConfigError)


def test_here_what_cannot_be_opened_is_a_verdict() -> None:
    """This machine has no bus and no lines, and doctor says so instead of giving up."""
    found = examining.examine_here(examining.config_of(None))
    assert found["differs"]
    by_title = {check["title"]: check["verdicts"] for check in found["checks"]}
    (bus,) = by_title["i2c bus"]
    assert (bus["name"], bus["level"]) == ("bus-failed", "difference")
    assert all(v["level"] == "unknown" for v in by_title["chips"])
    assert by_title["network"]
