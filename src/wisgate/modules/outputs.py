"""What writable channels share: who refuses what, and switching a line safely."""

from __future__ import annotations

from typing import NoReturn

from ..core.errors import OutputRefused
from ..core.points import Value


def not_writable(module: str, channel: str) -> NoReturn:
    """Raises OutputRefused."""
    raise OutputRefused(f"{module} has no writable channel {channel!r}")


def as_switch(channel: str, value: Value) -> bool:
    """The value of a switch. Raises OutputRefused for anything but true and false."""
    if not isinstance(value, bool):
        raise OutputRefused(f"{channel} takes true or false, not {value!r}")
    return value
