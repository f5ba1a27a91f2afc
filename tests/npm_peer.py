"""What other people's packages of npm say: `make peers` installs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peers import DEADLINE_S, program

FOLDER = Path(sys.prefix) / "npm"


def installed(package: str) -> Path:
    """The folder of a package. Fails when it is not there."""
    folder = FOLDER / "node_modules" / package
    assert folder.is_dir(), f"{package} is missing; run: make peers"
    return folder


def answers(package: str, script: str, orders: Sequence[tuple[str, Any]]) -> list[Any]:
    """What a script with a package says to each order: both ways as JSON."""
    installed(package)
    ran = subprocess.run(
        [program("node", "nodejs"), "-e", script], input=json.dumps(orders), text=True, cwd=FOLDER,
        capture_output=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: list[Any] = json.loads(ran.stdout)
    return found
