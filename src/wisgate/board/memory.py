"""Where modules of a real gateway keep what outlives a restart: a file each in its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..bus.memory import Forgetful, Memory
from ..core.errors import Unavailable
from ..core.points import Value
from ..store.files import write_synced

FOLDER = "modules"
Memories = Callable[[str], Memory]
"""Gives the memory of an owner: "wisblock-1-rak12009"."""


class FileMemory:
    """One JSON file, replaced as a whole. Threads: lane only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, Value]:
        """A file that is missing or damaged is an empty memory: its owner knows its defaults."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Value])
        except (OSError, msgspec.DecodeError):
            return {}

    def keep(self, values: Mapping[str, Value]) -> None:
        """Raises Unavailable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_synced(self._path, msgspec.json.encode(values))
        except OSError as error:
            raise Unavailable(f"{self._path}: cannot be written: {error.strerror}") from error


def in_folder(folder: Path) -> Memories:
    """Memories of the gateway in `folder`."""
    return lambda owner: FileMemory(folder / FOLDER / f"{owner}.json")


def forgetful() -> Memories:
    """Memories that last as long as the board: what is kept is there again when a module opens."""
    kept: dict[str, Forgetful] = {}
    return lambda owner: kept.setdefault(owner, Forgetful())
