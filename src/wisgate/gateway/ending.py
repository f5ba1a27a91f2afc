"""How what delivers comes to its end: what is connected may take the last records, within a
deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

log = logging.getLogger(__name__)

DEADLINE_S = 3.0


class Delivering(Protocol):
    """A forwarder of readings, or a delivery of frames."""

    def stop(self) -> None:
        """Let its task return once everything is delivered, or at the next failure."""
        ...

    async def close(self, deadline: float) -> None:
        """Let go of the other side, within `deadline` seconds. After its task has ended."""
        ...


async def end_all(
    kind: str, parts: Mapping[str, Delivering], tasks: Sequence[asyncio.Task[None]]
) -> None:
    """Stop all of them and wait, DEADLINE_S at most; what is left is delivered after the next
    start. `tasks` are theirs. Never raises."""
    for part in parts.values():
        part.stop()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=DEADLINE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    closing = (part.close(DEADLINE_S) for part in parts.values())
    ends = await asyncio.gather(*closing, return_exceptions=True)
    for name, end in zip(parts, ends, strict=True):
        if isinstance(end, Exception):
            log.error("%s %s: unexpected while closing", kind, name, exc_info=end)
