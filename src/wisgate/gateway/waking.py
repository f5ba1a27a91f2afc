"""How the tasks of alarms, rules and interlocks wait: until a point changes, or a time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ..board.virtual_time import RESOLUTION_S


async def woken(wake: asyncio.Event, pauses: Iterable[float | None]) -> bool:
    """Wait for `wake`, at most for the shortest of `pauses` in seconds, None for no end; returns
    whether it came. A loop may wake `RESOLUTION_S` early: that much longer is waited, so that what
    was due then is due indeed."""
    shortest = min((p for p in pauses if p is not None), default=None)
    try:
        async with asyncio.timeout(None if shortest is None else shortest + RESOLUTION_S):
            await wake.wait()
    except TimeoutError:
        return False
    return True
