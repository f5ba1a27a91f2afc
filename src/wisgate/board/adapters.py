"""Adapters on the USB of this computer: where they are plugged in, and the names of their ports."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..bus.linux import plugged


def plugged_in(
    ids: Collection[tuple[int, int]], root: Path = Path("/")
) -> tuple[list[str], tuple[str, ...]]:
    """The places ("1-1.3") of adapters with one of these pairs of vendor and product, in the order
    of the ports, and the names in /dev/serial/by-path. `root` is where the file system begins."""
    places = [unit.path for unit in plugged.usb(root) if (unit.vendor, unit.product) in ids]
    return places, plugged.serial_links(root)
