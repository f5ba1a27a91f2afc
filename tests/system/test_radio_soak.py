"""LoRaWAN gateways through six hours without a server, power cuts at any byte, kills and restarts:
no frame of a mote is lost, none comes in the wrong order, no join comes late, no air time is
forgotten.

`tests/radio_soak/run.py` plays the lives and says how to repeat one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from soak.disk import compile_library

TESTS = Path(__file__).parents[1]


def play(folder: Path, seeds: str) -> str:
    """Run lives to their end; what was wrong fails the test."""
    library = compile_library(folder)
    done = subprocess.run(
        [sys.executable, "-m", "radio_soak.run", "--seeds", seeds], cwd=TESTS,
        capture_output=True, text=True, env={**os.environ, "LD_PRELOAD": str(library)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures(told: str, what: str) -> list[int]:
    """Of every seed."""
    return [int(count) for count in re.findall(rf"(\d+) {what}", told)]


@pytest.mark.peers  # needs a compiler
@pytest.mark.timeout(180)
@pytest.mark.parametrize("first", range(0, 20, 10))
def test_outages_with_power_cuts(tmp_path: Path, first: int) -> None:
    told = play(tmp_path, f"{first}-{first + 9}")
    assert len(figures(told, "frames")) == 10
    assert min(figures(told, "frames")) > 1000
    assert min(figures(told, "replayed")) > 500
    assert min(figures(told, "asked when nearly full")) > 20


@pytest.mark.peers
@pytest.mark.timeout(60)
def test_a_seed_plays_the_same_life_again(tmp_path: Path) -> None:
    first, again = (re.sub(r"[\d.]+ s:", "", play(tmp_path, "7")) for _ in range(2))
    assert first == again


@pytest.mark.prove
@pytest.mark.peers
def test_a_thousand_outages(tmp_path: Path) -> None:
    told = play(tmp_path, "0-999")
    assert len(figures(told, "frames")) == 1000
