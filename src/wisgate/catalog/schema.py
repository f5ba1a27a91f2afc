"""The shape of catalog entries. Every entry is a TOML file in `data/`; unknown keys are refused.

A fact carries `source` (keys of the fact sheets: S3 = the vendor's RAK7391 datasheet page, WP =
wisblock-python, … spelled out in `data/sources.toml`) and `confidence`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ..core.points import Channel, Kind, Value


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


class Strap(Entry, frozen=True, kw_only=True):
    """A resistor option that selects an I2C address."""

    fitted: str
    address: int
    default: bool = False


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
    params: dict[str, str] = {}


class Bus(Entry, frozen=True, kw_only=True):
    """A bus of a board as Linux names it."""

    name: str
    clock: str = ""
    """Default clock, a quantity."""


class Signal(Entry, frozen=True, kw_only=True):
    """Where a signal of a slot ends on the board. Exactly one of `line`, `ain`, `bus`, `uart`,
    `rail` or `unknown` is set."""

    name: str
    pins: tuple[int, ...]
    chip: str = ""
    """`ref` of the expander or ADC, or "host"."""
    line: int | None = None
    ain: int | None = None
    bus: str = ""
    uart: str = ""
    rail: str = ""


class Slot(Entry, frozen=True, kw_only=True):
    """A place on a board where a module goes."""

    name: str
    title: str
    connector: str
    signals: tuple[Signal, ...]

    def signal(self, name: str) -> Signal | None:
        return next((s for s in self.signals if s.name == name), None)


class BoardLine(Entry, frozen=True, kw_only=True):
    """A GPIO line of the board that is not part of a slot."""

    name: str
    chip: str
    line: int
    use: str
    direction: str = "input"
    active_low: bool = False


class Function(Entry, frozen=True, kw_only=True):
    """A function of the carrier itself: a file in `onboard/` of the same name."""

    name: str
    title: str
    channels: tuple[ChannelEntry, ...]
    interval: str
    chip: str = ""


class Board(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    vendor: str
    evidence: str
    buses: tuple[Bus, ...]
    chips: tuple[Fitted, ...]
    slots: tuple[Slot, ...]
    lines: tuple[BoardLine, ...] = ()
    onboard: tuple[Function, ...] = ()

    def slot(self, name: str) -> Slot | None:
        return next((s for s in self.slots if s.name == name), None)

    def chip(self, ref: str) -> Fitted | None:
        return next((c for c in self.chips if c.ref == ref), None)


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

    @property
    def channel(self) -> Channel:
        safe: Value = self.safe
        return Channel(
            self.name, self.unit, self.kind, self.decimals, self.writable, safe, self.point
        )


class Use(Entry, frozen=True, kw_only=True):
    """A signal of the connector that a module uses, and for what."""

    signal: str
    use: str
    direction: str = "input"
    """Seen from the host: "input", "output", "both" (a bus) or "supply"."""
    active_low: bool = False
    safe: bool | None = None
    shared: bool = False
    """Whether others may use the same resource: a bus, a rail."""


class Option(Entry, frozen=True, kw_only=True):
    """A parameter of a module that the user's file may set in its `[[slot]]`, and a keyword of the
    module's constructor."""

    name: str
    title: str
    dimension: str = ""
    """Of a quantity ("time", "resistance"); otherwise `choices` or a plain integer."""
    default: str | int | bool
    choices: tuple[str | int, ...] = ()
    minimum: str | int | None = None
    maximum: str | int | None = None


class Module(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    connector: str
    category: str
    evidence: str
    interval: str
    """Default sampling interval."""
    channels: tuple[ChannelEntry, ...] = ()
    """Fixed channels. A module with `units` has those of the user's registers instead."""
    units: bool = False
    uses: tuple[Use, ...]
    chips: tuple[Fitted, ...] = ()
    options: tuple[Option, ...] = ()
    wiring: tuple[str, ...] = ()


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    signal: str


class Connector(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    pins: tuple[Pin, ...]


class Chip(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    vendor: str
    datasheet: str
    interface: str
    supply: str
    """As printed: "1.65 V to 5.5 V"."""
    addresses: tuple[int, ...] = ()
    max_clock: str = ""
    identity: str = ""
    """How a driver recognises the chip; "" when it cannot."""
    compatible: tuple[str, ...] = ()
