"""Counters and states that are told when they change: a module that is asked several times a second
would fill the store with them."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.points import Reading, Value


class Changes:
    """What was told last. Threads: lane only."""

    def __init__(self) -> None:
        self._told: dict[str, Value] = {}

    def forget(self) -> None:
        """After a loss everything is news."""
        self._told.clear()

    def news(self, values: Mapping[str, Value]) -> list[Reading]:
        """The readings of those that differ from what was told last."""
        changed = {n: v for n, v in values.items() if n not in self._told or self._told[n] != v}
        self._told |= changed
        return [Reading(name, value) for name, value in changed.items()]
