"""File sink: a line per record in files that rotate, as CSV or JSON. What counts as delivered is on
the disk."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

from ...bus.lane import ThreadLane
from ...config.sinks.file import FileConfig
from ...core.errors import SinkError
from ...core.points import Value
from ...store.records import AlarmState, Entry, Gap
from ..payloads import entry_row, row_json
from ..rotation import Limits, Line, RotatingFiles
from .base import Access

COLUMNS = (
    "seq", "time", "kind", "name", "value", "unit", "status", "cause", "severity", "text",
    "shelved_until", "first", "last", "time_estimated",
)  # fmt: skip
DAY_NS = 86_400_000_000_000
FIRST_DAY = date(1970, 1, 1).toordinal()
_ONE_LINE = str.maketrans({"\r": "\\r", "\n": "\\n", "\0": "\\0"})
"""A line is a record, also where a text has several."""

CURES = {
    errno.ENOSPC: "free some space, or lower keep_size",
    errno.EDQUOT: "free some space, or lower keep_size",
    errno.EACCES: "let the user of the gateway write there",
    errno.EPERM: "let the user of the gateway write there",
    errno.EROFS: "mount it writable, or choose another folder",
    errno.ENOENT: "mount the disk, or make the folder that it is in",
    errno.ENOTDIR: "choose another folder",
}


class FileSink:
    """One folder. Threads: the event loop only; the files are written in a lane of their own."""

    def __init__(self, config: FileConfig, gateway: str) -> None:
        """`gateway` is its name, with which the names of the files begin."""
        self.name = config.name
        self._folder = config.folder
        self._text: Callable[[Entry], bytes] = FORMATS[config.format]
        ending, head = ("csv", csv_line(COLUMNS)) if config.format == "csv" else ("jsonl", b"")
        limits = Limits(config.rotate, config.keep_size, config.keep_files, config.compress)
        self._files = RotatingFiles(config.folder, f"{gateway}-{config.name}", ending, head, limits)
        self._lane: ThreadLane | None = None

    async def open(self) -> None:
        """Look at what is there, and cut off what a power cut tore. Raises SinkError."""
        await self.deliver(())

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Write and sync. Raises SinkError."""
        if self._lane is None:
            self._lane = ThreadLane(f"sink {self.name}")
        lines = [Line(e.seq, _day(e.time_ns), self._text(e)) for e in batch]
        try:
            await self._lane.run(lambda: self._files.append(lines))
        except OSError as error:
            cure = CURES.get(error.errno or 0, "check folder and disk")
            what = error.strerror or error
            raise SinkError(f"{self.name}: {self._folder}: {what}; {cure}") from error

    async def close(self, deadline: float) -> None:
        """Close the file; whatever is acknowledged is on the disk already. A disk that hangs is
        left to itself: its thread ends with the process."""
        self._files.interrupt()
        if self._lane is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline):
                    await self._lane.run(self._files.close)
                    await self._lane.close()


def _day(time_ns: int) -> date:
    return date.fromordinal(FIRST_DAY + time_ns // DAY_NS)


def csv_entry(entry: Entry) -> bytes:
    """An entry under COLUMNS."""
    row = entry_row(entry)
    if isinstance(entry, Gap):
        row |= {"kind": "gap"}
    elif AlarmState.of(entry) is not None:
        row |= {"kind": "alarm", "name": row["alarm"], "status": row["state"]}
    else:
        row |= {"kind": "reading", "name": row["point"]}
    return csv_line([_cell(row.get(column)) for column in COLUMNS])


def csv_line(cells: Sequence[str]) -> bytes:
    """After RFC 4180, with a plain line feed."""
    return (",".join(map(_quoted, cells)) + "\n").encode("utf-8", "backslashreplace")


def _quoted(cell: str) -> str:
    if "," not in cell and '"' not in cell:
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case _:
            return str(value).translate(_ONE_LINE)


def json_line(entry: Entry) -> bytes:
    return row_json(entry_row(entry)) + b"\n"


FORMATS: dict[str, Callable[[Entry], bytes]] = {"csv": csv_entry, "json": json_line}


def make(config: FileConfig, gateway: str, access: Access) -> FileSink:
    return FileSink(config, gateway)
