"""What the kernel itself does with chips: which it owns, and what it measures with them.

Source: kernel, Documentation/hwmon/sysfs-interface and Documentation/ABI/testing/sysfs-bus-iio.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..host import Measuring
from .files import entries, text

SCALES = {"temp": 1e-3, "in": 1e-3, "curr": 1e-3, "power": 1e-6, "fan": 1.0}
"""From what hwmon counts in to SI units; revolutions per minute stay."""
_PLACE = re.compile(r"\d+-[0-9a-f]{4}")


def driver_of(root: Path, bus: int, address: int) -> str:
    """The driver that is bound to an I2C address; "" when the address is free."""
    try:
        link = os.readlink(root / f"sys/bus/i2c/devices/{bus}-{address:04x}/driver")
    except OSError:
        return ""
    return os.path.basename(link)


def place_of(node: Path) -> str:
    """The I2C place ("1-0051") of the chip behind a node of a class; "" when it is none."""
    parts = reversed(node.resolve().parts)
    return next((part for part in parts if _PLACE.fullmatch(part)), "")


def measuring(root: Path) -> tuple[Measuring, ...]:
    """Every chip of hwmon with its values, then those of iio, which are only named."""
    return (*_hwmon(root), *_iio(root))


def _hwmon(root: Path) -> Iterator[Measuring]:
    for node in entries(root / "sys/class/hwmon"):
        yield Measuring(text(node / "name"), place_of(node), dict(_values(node)))


def _iio(root: Path) -> Iterator[Measuring]:
    for node in entries(root / "sys/bus/iio/devices"):
        if node.name.startswith("iio:"):
            yield Measuring(text(node / "name"), place_of(node))


def _values(node: Path) -> Iterator[tuple[str, float]]:
    for file in entries(node):
        channel, _, kind = file.name.rpartition("_")
        scale = SCALES.get(channel.rstrip("0123456789"))
        with suppress(ValueError):  # what cannot be read now reads as nothing
            if kind == "input" and scale is not None:
                yield channel, int(text(file)) * scale
            elif kind == "alarm":
                yield file.name, float(text(file))
