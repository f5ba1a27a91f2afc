"""Small files of /sys and /proc, which come and go with what they describe."""

from __future__ import annotations

from pathlib import Path


def text(path: Path) -> str:
    """What stands there, without its line end; "" when it cannot be read (any more)."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by number where the names end in one; nothing when it is not there."""
    try:
        found = list(folder.iterdir())
    except OSError:
        return []
    return sorted(found, key=lambda path: (len(path.name), path.name))
