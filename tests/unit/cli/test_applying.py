"""Putting a file in place, where systemd refuses to restart its gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.cli.applying import Place, change
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import Unavailable

SYSTEMCTL = """#!/bin/sh
[ "$1" = cat ] && { echo "ExecStart=/opt/bin/wisgate run FILE"; exit 0; }
echo "Interactive authentication required." >&2
exit 1
"""


class Impatient(VirtualClock):
    """Somebody presses Ctrl-C in the middle of a pause."""

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt


def systemctl(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    program = folder / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


def test_the_unit_may_name_the_file_by_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who no longer waits is told what stays."""
    file, link = tmp_path / "real.toml", tmp_path / "gateway.toml"
    file.write_bytes(b"good")
    link.symlink_to(file)
    willing = SYSTEMCTL.replace("exit 1", "exit 0").replace("FILE", str(link))
    systemctl(tmp_path, monkeypatch, willing)
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        change(Place(file, tmp_path / "state"), b"new", Impatient(), 10.0, told.append)
    assert (
        told[-1] == f"nobody waits any more: the new file stays; the one before is {file}.last-good"
    )
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("before", [b"good", None])
def test_a_restart_that_is_refused_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    """Otherwise the next start takes a file that nobody has seen working."""
    file = tmp_path / "gateway.toml"
    if before is not None:
        file.write_bytes(before)
    systemctl(tmp_path, monkeypatch, SYSTEMCTL.replace("FILE", str(file)))
    with pytest.raises(Unavailable, match=r"authentication required.*with sudo.*as it was"):
        change(Place(file, tmp_path / "state"), b"new", VirtualClock(), 10.0, lambda line: None)
    assert (file.read_bytes() if file.exists() else None) == before
