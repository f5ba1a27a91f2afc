"""USB adapters by what they are, in the order of where they are plugged in."""

from __future__ import annotations

import re
from pathlib import Path


def paths(vendor: int, product: int, *, root: Path = Path("/")) -> list[str]:
    """The USB paths ("1-1.4") of every adapter with these ids, sorted by port numbers: the order
    does not depend on which one the kernel saw first. Empty when there is none."""
    found = []
    for place in (root / "sys/bus/usb/devices").glob("*"):
        try:
            ids = [int((place / name).read_text(), 16) for name in ("idVendor", "idProduct")]
        except (OSError, ValueError):
            continue  # an interface or a root hub that is just going away
        if ids == [vendor, product]:
            found.append(place.name)
    return sorted(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path)])
