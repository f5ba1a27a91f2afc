"""What the world outside the box remembers: every reading that was handed to the store, everything
the broker took, and what was seen in between. Lives in shared memory and in files, so that no end
of the box takes anything with it."""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from wisgate.core.points import Reading
from wisgate.store.records import Gap, Record

SESSION = 0
"""Stands among the numbers received where the broker saw a new connection."""
LOOK_S = 60.0
"""Virtual seconds between two looks at the box."""
NOTED = ("warmth", "cooler", "alarm/hot")
"""Points whose readings are kept in full."""
_PAIR = struct.Struct("QQ")
_COUNTS = struct.Struct("QQd")
_MASK = (1 << 64) - 1


class Ledger:
    """Threads: one process at a time writes."""

    def __init__(self, folder: Path, readings: int) -> None:
        """Room for so many readings, and twice as many deliveries."""
        folder.mkdir()
        self._counts = mmap.mmap(-1, _COUNTS.size)
        self._appended = mmap.mmap(-1, readings * _PAIR.size)
        self._received = mmap.mmap(-1, 2 * readings * _PAIR.size)
        self._notes = folder / "notes"
        self._file = os.open(self._notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self.boot = 0

    # The box writes

    def appended(self, reading: Reading, monotonic: float) -> None:
        appended, received, now = _COUNTS.unpack_from(self._counts)
        what = (reading.name, reading.time_ns, reading.value, str(reading.status), reading.cause)
        key = _key(*what)
        when = self.boot << 48 | round(monotonic * 1000)
        _PAIR.pack_into(self._appended, appended * _PAIR.size, key, when)
        _COUNTS.pack_into(self._counts, 0, appended + 1, received, now)
        if reading.name in NOTED:
            self._note("reading", key, reading.name, reading.value, reading.cause)

    def received(self, record: Record) -> None:
        what = (record.point, record.time_ns, record.value, str(record.status), record.cause)
        self._take(record.seq, _key(*what))

    def gap(self, gap: Gap) -> None:
        self._take(gap.seq, 0)
        self._note("gap", gap.seq, gap.first, gap.last, gap.cause)

    def connected(self) -> None:
        self._take(SESSION, 0)

    def look(self, what: str, value: float) -> None:
        self._note("look", self.boot, what, value)

    def tick(self, monotonic: float) -> None:
        """The box's own time, for the moment of its end."""
        struct.pack_into("d", self._counts, 16, monotonic)

    # Who judges reads

    @property
    def now(self) -> float:
        moment: float = _COUNTS.unpack_from(self._counts)[2]
        return moment

    def all_appended(self) -> Iterator[tuple[int, int, float]]:
        """Key, boot and monotonic seconds, in order."""
        count = _COUNTS.unpack_from(self._counts)[0]
        for key, when in _PAIR.iter_unpack(memoryview(self._appended)[: count * _PAIR.size]):
            yield key, when >> 48, (when & (1 << 48) - 1) / 1000

    def all_received(self) -> Iterator[tuple[int, int]]:
        """Number and key; key 0 for gaps, number SESSION for a new connection."""
        count = _COUNTS.unpack_from(self._counts)[1]
        yield from _PAIR.iter_unpack(memoryview(self._received)[: count * _PAIR.size])

    def notes(self, kind: str) -> Iterator[list[object]]:
        with self._notes.open() as file:
            for line in file:
                row = json.loads(line)
                if row[0] == kind:
                    yield row[1:]

    def _take(self, seq: int, key: int) -> None:
        appended, received, now = _COUNTS.unpack_from(self._counts)
        _PAIR.pack_into(self._received, received * _PAIR.size, seq, key)
        _COUNTS.pack_into(self._counts, 0, appended, received + 1, now)

    def _note(self, *row: object) -> None:
        os.write(self._file, json.dumps(row).encode() + b"\n")


def _key(*parts: object) -> int:
    return (hash(parts) & _MASK) or 1
