"""Who knows the time: the clock chip of the kernel, and whether the system's clock is kept right.

Sources: kernel, Documentation/ABI/testing/sysfs-class-rtc, drivers/rtc/rtc-pcf85063.c (a clock that
stood still refuses to be read); adjtimex(2).
"""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

from ...core.errors import Unavailable
from ..host import ClockChip
from .files import text
from .kernel import place_of

TIME_ERROR = 5
"""What adjtimex returns while nobody keeps the clock right."""


def clock_chip(root: Path) -> ClockChip | None:
    """The first clock of the kernel, which is the one that sets the system's at its start."""
    node = root / "sys/class/rtc/rtc0"
    name = text(node / "name")
    if not name:
        return None
    counted = text(node / "since_epoch")
    return ClockChip(name, place_of(node), float(counted) if counted.isdigit() else None)


def wake_at(root: Path, at: float | None) -> None:
    """Set the alarm of the first clock. An alarm that is there must be taken back first; 0 does."""
    node = root / "sys/class/rtc/rtc0/wakealarm"
    if not node.exists():
        raise Unavailable("the kernel's clock has no alarm; look at /sys/class/rtc/rtc0/wakealarm")
    try:
        node.write_text("0\n", encoding="ascii")
        if at is not None:
            node.write_text(f"{round(at)}\n", encoding="ascii")
    except OSError as error:
        raise Unavailable(
            f"/sys/class/rtc/rtc0/wakealarm cannot be written: {error.strerror}; only the superuser"
            " may set an alarm"
        ) from error


def utc_ns() -> int:
    """What the clock of the system says."""
    return time.time_ns()


def synchronized() -> bool | None:
    """Whether a time service has told the kernel that its clock is right, whichever it is: chrony,
    ntpd and systemd-timesyncd all do. None where the kernel does not say."""
    room = (ctypes.c_long * 64)()  # struct timex with all zero: modes = 0 changes nothing
    answer = int(ctypes.CDLL(None).adjtimex(room))
    return None if answer < 0 else answer != TIME_ERROR
