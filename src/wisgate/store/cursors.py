"""How far each sink is, and what it will never take. Blocking; `store` calls it in its lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from . import retention
from .schema import transaction

_ADVANCE = "INSERT INTO cursor VALUES (?, ?, 0, 0) ON CONFLICT (sink) DO UPDATE SET seq = ?2"


class Cursors:
    """Threads: lane only. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.sinks: set[str] = set()
        """Those that have asked for their cursor since the start."""

    def of(self, sink: str) -> int:
        """The last number that `sink` is done with. A new sink begins with all that is kept."""
        self.sinks.add(sink)
        row = self._db.execute("SELECT seq FROM cursor WHERE sink = ?", (sink,)).fetchone()
        if row is not None:
            return int(row[0])
        start = (retention.oldest(self._db) or (1, 0))[0] - 1
        self.advance({sink: start})
        return start

    def advance(self, cursors: Mapping[str, int]) -> None:
        """Sinks are done with everything up to a number."""
        self._db.executemany(_ADVANCE, cursors.items())

    def set_aside(self, sink: str, seqs: Sequence[int], why: str) -> None:
        """Note that `sink` will never take these."""
        with transaction(self._db):
            self._db.executemany(
                "INSERT OR REPLACE INTO aside VALUES (?, ?, ?)", [(sink, s, why) for s in seqs]
            )
