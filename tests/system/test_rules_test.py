"""`wisgate rules test` on what a gateway lived through: the same acts, and those of other rules."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from gateways import PATIENCE_S, PUMP_HOUSE, WISGATE, Stored, environment, wisgate

SECONDS = 3600
MORE = """
[[alarm]]
name = "low"
point = "tank_level"
below = "0.85m"
clear = "1.5m"
severity = "low"

[[alarm]]
name = "never"
point = "tank_level"
above = "3.4m"

[[calculate]]
name = "fill_percent"
value = "tank_level / 3.5m * 100"

[[rule]]
name = "note"
when = "fill_percent > 40 and alarm(low)"
set = { maintenance = true }
"""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    done = wisgate(
        "run", PUMP_HOUSE, "--fast-forward", f"{SECONDS}s", "--data", folder, state=folder
    )
    assert done.returncode == 0, done.stderr
    return folder


def rehearsed(file: Path, lived: Path, *words: str) -> dict[str, Any]:
    done = wisgate(
        "rules", "test", file, "--history", "--data", lived, "--json", *words, state=lived
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_same_rules_do_what_they_did(lived: Path) -> None:
    before = (lived / "wisgate.db").read_bytes()
    found = rehearsed(PUMP_HOUSE, lived)
    journal = Stored(lived)
    did = [
        (cause, value, time_ns / 1e9)
        for (*_, value, _status, cause), time_ns in zip(journal.rows, journal.times, strict=True)
        if cause in ("fill", "full")
    ]
    assert len(did) > 10
    events = [
        (e["cause"], e["value"], datetime.fromisoformat(e["time"]).timestamp())
        for e in found["events"]
    ]
    assert [e[:2] for e in events] == [(cause, bool(value)) for cause, value, _ in did]
    assert all(abs(e[2] - d[2]) < 1 for e, d in zip(events, did, strict=True))
    assert found["acts"]["fill"] + found["acts"]["full"] == len(did)
    assert (lived / "wisgate.db").read_bytes() == before


def test_new_alarms_rules_and_calculated_points(lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text(PUMP_HOUSE.read_text() + MORE)
    found = rehearsed(file, lived)
    low, never = found["alarms"]
    phases = [e["state"] for e in found["events"] if e.get("alarm") == "low"]
    assert phases[:2] == ["active", "normal"]
    assert low["times"] == phases.count("active") > 0
    assert 0 < low["seconds"] < SECONDS
    assert (never["times"], never["seconds"], never["state"]) == (0, 0, "normal")
    assert found["acts"]["note"] >= 1
    (first,) = [e for e in found["events"] if e.get("cause") == "note"][:1]
    assert (first["point"], first["value"]) == ("maintenance", True)
    # who is at the pump keeps it off: what a rule makes has its effect on the others
    fills = [e["time"] for e in found["events"] if e.get("cause") == "fill"]
    assert max(fills, default="") <= first["time"]


def test_in_words(lived: Path) -> None:
    done = wisgate(
        "rules", "test", PUMP_HOUSE, "--history", "--data", lived, "--last", "10min", state=lived
    )
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(line.endswith("full: pump = off") for line in lines)
    assert any(" readings of 0.1667 h" in line for line in lines)
    assert done.stderr == ""


def test_a_bar_in_the_terminal_takes_nothing_away(lived: Path) -> None:
    words = ["rules", "test", PUMP_HOUSE, "--history", "--data", lived]
    quiet = wisgate(*words, state=lived).stdout
    assert "  fill: pump = on" in quiet
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            [WISGATE, *words], stdout=subprocess.PIPE, stderr=theirs, text=True,
            env={**environment(lived), "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # EIO: nobody has the other end
            while some := terminal.read(4096):
                shown += some
        assert process.communicate(timeout=PATIENCE_S)[0] == quiet
    assert b"readings" in shown
    assert b"pump" not in shown


def test_who_has_seen_enough_ends_it(lived: Path) -> None:
    command = f"{WISGATE} rules test {PUMP_HOUSE} --history --data {lived} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=True,
        timeout=PATIENCE_S, env=environment(lived),
    )  # fmt: skip
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_a_time_after_all_readings_is_refused(lived: Path) -> None:
    words = ("--history", "--data", lived, "--from", "2100-01-01")
    done = wisgate("rules", "test", PUMP_HOUSE, *words, state=lived)
    assert done.returncode == 64
    assert "--from is after the last reading" in done.stderr


def test_what_is_not_there_is_told(lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    text = PUMP_HOUSE.read_text().replace('name = "tank_level"', 'name = "tank_height"')
    file.write_text(text.replace("tank_level", "tank_height"))
    done = wisgate("rules", "test", file, "--history", "--data", lived, state=lived)
    assert (done.returncode, done.stderr) == (0, "nothing was stored of tank_height\n")
    done = wisgate("rules", "test", file, "--history", "--data", tmp_path, state=tmp_path)
    assert done.returncode == 1
    assert "holds no store; say with --data where it is" in done.stderr
