"""`wisgate plan` as people call it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from gateways import wisgate

ROOT = Path(__file__).parents[2]
PUMP = ROOT / "examples" / "pump-house.toml"
AMBIENT = ROOT / "examples" / "ambient.toml"


def test_the_plan_in_a_terminal(tmp_path: Path) -> None:
    told = wisgate("plan", PUMP, state=tmp_path)
    assert told.returncode == 0
    for word in ("tank_level", "U133 line 12", "0x4b", "free: ", "Bus time", "ultracapacitors"):
        assert word in told.stdout
    assert "\x1b" not in told.stdout
    lines = told.stdout.splitlines()
    assert lines == [line.rstrip() for line in lines], "no line ends in blanks"


def test_the_plan_as_json(tmp_path: Path) -> None:
    told = json.loads(wisgate("plan", AMBIENT, "--json", state=tmp_path).stdout)
    assert [p["module"] for p in told["pieces"]] == ["rak5802", "rak16000"]
    assert {r["address"] for r in told["addresses"]} >= {"0x41", "0x51"}


def test_the_plan_as_a_drawing(tmp_path: Path) -> None:
    drawing = tmp_path / "wiring.svg"
    assert wisgate("plan", PUMP, "--svg", drawing, state=tmp_path).returncode == 0
    assert ElementTree.parse(drawing).getroot().tag.endswith("svg")
    refused = wisgate("plan", PUMP, "--svg", tmp_path / "no" / "folder.svg", state=tmp_path)
    assert refused.returncode == 1
    assert "cannot be written" in refused.stderr


def test_what_changes_on_the_bench(tmp_path: Path) -> None:
    told = wisgate("plan", AMBIENT, "--diff", PUMP, state=tmp_path)
    assert told.returncode == 0
    assert told.stdout.startswith(" 1. Switch the power off first.")
    assert "Take the rak5801 out of wisblock-1." in told.stdout
    steps = json.loads(wisgate("plan", AMBIENT, "--diff", PUMP, "--json", state=tmp_path).stdout)
    assert any("Put a rak16000" in step for step in steps)
    same = wisgate("plan", PUMP, "--diff", PUMP, state=tmp_path)
    assert same.stdout == "Nothing changes on the bench.\n"


def test_a_conflict_is_told_after_the_plan_and_ends_with_3(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    slots = "".join(f'[[slot]]\nslot = "wisblock-{n}"\nmodule = "rak16000"\n' for n in (1, 2))
    file.write_text(f'name = "twice"\nboard = "rak7391"\n{slots}')
    told = wisgate("plan", file, state=tmp_path)
    assert told.returncode == 3
    assert "rak16000" in told.stdout
    assert "i2c-1 address 0x41" in told.stderr
    assert "cure: " in told.stderr
