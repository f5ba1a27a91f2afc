"""USB adapters by what they are, in the order of where they are plugged in."""

from __future__ import annotations

from pathlib import Path

from .plugged import usb


def paths(vendor: int, product: int, *, root: Path = Path("/")) -> list[str]:
    """The USB paths ("1-1.4") of every adapter with these ids, sorted by port numbers: the order
    does not depend on which one the kernel saw first. Empty when there is none."""
    return [u.path for u in usb(root) if (u.vendor, u.product) == (vendor, product)]
