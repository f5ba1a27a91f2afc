"""Runs what concerns the file in its lane, and repairs the file when damage shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from ..bus.lane import Lane
from ..core.errors import StoreError, Unavailable
from .connecting import damaged

T = TypeVar("T")


class File(Protocol):
    """What jobs are about. Threads: lane only."""

    def sync(self) -> None:
        """Return when everything committed survives a power loss."""
        ...

    def abandon(self) -> None:
        """Let go without a word, as a killed process does. Never raises."""
        ...


Opened = TypeVar("Opened", bound=File)


class Jobs(Generic[Opened]):
    """Threads: the event loop; the jobs themselves run in the lane."""

    def __init__(
        self, database: Opened, repair: Callable[[], Opened], lane: Lane, file: str
    ) -> None:
        """`file`: its name, for errors."""
        self._database, self._repair, self._lane, self._file = database, repair, lane, file
        self._suspect = False

    async def run(self, job: Callable[[Opened], T], *, urgent: bool = False) -> T:
        """Raises StoreError."""
        return await self._lane.run(lambda: self._guard(job), urgent=urgent)

    def _guard(self, job: Callable[[Opened], T]) -> T:
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
            raise StoreError(f"{self._file}: {error}") from error
        except Exception as error:  # a mistake of ours must not end the task that commits
            self._suspect = self._suspect or damaged(error)
            what = error if isinstance(error, OSError) else f"unexpected: {error!r}"
            raise StoreError(f"{self._file}: {what}") from error
