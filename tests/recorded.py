"""Recorded sessions of forwarders, `tests/golden/lorawan/`: line by line what went which way.

`gwmp.jsonl`: the stock packet forwarder of sx1302_hal on a simulated SX1302. `lns.jsonl`: Basics
Station 2.0.6 (linux/testsim)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden" / "lorawan"


def session(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


GWMP, LNS = session("gwmp"), session("lns")
