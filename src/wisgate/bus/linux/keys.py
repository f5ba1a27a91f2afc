"""Lines that the kernel made keys of (gpio-keys): read as input events.

RAKPiOS 0.10 owns the power-fail line of the RAK7391 this way; a request of the line itself is
refused then. Sources: kernel, Documentation/input/input.rst and include/uapi/linux/input.h;
drivers/input/keyboard/gpio_keys.c (its `phys` is "gpio-keys/input0").
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from ...core.errors import BusUnavailable
from ..lines import Edge, Input, Line, Lines, Output
from .files import entries, text
from .i2c import Ioctl

EVENT = struct.Struct("@llHHi")
"""struct input_event: seconds and microseconds, type, code, value."""
EV_KEY = 1
RELEASED, PRESSED = 0, 1
"""Values of a key event; 2 is autorepeat."""
KEY_BYTES = 96
"""A bit for each key, KEY_MAX is 0x2FF."""
EVIOCGKEY = 2 << 30 | KEY_BYTES << 16 | ord("E") << 8 | 0x18
EVIOCSCLOCKID = 1 << 30 | 4 << 16 | ord("E") << 8 | 0xA0
EVENTS_AT_ONCE = 64
PHYS = "gpio-keys"


class KeyLines:
    """The lines of a GPIO chip, some of which may be keys of the kernel. Threads: lane only."""

    def __init__(
        self,
        lines: Lines,
        keys: Mapping[int, int],
        *,
        root: Path = Path("/"),
        ioctl: Ioctl | None = None,
    ) -> None:
        """`keys`: offset of a line, and the code of the key that the kernel may make of it."""
        self._lines, self._keys, self._root = lines, keys, root
        self._ioctl = ioctl or cast(Ioctl, fcntl.ioctl)

    @property
    def interrupts(self) -> bool:
        return self._lines.interrupts

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        """As a key where the kernel has one, else as a line. Raises BusUnavailable."""
        if isinstance(settings, Input) and offset in self._keys:
            code = self._keys[offset]
            node = _node(self._root, code)
            if node is not None:
                return KeyLine(node, code, settings, self._ioctl)
        return self._lines.request(offset, settings, consumer)


class KeyLine:
    """One key as a line: pressed is active where the line is active low. Threads: lane only."""

    def __init__(self, node: Path, code: int, settings: Input, ioctl: Ioctl) -> None:
        """Raises BusUnavailable."""
        self._code, self._node, self._ioctl = code, node, ioctl
        self._when_pressed = settings.active_low
        try:
            self._fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise BusUnavailable(
                f"{node} does not exist here; give it to the container, to be read"
            ) from error
        except OSError as error:
            raise BusUnavailable(
                f"{node} cannot be opened: {error.strerror}; add the user to the group input"
            ) from error
        self._call(EVIOCSCLOCKID, bytearray(struct.pack("@i", time.CLOCK_MONOTONIC)))

    def get(self) -> bool:
        """See `Line.get`."""
        keys = bytearray(KEY_BYTES)
        self._call(EVIOCGKEY, keys)
        pressed = bool(keys[self._code // 8] >> self._code % 8 & 1)
        return pressed is self._when_pressed

    def set(self, value: bool) -> None:
        """A key cannot be driven. Raises BusUnavailable."""
        raise BusUnavailable(f"{self._node} is a key of the kernel; it cannot be driven")

    def edges(self) -> list[Edge]:
        """See `Line.edges`."""
        found: list[Edge] = []
        while events := self._events():
            for seconds, microseconds, kind, code, value in events:
                if kind == EV_KEY and code == self._code and value in (RELEASED, PRESSED):
                    active = (value == PRESSED) is self._when_pressed
                    found.append(Edge(active, seconds + microseconds / 1e6))
        return found

    def release(self) -> None:
        """See `Line.release`. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _events(self) -> list[tuple[int, int, int, int, int]]:
        try:
            content = os.read(self._fd, EVENT.size * EVENTS_AT_ONCE)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return []
            raise self._gone(error) from error
        return [cast(tuple[int, int, int, int, int], e) for e in EVENT.iter_unpack(content)]

    def _call(self, request: int, argument: bytearray) -> None:
        try:
            self._ioctl(self._fd, request, argument, True)
        except OSError as error:
            raise self._gone(error) from error

    def _gone(self, error: OSError) -> BusUnavailable:
        return BusUnavailable(f"{self._node} does not answer: {error.strerror}; look at dmesg")


def _node(root: Path, code: int) -> Path | None:
    """The node of the GPIO keys that have this one."""
    for event in entries(root / "sys/class/input"):
        unit = event / "device"
        if not event.name.startswith("event") or not text(unit / "phys").startswith(PHYS):
            continue
        # Words of a long each, in hexadecimal, the highest first.
        words = text(unit / "capabilities/key").split()
        bits = sum(int(word, 16) << 64 * n for n, word in enumerate(reversed(words)))
        if bits >> code & 1:
            return root / "dev/input" / event.name
    return None
