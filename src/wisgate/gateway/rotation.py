"""Lines in files that rotate: `<name>-2026-11-20-000000000017.csv`, named after the UTC day and the
number of their first line.

What was appended is on the disk when `append` returns, and no line is written twice: the lines
around the last end are remembered, and read back after a restart. What a power cut tore is cut off.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import BinaryIO, NamedTuple

from ..store.files import sync_folder

REMEMBERED = 1000
"""Lines: more than a sink is ever offered at once."""
TAIL = 1 << 20
"""Bytes at the end of a file that a restart looks at."""
CHUNK = 1 << 20
MODE = 0o640
PART = ".part"
"""Ending of a file that is being compressed."""


class Line(NamedTuple):
    seq: int
    day: date
    """UTC."""
    text: bytes
    """With its line feed, the only one, and without a null character."""


@dataclass(frozen=True)
class Limits:
    """`size`: bytes of one file, `total`: bytes of all, `files`: how many are kept."""

    size: float
    total: float
    files: int
    compress: bool = False


class RotatingFiles:
    """The files of one sink. Threads: one; `interrupt` from any."""

    def __init__(self, folder: Path, name: str, ending: str, head: bytes, limits: Limits) -> None:
        """`head` begins every file."""
        self._folder, self._name, self._ending = folder, name, ending
        self._head, self._limits = head, limits
        self._pattern = re.compile(
            rf"{re.escape(name)}-(\d{{4}}-\d\d-\d\d)-\d{{12,}}\.{ending}(\.gz)?"
        )
        self._file: BinaryIO | None = None
        self._path, self._day, self._size = folder, date.min, 0
        """Of the open file; `_size` are the bytes that are on the disk for certain."""
        self._torn = False
        """Whether the file at `_path` may go on beyond `_size`."""
        self._known: dict[bytes, None] = {}
        """The lines that were written last."""
        self._begun, self._untidy = False, True
        self._interrupted = Event()

    def append(self, lines: Sequence[Line]) -> None:
        """Return when all of `lines` are on the disk, those that were before included. Raises
        OSError; what is on the disk then is not written again by the next call."""
        try:
            self._resume()
            chunk, size = list[bytes](), 0
            for line in [one for one in lines if one.text not in self._known]:
                if self._file is None or self._full(line, size):
                    self._write(chunk)
                    self._begin(line)
                    chunk, size = [], 0
                chunk.append(line.text)
                size += len(line.text)
            self._write(chunk)
            self._tidy()
        except OSError:
            self._let_go()
            raise

    def interrupt(self) -> None:
        """Let a compression that is under way end unfinished; the next start does it again."""
        self._interrupted.set()

    def close(self) -> None:
        """Idempotent."""
        self._let_go()

    # The open file

    def _full(self, line: Line, waiting: int) -> bool:
        """Whether `line` begins another file, after `waiting` bytes more in this one. One day back
        is the same: around midnight the points of a plant do not come in order of their times."""
        if not timedelta(0) <= self._day - line.day <= timedelta(days=1):
            return True
        return self._size + waiting + len(line.text) > self._limits.size

    def _begin(self, line: Line) -> None:
        self._let_go()
        name = f"{self._name}-{line.day:%Y-%m-%d}-{line.seq:012d}.{self._ending}"
        self._open(self._folder / name, line.day)
        sync_folder(self._folder)
        self._untidy = True

    def _open(self, path: Path, day: date) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, MODE)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._path, self._day, self._size = path, day, os.fstat(descriptor).st_size
        if self._size == 0:
            self._put(self._head)

    def _write(self, chunk: Sequence[bytes]) -> None:
        if chunk:
            self._put(b"".join(chunk))
            self._remember(chunk)

    def _put(self, content: bytes) -> None:
        """Write and sync. Raises OSError, and the file is as long as before once it is resumed."""
        assert self._file is not None  # noqa: S101  # every caller has opened it
        self._torn = True
        rest = memoryview(content)
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fdatasync(self._file.fileno())
        self._torn = False
        self._size += len(content)

    def _let_go(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _remember(self, texts: Sequence[bytes]) -> None:
        self._known.update(dict.fromkeys(texts))
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    # After an error or a restart

    def _resume(self) -> None:
        if self._file is not None and self._path.exists():
            return
        self._let_go()
        if self._torn:
            with suppress(FileNotFoundError):
                os.truncate(self._path, self._size)
            self._torn = False
        self._folder.mkdir(exist_ok=True)  # never what it is in: that is a disk not mounted
        if not self._begun:
            for part in self._folder.glob(f"{self._name}-*{PART}"):
                part.unlink()
            self._remember(self._last_lines())
            self._begun = True
        files = self._files()
        if files and files[-1].suffix != ".gz" and (day := self._day_of(files[-1])):
            self._open(files[-1], day)

    def _last_lines(self) -> list[bytes]:
        """Of the two last files, with what is torn cut off and the rest on the disk."""
        lines: deque[bytes] = deque(maxlen=REMEMBERED)
        for path in self._files()[-2:]:
            if path.suffix == ".gz":
                # what a damaged one does not give may be written twice, no more
                with suppress(gzip.BadGzipFile, zlib.error, EOFError), gzip.open(path) as packed:
                    lines.extend(packed)
            else:
                lines.extend(_whole_lines(path))
        return list(lines)

    # Files that are closed

    def _files(self) -> list[Path]:
        """In the order in which they were begun."""
        return sorted(p for p in self._folder.iterdir() if self._day_of(p))

    def _day_of(self, path: Path) -> date | None:
        """The day in the name of a file; None for one that is not ours."""
        match = self._pattern.fullmatch(path.name)
        with suppress(ValueError):
            return date.fromisoformat(match[1]) if match else None
        return None

    def _tidy(self) -> None:
        """Drop what is too much, then compress what is closed."""
        if not self._untidy:
            return
        files, sizes = self._files(), dict[Path, int]()
        for path in files:
            sizes[path] = path.stat().st_size
        for path in [p for p in files if p != self._path]:
            if len(sizes) <= self._limits.files and sum(sizes.values()) <= self._limits.total:
                break
            path.unlink()
            del sizes[path]
        for path in sizes:
            if self._limits.compress and path != self._path and path.suffix != ".gz":
                self._compress(path)
        self._untidy = False

    def _compress(self, path: Path) -> None:
        packed, part = path.with_name(path.name + ".gz"), path.with_name(path.name + PART)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, MODE)
        with path.open("rb") as plain, os.fdopen(descriptor, "wb") as file:
            with gzip.GzipFile(path.name, "wb", fileobj=file) as squeezed:
                while not self._interrupted.is_set() and (chunk := plain.read(CHUNK)):
                    squeezed.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if self._interrupted.is_set():
            part.unlink()
            return
        part.replace(packed)
        sync_folder(self._folder)
        path.unlink()


def _whole_lines(path: Path) -> list[bytes]:
    """The lines at the end of a file, after cutting off what a power cut tore: a line without its
    end, or the nulls that a file system leaves where nothing arrived."""
    with path.open("r+b") as file:
        begin = file.seek(0, os.SEEK_END)
        whole = b""
        while begin and not whole:  # a second time only when the end is torn over all of TAIL
            begin = file.seek(max(0, begin - TAIL))
            content = file.read()
            whole = content[: content.partition(b"\0")[0].rfind(b"\n") + 1]
        file.truncate(begin + len(whole))
        os.fsync(file.fileno())
    lines = whole.splitlines(keepends=True)
    return lines[1:] if begin else lines
