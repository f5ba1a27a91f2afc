"""What a forwarder is started with: a program, its folder, and the files in it; the last ones that
worked lie beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import StoreError
from ..store.files import write_synced
from .concentrators import Reset
from .radio import Eui

LAST_GOOD = "last-good"


@dataclass(frozen=True)
class Job:
    name: str
    eui: Eui
    program: str
    arguments: tuple[str, ...]
    folder: Path
    """Where it runs."""
    files: Mapping[str, str]
    """By their names in the folder."""
    reset: Reset | None = None

    def write(self, *, last_good: bool) -> None:
        """Put the files into the folder: the new ones, or the last good ones. Raises StoreError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, text in self.files.items():
                kept = self.folder / LAST_GOOD / name
                content = kept.read_bytes() if last_good and kept.exists() else text.encode()
                if _content(self.folder / name) != content:
                    write_synced(self.folder / name, content)
        except OSError as error:
            raise StoreError(f"{self.folder}: {error}") from error

    def keep(self) -> None:
        """What is in the folder works. Raises StoreError."""
        kept = self.folder / LAST_GOOD
        try:
            kept.mkdir(exist_ok=True)
            for name in self.files:
                content = (self.folder / name).read_bytes()
                if _content(kept / name) != content:
                    write_synced(kept / name, content)
        except OSError as error:
            raise StoreError(f"{kept}: {error}") from error

    @property
    def has_last_good(self) -> bool:
        """Whether there are other files that worked."""
        kept = self.folder / LAST_GOOD
        return any(_content(kept / n) not in (None, t.encode()) for n, t in self.files.items())


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
