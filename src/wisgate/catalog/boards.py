"""The shape of a board's entry: buses, chips, slots, lines, functions of the carrier."""

from __future__ import annotations

from .carrier import (
    Allocation,
    CorePin,
    Generation,
    Header,
    Input,
    Jumper,
    Limit,
    Link,
    Rail,
    Rework,
)
from .facts import ChannelEntry, Disagreement, Entry, Fitted
from .settings import Command, Option


class Bus(Entry, frozen=True, kw_only=True):
    """A bus of a board as Linux names it."""

    name: str
    kind: str = ""
    """"i2c", "spi" or "uart"."""
    clock: str = ""
    """Default clock, a quantity."""
    lines: tuple[int, ...] = ()
    """Lines of the host that it occupies, by BCM number."""


class Signal(Entry, frozen=True, kw_only=True):
    """Where a signal of a slot ends on the board. Exactly one of `line`, `ain`, `bus`, `uart`,
    `rail`, `usb`, `pcie`, `net` or `unknown` is set."""

    name: str
    pins: tuple[int, ...] = ()
    """Of the connector; empty where nobody publishes them."""
    chip: str = ""
    """`ref` of the expander or ADC, or "host"."""
    line: int | None = None
    ain: int | None = None
    bus: str = ""
    uart: str = ""
    rail: str = ""
    usb: str = ""
    """The port: `child` of a link."""
    pcie: str = ""
    net: str = ""
    """A signal of the core slot: the core decides where it ends. "NC" when left open."""
    unknown: bool = False
    """Nobody documents where it ends."""
    revisions: tuple[str, ...] = ()
    """Of the board; empty means all."""


class Role(Entry, frozen=True, kw_only=True):
    """What the vendor intends a slot for."""

    use: str
    rank: str
    """"primary" or "secondary", as printed."""


class Fit(Entry, frozen=True, kw_only=True):
    """A product that the vendor names for a slot."""

    product: str
    """As printed."""
    module: str = ""
    """Its entry in the catalog."""
    interface: str = ""
    """"usb2", "usb3", "spi" or "pcie"."""


class Slot(Entry, frozen=True, kw_only=True):
    """A place on a board where a module goes."""

    name: str
    title: str
    connector: str
    signals: tuple[Signal, ...]
    accepts: tuple[str, ...] = ()
    """Forms of the modules that fit."""
    neighbours: tuple[str, ...] = ()
    """Slots that a long module in this one covers."""
    side: str = "top"
    roles: tuple[Role, ...] = ()
    fits: tuple[Fit, ...] = ()

    def signal(self, name: str, revision: str = "") -> Signal | None:
        """The signal of that name; of the board's default revision when none is given."""
        named = (s for s in self.signals if s.name == name)
        fitting = (s for s in named if not revision or not s.revisions or revision in s.revisions)
        return next(fitting, None)


class BoardLine(Entry, frozen=True, kw_only=True):
    """A GPIO line of the board that is not part of a slot."""

    name: str
    chip: str
    line: int
    use: str
    direction: str = "input"
    active_low: bool = False


class Enumerates(Entry, frozen=True, kw_only=True):
    """A soldered part that USB or PCI shows, and how often."""

    part: str
    count: int
    optional: bool = False
    """Whether the vendor also ships boards without."""
    use: str


class Function(Entry, frozen=True, kw_only=True):
    """A function of the carrier itself: a file in `onboard/` of the same name."""

    name: str
    title: str
    channels: tuple[ChannelEntry, ...]
    interval: str
    chip: str = ""
    """`ref` of the chip it uses."""
    optional: bool = False
    """Whether it only runs when the file has its table: not every board has what it needs."""
    slot: str = ""
    """The connector that it takes."""
    transactions: int = 4
    bytes: int = 16
    """What one sampling moves on the bus of its chip, addresses included."""
    options: tuple[Option, ...] = ()
    commands: tuple[Command, ...] = ()


class Board(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    vendor: str
    evidence: str
    form: str = "carrier"
    """"carrier", "hat", "core" or "module" (soldered)."""
    aliases: tuple[str, ...] = ()
    """Other names that people ask for."""
    size: tuple[float, float] | None = None
    """Width and length in mm."""
    revisions: tuple[str, ...] = ()
    """The first is the default."""
    carries: str = ""
    """The board that is soldered on this one."""
    buses: tuple[Bus, ...] = ()
    chips: tuple[Fitted, ...] = ()
    slots: tuple[Slot, ...] = ()
    lines: tuple[BoardLine, ...] = ()
    """Those that the board uses itself."""
    gpio: tuple[Allocation, ...] = ()
    """Every line of the host and of the expanders."""
    onboard: tuple[Function, ...] = ()
    headers: tuple[Header, ...] = ()
    jumpers: tuple[Jumper, ...] = ()
    reworks: tuple[Rework, ...] = ()
    inputs: tuple[Input, ...] = ()
    rails: tuple[Rail, ...] = ()
    limits: tuple[Limit, ...] = ()
    links: tuple[Link, ...] = ()
    enumerates: tuple[Enumerates, ...] = ()
    """What USB and PCI show of the board itself."""
    generations: tuple[Generation, ...] = ()
    pins: tuple[CorePin, ...] = ()
    """Of a core: its connector."""
    disagreements: tuple[Disagreement, ...] = ()

    def slot(self, name: str) -> Slot | None:
        return next((s for s in self.slots if s.name == name), None)

    def chip(self, ref: str) -> Fitted | None:
        return next((c for c in self.chips if c.ref == ref), None)

    def core_pin(self, signal: str) -> CorePin | None:
        """Where a signal of the core slot ends on this core: `core_pin("IO1").port`."""
        return next((p for p in self.pins if signal in (p.signal, p.name)), None)
