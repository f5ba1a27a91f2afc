"""The folder of one gateway: store, secrets and the control socket, used by one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..bus.linux.lock import hold
from ..core.errors import Unavailable


@contextmanager
def hold_folder(folder: Path) -> Iterator[Path]:
    """Make `folder` if need be, keep every other gateway out of it, and let what is written
    meanwhile be readable for us alone. Raises InUse, Unavailable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"{folder}: cannot be used for the store: {error.strerror}; choose another with --data"
        ) from error
    before = os.umask(0o077)  # the folder may have been made by somebody more generous
    try:
        with hold(folder / "lock"):
            yield folder
    finally:
        os.umask(before)


def bytes_written() -> int | None:
    """Bytes that this process has had written to drives since it began; None where the kernel does
    not tell. https://docs.kernel.org/filesystems/proc.html, write_bytes."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return None
    counted = {name: int(count) for name, _, count in (line.partition(": ") for line in lines)}
    return counted.get("write_bytes")
