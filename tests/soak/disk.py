"""What a power cut leaves of a folder. `disk.c` has kept every write that was not synced; here they
are taken back, and some of them, or parts of one, come again: whatever the drive had got to."""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from random import Random

SOURCE = Path(__file__).with_suffix(".c")
CUT = 86
"""What a process ends with at the armed byte."""
ROOM = 64 * 1024 * 1024
SECTOR = 512
_HEADER = struct.Struct("6Q")
_ENTRY = struct.Struct("7Q256s256s")
_USED, _WRITTEN, _CUT_AT, _FULL, _LINKS = range(8, 48, 8)
"""Where these stand in the header, after the room for entries."""


class Kind(IntEnum):
    """Of a change, as disk.c numbers them."""

    WRITE = 1
    TRUNCATE = 2
    CREATE = 3
    RENAME = 4
    UNLINK = 5


def compile_library(folder: Path) -> Path:
    """`disk.c` for LD_PRELOAD."""
    library = folder / "disk.so"
    command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


@dataclass(frozen=True)
class Change:
    """One that was not synced."""

    kind: Kind
    path: Path
    other: Path
    offset: int
    length_before: int
    link: Path | None
    old: bytes
    new: bytes

    def undo(self) -> None:
        match self.kind:
            case Kind.WRITE | Kind.TRUNCATE:
                with self.path.open("r+b") as file:
                    file.truncate(self.length_before)
                    file.seek(self.offset)
                    file.write(self.old)
            case Kind.CREATE:
                self.path.unlink()
            case Kind.RENAME:
                self.other.rename(self.path)
                if self.link:
                    os.link(self.link, self.other)
            case Kind.UNLINK:
                assert self.link is not None
                os.link(self.link, self.path)

    def redo(self, pieces: list[tuple[int, bytes]]) -> None:
        """`pieces`: what of a write reached the disk, and where."""
        match self.kind:
            case Kind.WRITE if self.path.exists():
                with self.path.open("r+b") as file:
                    for offset, piece in pieces:
                        file.seek(offset)
                        file.write(piece)
            case Kind.TRUNCATE if self.path.exists():
                os.truncate(self.path, self.offset)
            case Kind.CREATE:
                self.path.touch()
            case Kind.RENAME if self.path.exists():
                self.path.replace(self.other)
            case Kind.UNLINK:
                self.path.unlink(missing_ok=True)


class Disk:
    """The folder of one box, under a process that was started with the library."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._links = folder, folder.with_name(folder.name + ".links")
        self._links.mkdir(parents=True)
        folder.mkdir()
        self._memory = mmap.mmap(-1, ROOM)
        self._memory[: _HEADER.size] = _HEADER.pack(ROOM - _HEADER.size, 0, 0, 0, 0, 0)

    def watch(self) -> None:
        """From here on this process writes to a disk that can lose its power."""
        view = (ctypes.c_char * ROOM).from_buffer(self._memory)
        ctypes.CDLL(None).disk_watch(str(self.folder).encode(), ctypes.byref(view))

    @property
    def written(self) -> int:
        """Bytes, since ever."""
        return self._get(_WRITTEN)

    def end_after(self, count: int) -> None:
        """End the process inside the write that brings the next `count` bytes."""
        self._set(_CUT_AT, self.written + max(1, count))

    def fill(self, full: bool) -> None:
        """Whether files may not grow."""
        self._set(_FULL, int(full))

    def lose_power(self, random: Random) -> str:
        """Leave what a drive may have kept. Returns what was done, for who repeats it."""
        changes = list(self._unsynced())
        for change in reversed(changes):
            change.undo()
        names = [c for c in changes if c.kind is not Kind.WRITE]
        chosen = random.choice(("all", "none", "some", "some"))
        kept_names = {"all": len(names), "none": 0}.get(chosen, random.randint(0, len(names)))
        there = {id(c) for c in names[:kept_names]}
        for change in changes:
            if change.kind is Kind.WRITE:
                change.redo(_pieces(change, chosen, random))
            elif id(change) in there:
                change.redo([])
        for shm in self.folder.glob("*-shm"):
            shm.unlink()
        self.restart()
        return f"{chosen} of {len(changes)} unsynced changes"

    def end(self, end: str, random: Random) -> None:
        """What a process leaves that ended so: "power", or otherwise."""
        if end == "power":
            self.lose_power(random)
        else:
            self.restart()

    def restart(self) -> None:
        """The next process finds everything on the disk, and nothing armed."""
        written, links = self.written, self._get(_LINKS)
        self._memory[: _HEADER.size] = _HEADER.pack(ROOM - _HEADER.size, 0, written, 0, 0, links)
        shutil.rmtree(self._links)
        self._links.mkdir()

    def _unsynced(self) -> Iterator[Change]:
        at, end = _HEADER.size, _HEADER.size + self._get(_USED)
        while at < end:
            size, kind, offset, length, before, after, link, path, other = _ENTRY.unpack_from(
                self._memory, at
            )
            content = at + _ENTRY.size
            yield Change(
                Kind(kind), _path(path), _path(other), offset, length,
                self._links / str(link) if link else None,
                self._memory[content : content + before],
                self._memory[content + before : content + before + after],
            )  # fmt: skip
            at += size

    def _get(self, at: int) -> int:
        number: int = struct.unpack_from("Q", self._memory, at)[0]
        return number

    def _set(self, at: int, number: int) -> None:
        struct.pack_into("Q", self._memory, at, number)


def _path(name: bytes) -> Path:
    return Path(name.rstrip(b"\0").decode())


def _pieces(change: Change, chosen: str, random: Random) -> list[tuple[int, bytes]]:
    """What of a write is there: all, nothing, its beginning, or some of its sectors."""
    whole = [(change.offset, change.new)]
    if chosen != "some":
        return whole if chosen == "all" else []
    match random.randrange(4):
        case 0:
            return []
        case 1:
            return whole
        case 2:
            return [(change.offset, change.new[: random.randint(0, len(change.new))])]
    steps = range(0, len(change.new), SECTOR)
    return [
        (change.offset + at, change.new[at : at + SECTOR]) for at in steps if random.random() < 0.5
    ]
