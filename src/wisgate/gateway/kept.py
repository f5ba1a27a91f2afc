"""Keeps a part of the gateway going, whatever its code does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from .sampler import RESTART_S

log = logging.getLogger(__name__)


async def kept(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work`; after an exception that nobody expected, rest and do it again."""
    while True:
        try:
            await work()
            return
        except Exception:
            log.exception("%s: unexpected; starting again in %g s", name, RESTART_S)
        await asyncio.sleep(RESTART_S)
