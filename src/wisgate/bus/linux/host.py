"""The computer we run on."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import Unavailable


class LinuxHost:
    """This host, as far as it is no bus. Threads: any."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def boot_id(self) -> str:
        """The kernel's random identity of this boot. Raises Unavailable without a /proc."""
        path = self._root / "proc/sys/kernel/random/boot_id"
        try:
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}; mount /proc") from error
