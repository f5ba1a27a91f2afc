"""What is done to the file again and again, beside the commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ..core.errors import StoreError
from .commits import RETRY_S
from .database import Database
from .jobs import Jobs, Opened
from .tiers import ROLL_S


async def keep_synced(
    jobs: Jobs[Opened], dirty: asyncio.Event, seconds: float, tell: Callable[[str], None]
) -> None:
    """Whatever makes the file `dirty` is on the disk `seconds` later."""
    while True:
        await dirty.wait()
        await asyncio.sleep(seconds)
        dirty.clear()
        try:
            await jobs.run(lambda file: file.sync(), urgent=True)
        except StoreError as error:
            tell(str(error))
            dirty.set()
            await asyncio.sleep(RETRY_S)


async def keep_rolled(jobs: Jobs[Database]) -> None:
    """Now and then, bring minutes and hours up to what is committed."""
    while True:
        await asyncio.sleep(ROLL_S)
        with suppress(StoreError):  # the next commit tells of it
            while not await jobs.run(Database.roll):
                pass
