"""The commands as people and scripts use them: words, exit codes, JSON, pipes."""

from __future__ import annotations

import getpass
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import PATIENCE_S, PUMP_HOUSE, WISGATE, Running, environment, pump_house, wisgate
from peers import free_port, until

from wisgate.cli import COMMANDS

PAGES = [*((name,) for name in COMMANDS), ("catalog", "list"), ("catalog", "show")]
ESCAPE = "\x1b"


def good(*words: str | Path, state: Path) -> str:
    """What a command prints that must succeed."""
    done = wisgate(*words, state=state)
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    return done.stdout


def bad(*words: str | Path, state: Path, code: int) -> str:
    """What a command says that must fail."""
    done = wisgate(*words, state=state)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway in the state folder `site/state`, for the tests that only ask."""
    site = tmp_path_factory.mktemp("site")
    with Running(site, "run", pump_house(site, free_port()), "--virtual") as process:
        yield process.ready()
        process.stop()


def state_of(gateway: Running) -> Path:
    return Path(gateway.err.partition("secrets are in ")[2].split("\n")[0]).parents[1]


# Help and usage


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_every_page_of_help_has_an_example(words: tuple[str, ...], tmp_path: Path) -> None:
    page = good(*words, "--help", state=tmp_path)
    assert page.startswith(f"Usage: wisgate {' '.join(words)}")
    assert re.search(r"Examples?: wisgate ", page), page
    assert good(*words, "-h", state=tmp_path) == page


def test_the_first_page_names_every_command(tmp_path: Path) -> None:
    page = good("--help", state=tmp_path)
    assert all(re.search(rf"^  {name} ", page, re.MULTILINE) for name in COMMANDS)
    assert "wisgate demo" in page


def test_the_changelog_names_every_command() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    _, _, line = text.partition("- **Commands**:")
    named = re.findall(r"`(\w+)`", line.partition("\n- **")[0])
    assert set(COMMANDS) <= set(named)


def test_the_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"wisgate, version \d+\.\d+\.\d+\n", good("--version", state=tmp_path))


def test_the_package_is_the_command(tmp_path: Path) -> None:
    for words in (("--version",), ("--help",), ("check", "gateway.toml"), ("bogus",)):
        done = subprocess.run(
            [sys.executable, "-m", "wisgate", *words], capture_output=True, text=True,
            timeout=PATIENCE_S, check=False, env=environment(tmp_path), cwd=tmp_path,
        )  # fmt: skip
        command = wisgate(*words, state=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (
            command.returncode, command.stdout, command.stderr,
        )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",), ("check",), ("run",), ("--bogus",), ("write", "pump"), ("history",),
        ("run", "f", "--fast-forward", "24"), ("run", "f", "--fast-forward", "-1h"),
        ("run", "f", "--fast-forward", "3m"), ("run", "f", "--seed", "x"),
        ("history", "p", "--buckets", "0"), ("catalog", "show"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_64(words: tuple[str, ...], tmp_path: Path) -> None:
    assert "Error: " in bad(*words, state=tmp_path, code=64)


def test_no_command_at_all_shows_the_help(tmp_path: Path) -> None:
    done = wisgate(state=tmp_path)
    assert done.returncode == 64
    assert done.stdout.startswith("Usage: wisgate")


# check


def test_a_good_file(tmp_path: Path) -> None:
    assert good("check", PUMP_HOUSE, state=tmp_path).startswith(f"{PUMP_HOUSE}: fine. pump-house")


def test_a_bad_file_names_every_fault_with_its_line(tmp_path: Path) -> None:
    file = pump_house(tmp_path, 1883, ('interval = "1s"', 'intervall = "1s"'),
                      ('warm_up = "2s"', 'warm_up = "2V"'))  # fmt: skip
    said = bad("check", file, state=tmp_path, code=2).splitlines()
    assert len(said) == 2
    assert all(re.match(rf"{re.escape(str(file))}:\d+: ", line) for line in said)
    assert "did you mean" in said[0]


def test_a_conflicting_file_is_3(tmp_path: Path) -> None:
    # The INA219 of the RAK16000 and an address of its own: both slots share one bus.
    file = tmp_path / "gateway.toml"
    file.write_text(
        'name = "two"\nboard = "rak7391"\n'
        '[[slot]]\nslot = "wisblock-1"\nmodule = "rak16000"\n'
        '[[slot]]\nslot = "wisblock-2"\nmodule = "rak16000"\n'
    )
    said = bad("check", file, state=tmp_path, code=3)
    assert "wisblock-1" in said
    assert "wisblock-2" in said
    assert bad("run", file, "--virtual", state=tmp_path, code=3) == said


# read, write, history with a gateway


def test_read_from_a_running_gateway(gateway: Running) -> None:
    state = state_of(gateway)
    gateway.says("")
    lines = good("read", state=state).splitlines()
    assert [line.split()[0] for line in lines][:2] == ["tank_level", "pump"]
    either = (["pump", "off", "good"], ["pump", "on", "good"])  # its rules switch it meanwhile
    assert good("read", "pump", state=state).split()[:3] in either
    assert good("read", "--now", "pump", state=state).split()[:3] in either
    (point,) = json.loads(good("read", "pump", "--json", state=state))
    assert point["name"] == "pump"
    assert isinstance(point["value"], bool)


def test_an_unknown_point_brings_a_proposal(gateway: Running) -> None:
    state = state_of(gateway)
    for words in (["read", "tank_levle"], ["write", "tank_levle", "1"], ["history", "tank_levle"]):
        assert "tank_level" in bad(*words, state=state, code=1)
    assert "there are: " in bad("read", "xyz", state=state, code=1)


def test_what_cannot_be_written(gateway: Running) -> None:
    state = state_of(gateway)
    said = bad("write", "tank_level", "3", state=state, code=1)
    assert said == "tank_level is measured; it cannot be set\n"
    assert "true or false" in bad("write", "pump", "3", state=state, code=1)


def test_a_pump_is_not_switched_too_often(tmp_path: Path) -> None:
    words = ["run", pump_house(tmp_path, free_port()), "--virtual"]
    with Running(tmp_path, *words, "--data", tmp_path / "data") as gateway:
        gateway.ready()
        assert write(tmp_path, "pump", "on") == "pump = on\n"
        assert write(tmp_path, "maintenance", "true") == "maintenance = on\n"
        refused = bad("write", "pump", "off", "--data", tmp_path / "data", state=tmp_path, code=1)
        assert re.fullmatch(
            r"pump was switched on \d+ s ago and stays so for 20 s \(min_on\);"
            r" try again in \d+ s\n",
            refused,
        )
        history = good("history", "pump", "--data", tmp_path / "data", state=tmp_path)
        assert [line.split()[1:3] for line in history.splitlines()][-1] == ["good", "on"]
        assert gateway.stop() == 0


def test_who_switched_is_told_by_gateway_and_store(tmp_path: Path) -> None:
    file = pump_house(tmp_path, free_port())
    words = ["history", "pump", "--file", file, "--data", tmp_path / "data"]
    with Running(tmp_path, "run", file, "--virtual", *words[-2:]) as gateway:
        gateway.ready()
        write(tmp_path, "pump", "on")
        who = f"user {getpass.getuser()}"
        assert good(*words, state=tmp_path).splitlines()[-1].endswith(f"good       on  by {who}")
        told = json.loads(good(*words, "--json", state=tmp_path))["rows"]
        assert gateway.stop() == 0
    stored = json.loads(good(*words, "--json", state=tmp_path))["rows"]
    assert stored[: len(told)] == told
    assert (told[-1]["cause"], stored[-1]["cause"]) == (who, "safe state")


def write(site: Path, point: str, value: str) -> str:
    return good("write", point, value, "--data", site / "data", state=site)


def test_history_as_json_and_in_buckets(gateway: Running) -> None:
    state = state_of(gateway)

    def asked() -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(good("history", "led_1", "--json", state=state))
        return answer

    until(lambda: bool(asked()["rows"]), "the lamp is sampled and stored")
    assert asked()["point"] == "led_1"
    assert asked()["rows"][0]["value"] is False
    found = json.loads(good("history", "led_1", "--buckets", "3", "--json", state=state))
    assert len(found["rows"]) <= 3


# Without a gateway


def test_without_a_gateway_the_way_out_is_told(tmp_path: Path) -> None:
    for words in (["read"], ["write", "pump", "on"], ["history", "pump"]):
        assert "--file" in bad(*words, state=tmp_path, code=1)


def test_read_from_the_board_of_a_file(tmp_path: Path) -> None:
    words = ["--file", PUMP_HOUSE, "--virtual"]
    points = json.loads(good("read", *words, "--json", state=tmp_path))
    assert {point["name"]: point["status"] for point in points}["tank_level"] == "good"
    said = bad("read", "pmup", *words, state=tmp_path, code=1)
    assert said == 'no point is called "pmup"; did you mean pump?\n'


def test_write_to_the_board_of_a_file(tmp_path: Path) -> None:
    words = ["--file", PUMP_HOUSE, "--virtual", "--hold", "100ms"]
    assert good("write", "pump", "on", *words, state=tmp_path) == "pump = on for 0.1 s, then safe\n"
    assert "cannot be written" in bad("write", "tank_level", "1", *words, state=tmp_path, code=1)


def test_a_write_that_is_ended_makes_the_output_safe(tmp_path: Path) -> None:
    words = ["write", "pump", "on", "--file", PUMP_HOUSE, "--virtual", "--hold", "10min"]
    with Running(tmp_path, *words) as writing:
        writing.says("pump = on")
        assert writing.stop() == 1
        assert writing.err == "stopped before its time; outputs are safe\n"


def test_hardware_that_is_not_there(tmp_path: Path) -> None:
    said = bad("read", "--file", PUMP_HOUSE, state=tmp_path, code=1)
    assert said.count("\n") == 1
    assert "/dev/i2c-1" in said


def test_history_from_a_store(tmp_path: Path) -> None:
    data = tmp_path / "day"
    good("run", PUMP_HOUSE, "--fast-forward", "30min", "--data", data, state=tmp_path)
    words = ["history", "tank_level", "--file", PUMP_HOUSE, "--data", data]
    found = json.loads(good(*words, "--last", "10min", "--json", state=tmp_path))
    assert len(found["rows"]) > 10
    lines = good(*words, "--last", "10min", "--buckets", "4", state=tmp_path).splitlines()
    assert len(lines) <= 4
    assert re.match(r"2026-01-01T\S+  good ", lines[0])
    said = bad("history", "pump", "--file", PUMP_HOUSE, "--data", tmp_path / "no", state=tmp_path,
               code=1)  # fmt: skip
    assert "holds no store" in said


# catalog


def test_the_catalog(tmp_path: Path) -> None:
    assert "rak5801" in good("catalog", "list", state=tmp_path)
    rows = json.loads(good("catalog", "list", "--json", state=tmp_path))
    for identifier in ("rak7391", "rak5801", "ina219", "wisblock-io"):
        assert identifier in {row["id"] for row in rows}
        assert good("catalog", "show", identifier, state=tmp_path)
        shown = json.loads(good("catalog", "show", identifier, "--json", state=tmp_path))
        assert shown["id"] == identifier
    said = bad("catalog", "show", "rak5081", state=tmp_path, code=1)
    assert "did you mean" in said
    assert "rak5801" in said


# Terminals and pipes


@pytest.mark.parametrize("words", ["catalog list", "catalog show rak7391", "check --help"])
def test_a_pipe_that_is_closed_early(words: str, tmp_path: Path) -> None:
    script = f"set -o pipefail; {WISGATE} {words} | head -1"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        env=environment(tmp_path),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_no_colours_where_nobody_sees_them(gateway: Running, tmp_path: Path) -> None:
    state = state_of(gateway)
    for words in (["read"], ["catalog", "list"], ["catalog", "show", "rak5801"], ["--help"]):
        assert ESCAPE not in good(*words, state=state)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_in_a_terminal(no_color: str, coloured: bool, tmp_path: Path) -> None:
    command = f"{WISGATE} catalog list"
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"], capture_output=True, timeout=PATIENCE_S,
        check=True, text=True, stdin=subprocess.DEVNULL,
        env={**environment(tmp_path), "TERM": "xterm", "NO_COLOR": no_color},
    )  # fmt: skip
    assert (ESCAPE in done.stdout) is coloured
