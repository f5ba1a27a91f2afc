"""Files that the user's file names: they exist, and secrets are their owner's only."""

from __future__ import annotations

import stat
from pathlib import Path

from .readers import shown
from .tables import Option, Table

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def named_file(
    table: Table, option: Option[str | None], folder: Path, secret: bool = False
) -> Path | None:
    """The absolute path of a file that exists; a `secret` one is its owner's only."""
    written = table.get(option)
    if written is None:
        return None
    path = (folder / written).absolute()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        table.wrong(
            option, f"{shown(written)} does not exist, seen from the folder of this file; create it"
        )
        return path
    except OSError as error:
        table.wrong(
            option, f"{shown(written)} cannot be reached ({error.strerror}); check the path"
        )
        return path
    if not stat.S_ISREG(mode):
        table.wrong(option, f"{shown(written)} is no file; name a file")
    elif secret and mode & OTHERS:
        found = f"{shown(written)} is open to others (mode {stat.S_IMODE(mode):04o})"
        table.wrong(option, f"{found}; run: chmod 600 {written}")
    return path
