"""The shapes of the smaller entries: connectors and chips."""

from __future__ import annotations

import msgspec

from .facts import Entry


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
