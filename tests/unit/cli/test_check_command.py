"""wisgate check and run: warnings on stderr, conflicts with exit code 3, the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from wisgate.cli.check import command as check
from wisgate.cli.run import command as run
from wisgate.core.errors import PlanConflict, Unavailable

HEAD = 'name = "bench"\nboard = "rak7391"\n'
WARNED = f"{HEAD}\n[host]\nrtc_alarm = true\n\n[jumpers]\nwake = true\n"
TWO = "".join(f'[[slot]]\nslot = "wisblock-{n}"\nmodule = "rak16000"\n' for n in (1, 2))
ALARM = "warning: J39 9-10: an alarm that goes off while the gateway runs resets it"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.toml"


def test_a_plan_with_only_warnings_is_fine(file: Path) -> None:
    file.write_text(WARNED, encoding="utf-8")
    ran = CliRunner().invoke(check, [str(file)])
    assert ran.exit_code == 0
    assert ran.stderr.startswith(f"{file}:4: {ALARM}\n")
    assert "    cure: take the cap off J39 9-10\n    or: set no alarms\n" in ran.stderr
    assert ran.stdout.startswith(f"{file}: fine. bench on rak7391: 0 of 9 slots used")


def test_run_tells_warnings_and_runs(file: Path, tmp_path: Path) -> None:
    file.write_text(WARNED, encoding="utf-8")
    words = [str(file), "--fast-forward", "1min", "--data", str(tmp_path / "store")]
    ran = CliRunner().invoke(run, words)
    assert ran.exit_code == 0, ran.output
    assert ALARM in ran.stderr


def test_a_conflict_is_raised_after_the_warnings(file: Path) -> None:
    file.write_text(f"{WARNED}{TWO}", encoding="utf-8")
    ran = CliRunner().invoke(check, [str(file)])
    assert isinstance(ran.exception, PlanConflict)
    assert ran.exception.exit_code == 3
    assert ALARM in ran.stderr
    assert "fine" not in ran.stdout


def test_json_holds_both_sides_and_the_lines_of_a_cure(file: Path) -> None:
    file.write_text(f"{WARNED}{TWO}", encoding="utf-8")
    ran = CliRunner().invoke(check, [str(file), "--json"])
    found = json.loads(ran.stdout)
    assert (found["name"], found["board"], found["fits"]) == ("bench", "rak7391", False)
    conflict, warning = found["findings"]
    assert (conflict["severity"], warning["severity"]) == ("conflict", "warning")
    assert [c["where"] for c in conflict["claims"]] == [f"{file}:9", f"{file}:12"]
    assert conflict["cures"][0]["file"] == ['[[slot]] "wisblock-1" address = 0x40']
    assert warning["cures"][0]["file"] == ["[jumpers] wake = false"]
    assert ran.stderr == ""


def test_json_of_a_file_without_findings(file: Path) -> None:
    file.write_text(HEAD, encoding="utf-8")
    ran = CliRunner().invoke(check, [str(file), "--json"])
    assert ran.exit_code == 0
    expected = {"name": "bench", "board": "rak7391", "fits": True, "findings": []}
    assert json.loads(ran.stdout) == expected


def test_keys_and_codecs_of_end_devices_are_tried(file: Path, tmp_path: Path) -> None:
    text = '[lorawan]\nregion = "EU868"\n[[lorawan.device]]\nname = "barn"\ndev_addr = "26011BDA"\n'
    more = 'keys_file = "barn.keys"\ncodec = "barn.js"\npoints = [{ name = "level" }]\n'
    file.write_text(f"{HEAD}{text}{more}", encoding="utf-8")
    keys, codec = tmp_path / "barn.keys", tmp_path / "barn.js"
    keys.touch(0o600)
    codec.write_text("function decodeUplink( { }")
    ran = CliRunner().invoke(check, [str(file)])
    assert isinstance(ran.exception, Unavailable)
    assert str(ran.exception).startswith(f"{keys}: has no nwk_skey; write")
    keys.write_text("nwk_skey = " + "01" * 16 + "\napp_skey = " + "02" * 16 + "\n")
    assert str(CliRunner().invoke(check, [str(file)]).exception).startswith(f"{codec}: ")
    codec.write_text("function decodeUplink(input) { return {data: {level: 1}}; }")
    assert CliRunner().invoke(check, [str(file)]).exit_code == 0
