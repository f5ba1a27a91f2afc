"""`make new-chip` makes files that fit the tree, and that fail until somebody fills them in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT, TESTS

TOOL = ROOT / "tools" / "new_chip.py"


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**clean, "PYTHONPATH": f"{cwd / 'src'}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """As much of the repository as a chip needs."""
    unwanted = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=unwanted)
    (tmp_path / "tests").mkdir()
    shutil.copy(TESTS / "transcript.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_new_chip_fits_and_fails_until_filled_in(copy: Path) -> None:
    made = run(str(TOOL), "xyz123", "--root", str(copy), cwd=copy)
    assert made.returncode == 0, made.stderr
    paths = [line.removeprefix("made ") for line in made.stdout.splitlines() if "made " in line]
    assert len(paths) == 6
    python = [path for path in paths if path.endswith(".py")]
    for check in (["check", "--no-cache"], ["format", "--no-cache", "--check"]):
        clean = run("-m", "ruff", *check, *python, cwd=copy)
        assert clean.returncode == 0, clean.stdout
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    tested = run("-m", "pytest", *options, "tests/unit/chips/test_xyz123.py", cwd=copy)
    assert tested.returncode == 1, tested.stdout + tested.stderr
    assert "write the witness first" in tested.stdout
    assert "fill in title, vendor" in tested.stdout
    assert "4 failed" in tested.stdout


def test_nothing_is_overwritten(copy: Path) -> None:
    driver = copy / "src" / "wisgate" / "chips" / "xyz123.py"
    driver.write_text("mine")
    refused = run(str(TOOL), "xyz123", "--root", str(copy), cwd=copy)
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert driver.read_text() == "mine"
    assert not (copy / "tests" / "transcripts").exists()


@pytest.mark.parametrize("name", ["", "INA226", "../up", "ina 226", "226"])
def test_only_part_names(name: str, copy: Path) -> None:
    refused = run(str(TOOL), name, "--root", str(copy), cwd=copy)
    assert refused.returncode == 64
    assert "NAME=ina226" in refused.stderr
