"""`wisgate safe` after `kill -9`: the part of the guard that systemd calls."""

from __future__ import annotations

import re
from pathlib import Path

from gateways import Running, pump_house, wisgate
from peers import free_port


def test_a_killed_gateway_leaves_its_outputs_to_safe(tmp_path: Path) -> None:
    """The twins of the killed process are gone with it; what a board that stays gets is seen in the
    transactions: the latch of the relay low, then its direction."""
    file = pump_house(tmp_path, free_port())
    data = tmp_path / "data"
    with Running(tmp_path, "run", file, "--virtual", "--data", data).ready() as gateway:
        refused = wisgate("safe", file, "--virtual", "--data", data, state=tmp_path)
        assert refused.returncode == 1
        assert "another wisgate uses" in refused.stderr
        gateway.kill()
    done = wisgate("safe", file, "--virtual", "--data", data, "--verbose", state=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "wisblock-2: pump safe" in done.stdout
    assert "wisblock-1" not in done.stdout, "an input is left alone"
    sent = re.findall(r"i2c-1 26: ([0-9A-F ]+)$", done.stderr, re.MULTILINE)
    latch = next(i for i, text in enumerate(sent) if text.startswith("03 "))
    direction = next(i for i, text in enumerate(sent) if text.startswith("07 "))
    assert latch < direction
    assert int(sent[latch].split()[1], 16) & 0x10 == 0


def test_with_a_folder_that_cannot_be_used_outputs_are_still_made_safe(tmp_path: Path) -> None:
    file = pump_house(tmp_path, free_port())
    done = wisgate("safe", file, "--virtual", "--data", file / "no-folder", state=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pump safe" in done.stdout


def test_a_wrong_file_ends_with_its_own_code(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("name = 1\n")
    assert wisgate("safe", file, "--virtual", state=tmp_path).returncode == 2
