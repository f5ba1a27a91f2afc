"""Modems, asked of ModemManager by its own program: it alone may talk to them meanwhile.

Source: mmcli(1), option -J.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from ..host import Modem

LONGEST_S = 5.0
NOTHING = ("", "--")
"""What mmcli prints for what is not known."""

Ask = Callable[[Sequence[str]], str]
"""Runs a program and returns what it prints; "" when it is not there, fails or takes too long."""


def ask(words: Sequence[str]) -> str:
    """See `Ask`."""
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=LONGEST_S, check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def modems(ask: Ask = ask) -> tuple[Modem, ...] | None:
    """Every modem; None without ModemManager."""
    listed = _object(ask(["mmcli", "-L", "-J"]))
    if listed is None:
        return None
    found = (_object(ask(["mmcli", "-m", path, "-J"])) for path in listed.get("modem-list", ()))
    return tuple(_modem(answer["modem"]) for answer in found if answer and "modem" in answer)


def _modem(told: dict[str, Any]) -> Modem:
    generic, network = told.get("generic", {}), told.get("3gpp", {})
    quality = str(generic.get("signal-quality", {}).get("value", ""))
    named = (_word(generic.get(part)) for part in ("manufacturer", "model"))
    return Modem(
        " ".join(filter(None, named)),
        _word(generic.get("state")),
        int(quality) / 100 if quality.isdigit() else None,
        _word(network.get("operator-name")),
        ", ".join(_word(t) for t in generic.get("access-technologies") or () if _word(t)),
        _word(generic.get("state-failed-reason")),
    )


def _object(answer: str) -> dict[str, Any] | None:
    try:
        read = json.loads(answer)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _word(value: object) -> str:
    word = str(value or "")
    return "" if word in NOTHING else word
