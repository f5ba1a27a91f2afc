"""The shape of a board's entry: buses, chips, slots, lines, functions of the carrier."""

from __future__ import annotations

from .facts import ChannelEntry, Entry, Fitted


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
