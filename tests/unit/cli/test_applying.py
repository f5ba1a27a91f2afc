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


@pytest.mark.parametrize("before", [b"good", None])
def test_a_restart_that_is_refused_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    """Otherwise the next start takes a file that nobody has seen working."""
    file = tmp_path / "gateway.toml"
    if before is not None:
        file.write_bytes(before)
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(SYSTEMCTL.replace("FILE", str(file)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    with pytest.raises(Unavailable, match=r"authentication required.*with sudo.*as it was"):
        change(Place(file, tmp_path / "state"), b"new", VirtualClock(), 10.0, lambda line: None)
    assert (file.read_bytes() if file.exists() else None) == before
