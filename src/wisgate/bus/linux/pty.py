"""A pseudo-terminal: a serial port whose other end is a program of ours."""

from __future__ import annotations

import os
import select
import termios
import tty
from pathlib import Path

from ...core.errors import Unavailable

_SPEEDS = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name.startswith("B") and name[1:].isdigit() and int(name[1:])
}


class Pty:
    """`name` is what other programs open; `link` is a second name for it, removed at the end.
    Raises Unavailable when the link cannot be made. Threads: one."""

    def __init__(self, link: Path | None = None) -> None:
        self._ours, self._theirs = os.openpty()  # held open, so that programs may come and go
        tty.setraw(self._theirs)
        self.name = os.ttyname(self._theirs)
        self._link = link
        if link is not None:
            try:
                link.symlink_to(self.name)
            except OSError as error:
                self._link = None
                self.close()
                raise Unavailable(
                    f"{link}: no link can be made here: {error.strerror}; choose another name"
                ) from error

    @property
    def speed(self) -> int | None:
        """The baud rate that the other program has set; None for an odd one."""
        return _SPEEDS.get(termios.tcgetattr(self._ours)[5])

    def receive(self, timeout: float) -> bytes:
        """What the other program has sent, at the latest after `timeout` seconds."""
        ready, _, _ = select.select([self._ours], [], [], timeout)
        return os.read(self._ours, 4096) if ready else b""

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)

    def close(self) -> None:
        """Idempotent."""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link = None
        for descriptor in (self._ours, self._theirs):
            if descriptor >= 0:
                os.close(descriptor)
        self._ours = self._theirs = -1
