"""The shape of a module's entry: what it uses of its slot, offers, and can be set to."""

from __future__ import annotations

from .facts import ChannelEntry, Entry, Fitted


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
