"""What the file of the store holds, in figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import retention
from .schema import PAGE
from .series import top


@dataclass(frozen=True)
class Extent:
    """What the file holds."""

    last_seq: int
    records: int
    oldest_ns: int | None
    bytes: int
    """On disk, with the log and what is free for new records."""
    used: int
    """Bytes of the database in use."""
    set_aside: int
    held: int | None = None
    """The first number that is not to be offered yet, for its time is not known."""


class Figures:
    """Threads: lane only. Every method raises sqlite3.Error and OSError."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        log_size: Callable[[], int],
        held: Callable[[], int | None],
        kept: Callable[[], retention.Kept],
    ) -> None:
        """`log_size`: bytes of the write-ahead log; `held`: as in an extent; `kept`: what was
        counted when it was kept."""
        self._db, self._log_size, self._held, self._kept = connection, log_size, held, kept
        self._known: Extent | None = None

    def counted(self) -> Extent:
        """Counted from the numbers, never by reading all records."""
        kept, last = self._kept(), top(self._db)
        _, oldest_ns = retention.oldest(self._db) or (0, None)
        first, _ = retention.oldest(self._db, kept.upto) or (last + 1, 0)
        skipped = self._db.execute(
            "SELECT coalesce(sum(last - max(first, ?1) + 1), 0) FROM gap WHERE last >= ?1"
            " AND seq > ?1",
            (first,),
        ).fetchone()[0]
        gaps = self._db.execute("SELECT count(*) FROM gap WHERE seq >= ?", (first,)).fetchone()[0]
        aside = self._db.execute("SELECT count(*) FROM aside").fetchone()[0]
        records = kept.records + max(0, last - first + 1 - skipped - gaps)
        self._known = Extent(last, records, oldest_ns, *self._size(), aside, self._held())
        return self._known

    def grown(self, count: int) -> Extent:
        """The same when, since it was counted, nothing came but records, `count` of them now."""
        known = self._known
        if known is None or known.oldest_ns is None:
            return self.counted()
        last, records, (size, used) = known.last_seq + count, known.records + count, self._size()
        self._known = replace(
            known, last_seq=last, records=records, bytes=size, used=used, held=self._held()
        )
        return self._known

    def forget(self) -> None:
        """Something else than records came or went."""
        self._known = None

    def _size(self) -> tuple[int, int]:
        pages, free = retention.pages_of(self._db)
        return pages * PAGE + self._log_size(), (pages - free) * PAGE
