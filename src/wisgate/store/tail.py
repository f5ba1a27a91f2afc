"""The newest records, in memory: a sink that keeps up need not have them read from the disk."""

from __future__ import annotations

from collections.abc import Sequence

from .records import Record

SIZE = 2000
"""Records that are kept at least, some 500 kB."""


class Tail:
    """An unbroken run of numbers up to the newest. Threads: the event loop only."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._records: list[Record] = []

    def put(self, records: Sequence[Record]) -> None:
        """What was just committed. After a gap in the numbers a new run begins."""
        if records and self._records and records[0].seq != self._records[-1].seq + 1:
            self._records.clear()
        self._records += records
        if len(self._records) > 2 * self._size:
            del self._records[: -self._size]

    def clear(self) -> None:
        """What is in the file is no longer what was committed."""
        self._records.clear()

    def after(self, seq: int, limit: int, newest: int) -> list[Record] | None:
        """The next records beyond `seq`, at most `limit`; None when only the file knows, because
        they are older, or not all up to `newest` are here."""
        if not self._records or self._records[-1].seq != newest:
            return None
        start = seq + 1 - self._records[0].seq
        return self._records[start : start + limit] if start >= 0 else None
