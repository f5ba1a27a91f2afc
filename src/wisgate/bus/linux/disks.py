"""File systems and the drives under them.

Sources: proc_mounts(5); kernel, Documentation/driver-api/mmc/mmc-dev-attrs (life_time in tenths,
pre_eol_info), which JEDEC JESD84-B51 defines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..host import Drive, Mount
from .files import entries, text

NO_DRIVES = ("loop", "ram", "zram", "dm-", "sr", "md")
"""Beginnings of the names of block nodes that are no drive."""
RESERVE = {1: "normal", 2: "warning", 3: "urgent"}
"""pre_eol_info: less than 80 %, 80 %, 90 % of the reserved blocks are used."""


def mounts(root: Path) -> tuple[Mount, ...]:
    """File systems on drives, each drive's partition once, by the place where it was put first."""
    found: dict[str, Mount] = {}
    for line in text(root / "proc/mounts").splitlines():
        source, place, kind, options = (_plain(word) for word in line.split(" ")[:4])
        if not source.startswith("/dev/") or source in found:
            continue
        try:
            size = os.statvfs(root / place.lstrip("/"))
        except OSError:
            continue
        found[source] = Mount(
            place,
            _drive_of(root, source.removeprefix("/dev/")),
            kind,
            "ro" in options.split(","),
            size.f_blocks * size.f_frsize,
            size.f_bavail * size.f_frsize,
        )
    return tuple(found.values())


def drives(root: Path) -> tuple[Drive, ...]:
    """Every drive, with what it says of its own age."""
    return tuple(_drives(root))


def _drives(root: Path) -> Iterator[Drive]:
    for node in entries(root / "sys/block"):
        if node.name.startswith(NO_DRIVES) or "boot" in node.name:
            continue
        card = node / "device"
        title = text(card / "name") or text(card / "model")
        kind = {"MMC": "emmc", "SD": "sd"}.get(text(card / "type"), "")
        if node.name.startswith("nvme"):
            kind = "nvme"
        yield Drive(node.name, title, kind, _worn(card), _spare(card))


def _worn(card: Path) -> float | None:
    """The older of the two kinds of memory in an eMMC: step n means up to n tenths are used."""
    steps = [int(step, 16) for step in text(card / "life_time").split()]
    return max(steps) / 10 if any(steps) else None


def _spare(card: Path) -> str:
    told = text(card / "pre_eol_info")
    return RESERVE.get(int(told, 16), "") if told else ""


def _drive_of(root: Path, partition: str) -> str:
    """The drive of a partition; a node of its own where the kernel does not know it as one."""
    node = root / "sys/class/block" / partition
    if (node / "partition").exists():
        return node.resolve().parent.name
    return partition


def _plain(word: str) -> str:
    """Spaces stand as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)
