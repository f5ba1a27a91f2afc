"""Runs what concerns the file in its lane, and repairs the file when damage shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from ..bus.lane import Lane
from ..core.errors import StoreError, Unavailable
from .database import FILE, Database
from .opening import damaged

T = TypeVar("T")


class Jobs:
    """Threads: the event loop; the jobs themselves run in the lane."""

    def __init__(self, database: Database, repair: Callable[[], Database], lane: Lane) -> None:
        self._database, self._repair, self._lane = database, repair, lane
        self._suspect = False

    async def run(self, job: Callable[[Database], T], *, urgent: bool = False) -> T:
        """Raises StoreError."""
        return await self._lane.run(lambda: self._guard(job), urgent=urgent)

    def _guard(self, job: Callable[[Database], T]) -> T:
        """In the lane: a job, with what goes wrong on the disk as StoreError. Damage that shows
        only now is salvaged here, and the next try finds a whole file."""
        try:
            if self._suspect:
                self._database.abandon()
                self._database = self._repair()
                self._suspect = False
            return job(self._database)
        except Unavailable as error:
            raise StoreError(str(error)) from error
        except sqlite3.Error as error:
            self._suspect = self._suspect or damaged(error)
            raise StoreError(f"{FILE}: {error}") from error
        except Exception as error:  # a mistake of ours must not end the task that commits
            self._suspect = self._suspect or damaged(error)
            what = error if isinstance(error, OSError) else f"unexpected: {error!r}"
            raise StoreError(f"{FILE}: {what}") from error
