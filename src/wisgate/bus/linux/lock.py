"""One process per folder: a lock that the kernel drops with its holder, however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import InUse, Unavailable


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock file `path` (made when missing, never removed) until the end of the block.

    Raises InUse when another process holds it, Unavailable when it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.open("a")
    except OSError as error:
        raise Unavailable(
            f"{path}: {error.strerror}; the folder must be writable by this user"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUse(
                f"another wisgate uses {path.parent}; stop it, or name another folder"
            ) from error
        yield
