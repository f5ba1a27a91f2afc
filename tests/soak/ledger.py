"""What the world outside the box remembers: every reading that was handed to the store, everything
the broker took, and what was seen in between. Lives in shared memory and in files, so that no end
of the box takes anything with it."""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from wisgate.core.points import Reading
from wisgate.store.records import Entry, Gap

SESSION = 0
"""Stands among the numbers received where the broker saw a new connection."""
LOOK_S = 60.0
"""Virtual seconds between two looks at the box."""
NOTED = ("warmth", "cooler", "alarm/hot")
"""Points whose readings are kept in full."""
_PAIR = struct.Struct("QQ")
_MASK = (1 << 64) - 1


class Ledger:
    """Threads: one process at a time writes."""

    def __init__(self, folder: Path, readings: int) -> None:
        """Room for so many readings, and twice as many deliveries."""
        folder.mkdir()
        counts = memoryview(mmap.mmap(-1, 3 * 8))
        self._counts, self._now = counts[:16].cast("Q"), counts[16:].cast("d")
        """How many appended, how many received; the box's own time."""
        self._appended, self._received = _pairs(readings), _pairs(2 * readings)
        self._notes = folder / "notes"
        self._file = os.open(self._notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self.boot = 0

    # The box writes

    def appended(self, readings: Iterable[Reading], monotonic: float) -> None:
        pairs, count = self._appended, self._counts[0]
        when = self.boot << 48 | round(monotonic * 1000)
        for name, value, status, time_ns, cause in readings:
            key = _key(name, time_ns, value, str(status), cause)
            pairs[2 * count], pairs[2 * count + 1] = key, when
            count += 1
            if name in NOTED:
                self._note("reading", key, name, value, cause)
        self._counts[0] = count

    def received(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, Gap):
                self._take(entry.seq, 0)
                self._note("gap", entry.seq, entry.first, entry.last, entry.cause)
            else:
                r = entry
                self._take(r.seq, _key(r.point, r.time_ns, r.value, str(r.status), r.cause))

    def connected(self) -> None:
        self._take(SESSION, 0)

    def look(self, seen: Mapping[str, float]) -> None:
        self._note("look", self.boot, seen)

    def tick(self, monotonic: float) -> None:
        """The box's own time, for the moment of its end."""
        self._now[0] = monotonic

    # Who judges reads

    @property
    def now(self) -> float:
        return self._now[0]

    def all_appended(self) -> Iterator[tuple[int, int, float]]:
        """Key, boot and monotonic seconds, in order."""
        for key, when in _PAIR.iter_unpack(self._appended[: 2 * self._counts[0]]):
            yield key, when >> 48, (when & (1 << 48) - 1) / 1000

    def all_received(self) -> Iterator[tuple[int, int]]:
        """Number and key; key 0 for gaps, number SESSION for a new connection."""
        yield from _PAIR.iter_unpack(self._received[: 2 * self._counts[1]])

    def notes(self, kind: str) -> Iterator[list[object]]:
        with self._notes.open() as file:
            for line in file:
                row = json.loads(line)
                if row[0] == kind:
                    yield row[1:]

    def _take(self, seq: int, key: int) -> None:
        count = self._counts[1]
        self._received[2 * count], self._received[2 * count + 1] = seq, key
        self._counts[1] = count + 1

    def _note(self, *row: object) -> None:
        os.write(self._file, json.dumps(row).encode() + b"\n")


def _pairs(count: int) -> memoryview:
    """Room for so many, in shared memory."""
    return memoryview(mmap.mmap(-1, count * _PAIR.size)).cast("Q")


def _key(*parts: object) -> int:
    return (hash(parts) & _MASK) or 1
