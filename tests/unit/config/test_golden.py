"""Wrong files and the exact text that people get for each."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from peers import by_modes

from wisgate.config.load import load
from wisgate.core.errors import ConfigError

CASES = sorted(p.parent for p in Path(__file__).parents[2].glob("golden/config/*/gateway.toml"))

LOADING = """
import pathlib, sys
from wisgate.config.load import load
from wisgate.core.errors import ConfigError

try:
    load(pathlib.Path(sys.argv[1]))
except ConfigError as error:
    print(error)
"""


def fault_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_golden(case, tmp_path, monkeypatch):
    shutil.copy(case / "gateway.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert fault_of(Path("gateway.toml")) + "\n" == (case / "expected.txt").read_text("utf-8")


def test_there_are_many():
    assert len(CASES) >= 45


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_every_line_names_its_place_and_a_cure(case):
    for line in (case / "expected.txt").read_text("utf-8").splitlines():
        assert re.match(r"gateway\.toml:[1-9][0-9]*: ", line)
        assert any(mark in line for mark in (";", "did you mean", "is expected")), line


def test_ten_megabytes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("gateway.toml").write_text('name = "pump-house"\n' * 500_000)
    assert fault_of(Path("gateway.toml")) == (
        "gateway.toml:1: the file is larger than 1 MiB; check that it is the right one"
    )


def test_missing_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fault_of(Path("gatway.toml")) == "gatway.toml: no such file; check the path"


def test_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("gateway.toml").mkdir()
    assert fault_of(Path("gateway.toml")) == "gateway.toml: is a directory; name the file itself"


def test_file_below_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a").write_text("x")
    assert fault_of(Path("a/gateway.toml")) == (
        "a/gateway.toml: cannot be read (Not a directory); check the path"
    )


def test_file_without_permission(tmp_path):
    path = tmp_path / "gateway.toml"
    path.write_text('name = "pump-house"\n')
    path.chmod(0)
    done = subprocess.run(
        [*by_modes(), sys.executable, "-c", LOADING, path.name],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    fault = "gateway.toml: no permission to read it; check owner and mode\n"
    assert (done.stdout, done.stderr) == (fault, "")


def test_path_with_a_null_character():
    assert "cannot be read" in fault_of(Path("gate\0way.toml"))
