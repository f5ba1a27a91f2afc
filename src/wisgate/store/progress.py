"""How far the sinks are, until a commit takes it along to the file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

CURSOR_S = 10.0
"""How long a cursor waits for a commit to go with: each write by itself costs flash."""


class Progress:
    """Threads: the event loop only."""

    def __init__(self, overdue: Callable[[], None]) -> None:
        """`overdue` is called when something has waited for CURSOR_S."""
        self._overdue = overdue
        self._cursors: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def advance(self, sink: str, seq: int) -> None:
        self._cursors[sink] = seq
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CURSOR_S, self._overdue)

    def of(self, sink: str, stored: int) -> int:
        """The cursor of a sink that the file knows as `stored`."""
        return self._cursors.get(sink, stored)

    def take(self) -> Mapping[str, int]:
        """Everything, for a commit."""
        taken, self._cursors = self._cursors, {}
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return taken

    def put_back(self, taken: Mapping[str, int]) -> None:
        """What could not be committed; the next try takes it again."""
        self._cursors = {**taken, **self._cursors}
