"""Downlinks of one upstream that are under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

MOST = 100
"""A gateway sends a few in a second."""


class Asked:
    """Threads: the event loop only."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def full(self) -> bool:
        return len(self._tasks) >= MOST

    def carry_out(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_done(doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Nobody waits for them any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _done(doing: Coroutine[Any, Any, None]) -> None:
    try:
        await doing
    except Exception:
        log.exception("a downlink: unexpected; nothing is said of it")
