"""Whole gateways through power cuts at any byte, kills, outages, full disks and clocks that jump.

`tests/soak/run.py` plays the lives and says how to repeat one. A power cut leaves what a drive may
have kept of the writes that were not synced."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from soak.disk import compile_library

TESTS = Path(__file__).parents[1]
SHORT = ("--hours", "0.1", "--life", "0.03", "--outage", "0.02")
LONG = ("--days", "30", "--life", "14", "--outage", "168")
HOURLY = ("--days", "7", "--readings", "5", "--life", "1", "--cuts-only", "--outage", "20",
          "--rate", "50")  # fmt: skip
DENSE = ("--hours", "0.5", "--readings", "100", "--life", "0.1", "--outage", "0.05",
         "--rate", "400")  # fmt: skip


def play(folder: Path, *words: str) -> str:
    """Run lives to their end; what was wrong fails the test."""
    library = compile_library(folder)
    done = subprocess.run(
        [sys.executable, "-m", "soak.run", *words], cwd=TESTS, capture_output=True, text=True,
        env={**os.environ, "LD_PRELOAD": str(library)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.peers  # needs a compiler
@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, 100, 20))
def test_short_lives(tmp_path: Path, first: int) -> None:
    told = play(tmp_path, "--seeds", f"{first}-{first + 19}", *SHORT)
    assert told.count(" readings, ") == 20


@pytest.mark.prove
@pytest.mark.peers
@pytest.mark.parametrize("life", [LONG, HOURLY, DENSE], ids=["month", "hourly cuts", "dense"])
def test_long_lives(tmp_path: Path, life: tuple[str, ...]) -> None:
    print(play(tmp_path, "--seeds", "1", *life))
