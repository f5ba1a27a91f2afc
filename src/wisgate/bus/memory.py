"""The contract of what a module keeps over restarts: a calibration, a ledger of air time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..core.points import Value


class Memory(Protocol):
    """A few named values of one module in one slot. Threads: lane only."""

    def load(self) -> dict[str, Value]:
        """What was kept last; empty when nothing was, or when it cannot be read any more."""
        ...

    def keep(self, values: Mapping[str, Value]) -> None:
        """Keep `values` instead of what was kept before; they survive a power cut from the moment
        this returns. Raises Unavailable when the disk refuses."""
        ...


class Forgetful:
    """Keeps until the process ends: a virtual board, a program at a prompt."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}

    def load(self) -> dict[str, Value]:
        return dict(self._values)

    def keep(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)
