"""Shapes of what a board has besides chips and slots: headers, jumpers, reworks, power, links."""

from __future__ import annotations

import msgspec

from .facts import Entry


class HeaderPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A pin of a header. At most one of `line`, `bus`, `rail` and `net` says where it ends."""

    number: int | str
    name: str
    """As the vendor prints it."""
    chip: str = ""
    """With `line`: `ref` of an expander, or "host"."""
    line: int | None = None
    bus: str = ""
    rail: str = ""
    net: str = ""
    """A signal of the core slot: the core decides where it ends."""
    use: str = ""


class Header(Entry, frozen=True, kw_only=True):
    """A connector of the board that is not a slot."""

    name: str
    title: str
    kind: str
    """The part: "pin header", "JST PH 2.0", "HDMI type A", …"""
    pins: tuple[HeaderPin, ...] = ()

    def pin(self, number: int | str) -> HeaderPin | None:
        return next((p for p in self.pins if p.number == number), None)


class Jumper(Entry, frozen=True, kw_only=True):
    """A place where a cap may connect two pins."""

    header: str
    pins: tuple[int, ...] = ()
    name: str
    """As printed."""
    setting: str
    """Key of the user's `[jumpers]` table."""
    fitted: str
    """What happens when the cap is fitted."""
    default: bool | None = None
    """How the board ships; None where nobody says."""
    choices: tuple[str, ...] = ()
    """Positions of a cap that chooses instead of connecting."""


class Rework(Entry, frozen=True, kw_only=True):
    """Work with the soldering iron that changes how the board is wired."""

    id: str
    title: str
    steps: tuple[str, ...]
    effect: tuple[str, str] | None = None
    """(key, value) of the user's file that says it was done: ("straps.external_i2c", "i2c-3")."""


class SupplyClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a class of an input gives on the supply rail."""

    name: str
    """As the user's file names it: "at"."""
    standard: str
    power: str
    current: str


class Input(Entry, frozen=True, kw_only=True):
    """A way to power the board. Quantities; "" where nobody says."""

    name: str
    title: str
    minimum: str = ""
    maximum: str = ""
    power: str = ""
    """What it delivers at most."""
    exclusive: str = ""
    """Inputs of one group must not be used together."""
    needs: str = ""
    """A module without which it does not work."""
    classes: tuple[SupplyClass, ...] = ()
    output: str = ""
    """The voltage that it puts on the supply rail, when that is not its own."""


class Rail(Entry, frozen=True, kw_only=True):
    """A supply that modules draw from."""

    name: str
    voltage: str
    limit: str = ""
    """Maximum current, a quantity; "" where nobody says."""
    origin: str = ""
    """Rail or input that it comes from; "supply" is whichever input is used."""
    hold: str = ""
    """How long it lasts after the input is lost; "" where nothing carries it."""
    switched: str = ""
    """The signal that switches it; "" means always on."""


class Limit(Entry, frozen=True, kw_only=True):
    """A value that must stay in a range."""

    subject: str
    quantity: str
    minimum: str = ""
    maximum: str = ""


class Link(Entry, frozen=True, kw_only=True):
    """An edge of the USB or PCIe tree. Children of one parent share its bandwidth."""

    parent: str
    child: str
    kind: str
    """"usb2", "usb3", "pcie" or "ethernet"."""
    bandwidth: str = ""
    """As printed: "480 Mbit/s"."""
    megabits: int | None = None


class Generation(Entry, frozen=True, kw_only=True):
    """A series of the board that differs in its wiring."""

    number: int
    title: str
    expanders: str
    mapping: str
    adc: tuple[int, ...]


class Allocation(Entry, frozen=True, kw_only=True):
    """What a line of the host or of an expander is wired to. A board's `lines` are those that it
    uses itself; these are all of them."""

    chip: str
    """`ref` of the expander, or "host"."""
    line: int
    name: str
    """As the port is called: "GPIO16", "IO0_6"."""
    use: str
    pin: int | None = None
    """Of the 40-pin header."""
    ends: tuple[str, ...] = ()
    """Slots and headers that it reaches."""
    active_low: bool = False
    unknown: bool = False


class CorePin(Entry, frozen=True, kw_only=True):
    """A pin of a core's connector and where it ends on the microcontroller."""

    number: int | str
    name: str
    """As the vendor prints it."""
    signal: str = ""
    """The name that slots use for it ("IO1"); "" when it is the printed one."""
    port: str = ""
    """Port of the microcontroller, "P0.17"."""
    arduino: int | None = None
    pad: int | None = None
    """Pad of the module that the core carries."""
    adc: str = ""
    """Channel of the microcontroller's converter."""
