"""What every catalog entry is made of: facts with their source and confidence.

`source` names keys of the fact sheets: S0 to S3 are the vendor's pages, WP is wisblock-python, …
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from ..core.points import Channel, Kind, Value
from ..core.quantities import parse


class Confidence(StrEnum):
    DOCUMENTED = "documented"
    """Printed by the vendor of the board."""
    VENDOR_CODE = "vendor-code"
    """Read from the vendor's code, schematic or photograph."""
    DATASHEET = "datasheet"
    """From the datasheet of the chip."""
    THIRD_PARTY = "third-party"
    INFERRED = "inferred"
    ASSUMED = "assumed"
    """Nobody documents it; the most sensible assumption."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every fact has."""

    source: str
    confidence: Confidence = Confidence.DOCUMENTED
    note: str = ""


class Enumerated(Entry, frozen=True, kw_only=True):
    """How USB or PCI names a part: by vendor and product, or by what it is for."""

    bus: Literal["usb", "pci"]
    vendor: int | None = None
    product: int | None = None
    class_code: int | None = None
    """Of PCI, base class and subclass: 0x0108 is a drive that speaks NVMe."""


class Strap(Entry, frozen=True, kw_only=True):
    """A resistor option that selects an I2C address."""

    fitted: str
    address: int
    default: bool = False
    removed: str = ""
    """Resistors that must not be fitted."""


class Fitted(Entry, frozen=True, kw_only=True):
    """A chip on a board or a module."""

    ref: str
    part: str
    title: str = ""
    bus: str = ""
    """A bus of the board ("i2c-1"), or a signal of the module's connector ("I2C1")."""
    address: int | None = None
    straps: tuple[Strap, ...] = ()
    kernel_driver: str = ""
    """The Linux driver that owns the chip on RAKPiOS, or ""."""
    optional: bool = False
    """Whether there are boards without it."""
    params: dict[str, str] = {}


class ChannelEntry(Entry, frozen=True, kw_only=True):
    """An input or output of a module. `safe` only for writable ones."""

    name: str
    title: str
    unit: str = ""
    kind: Kind = Kind.FLOAT
    decimals: int = 3
    writable: bool = False
    safe: bool | float | int | str | None = None
    range: tuple[str, str] | None = None
    """What the module can measure or take, as quantities."""
    point: str = ""
    """What the point is called when the user does not name it; only for functions of the carrier,
    which exist once."""
    event: bool = False
    """Whether its readings are things that happened, not the state of something."""
    when: tuple[str, str | int | bool] | None = None
    """(option, value) of the user's file with which it exists; None is always."""

    @property
    def channel(self) -> Channel:
        safe: Value = self.safe
        return Channel(
            self.name,
            self.unit,
            self.kind,
            self.decimals,
            self.writable,
            safe,
            self.point,
            self.event,
            self._range,
        )

    @property
    def _range(self) -> tuple[float, float] | None:
        if self.range is None:
            return None
        low, high = (parse(end).to(self.unit) for end in self.range)
        return low, high


class Said(Entry, frozen=True, kw_only=True):
    """One version of a fact that sources disagree about."""

    says: str


class Disagreement(Entry, frozen=True, kw_only=True):
    """Sources that print different things, and what this catalog makes of it."""

    id: str = ""
    topic: str
    claims: tuple[Said, ...]
    resolution: str
