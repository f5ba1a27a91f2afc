"""The shapes of the smaller entries: connectors and chips."""

from __future__ import annotations

import msgspec

from .facts import Entry, Enumerated


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int | str
    signal: str


class Connector(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    pins: tuple[Pin, ...]


class Question(Entry, frozen=True, kw_only=True):
    """Reads of registers that tell who is there and change nothing: `ask` is written (a register's
    address), `answer` must come back where `mask` has ones."""

    ask: tuple[int, ...]
    answer: tuple[int, ...]
    mask: tuple[int, ...] = ()


class Chip(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    vendor: str
    datasheet: str
    """Its name, or "not published"."""
    interface: str
    evidence: str = "modelled"
    """"documented": known to the catalog only, no driver and no twin."""
    supply: str = ""
    """As printed: "1.65 V to 5.5 V"."""
    addresses: tuple[int, ...] = ()
    max_clock: str = ""
    identity: str = ""
    """How a driver recognises the chip; "" when it cannot."""
    questions: tuple[Question, ...] = ()
    """What may be asked of a chip in use; none where every identification changes something."""
    sleeps: bool = False
    """Whether it answers no address while it sleeps."""
    enumerated: tuple[Enumerated, ...] = ()
    """On USB or PCI; any of them."""
    compatible: tuple[str, ...] = ()
