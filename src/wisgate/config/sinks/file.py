"""`type = "file"`: files of this computer, or of what is mounted there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..model import SinkConfig
from ..naming import Names
from ..readers import boolean, choice, integer, quantity, shown
from ..tables import Option, Section, Shape, Table
from ..wording import any_text

FOLDER = Option(
    "folder",
    any_text("the path of a folder", "readings"),
    "Where the files are written, seen from this file; made when it is not there. The folder that "
    "it is in must be: it may be a disk that is not mounted.",
    '"readings"',
    "",
    required=True,
)
FORMAT = Option(
    "format",
    choice("csv", "json"),
    "Comma-separated values with a head, or a JSON object a line.",
    '"csv"',
    "csv",
    otherwise='"csv"',
)
ROTATE = Option(
    "rotate",
    quantity("capacity", "10kB", "1GB"),
    "Size at which a new file begins; one begins every day (UTC), too.",
    '"10MB"',
    10e6,
    otherwise='"10MB"',
)
KEEP_FILES = Option(
    "keep_files",
    integer(2, 100_000),
    "How many files are kept; beyond it the oldest goes.",
    "400",
    400,
    otherwise="400",
)
KEEP_SIZE = Option(
    "keep_size",
    quantity("capacity", "20kB", "1000GB"),
    "Size of all files together; beyond it the oldest goes.",
    '"1GB"',
    1e9,
    otherwise='"1GB"',
)
COMPRESS = Option(
    "compress",
    boolean(),
    "Whether files that are full are compressed with gzip.",
    "true",
    False,
    otherwise="false",
)
SECTION = Section(
    "sink",
    Shape.NAMED,
    "Files that rotate. What is delivered is on the disk.",
    (FOLDER, FORMAT, ROTATE, KEEP_FILES, KEEP_SIZE, COMPRESS),
    variant="file",
)


@dataclass(frozen=True)
class FileConfig(SinkConfig):
    folder: Path
    """Absolute."""
    format: str = "csv"
    """"csv" or "json"."""
    rotate: float = 10e6
    """Bytes of a file."""
    keep_files: int = 400
    keep_size: float = 1e9
    """Bytes of all files."""
    compress: bool = False


def read(table: Table, common: SinkConfig, folder: Path, names: Names) -> FileConfig:
    rotate, keep_size = table.get(ROTATE), table.get(KEEP_SIZE)
    if keep_size < 2 * rotate:
        key = KEEP_SIZE if table.has(KEEP_SIZE) else ROTATE
        found = (
            f"{shown(table.values[key.name])} leaves no room for two files of {rotate / 1e6:g} MB"
        )
        table.wrong(key, f"{found}; raise keep_size or lower rotate")
    written = table.get(FOLDER)
    path = (folder / written).absolute()
    if written and path.exists() and not path.is_dir():
        table.wrong(FOLDER, f"{shown(written)} is a file; name a folder")
    return FileConfig(
        **vars(common),
        folder=path,
        format=table.get(FORMAT),
        rotate=rotate,
        keep_files=table.get(KEEP_FILES),
        keep_size=keep_size,
        compress=table.get(COMPRESS),
    )
