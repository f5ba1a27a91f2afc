"""The shape of a module's entry: what it uses of its slot, offers, and can be set to.

A card for mPCIe or M.2, a PoE module, a battery and a solar panel are modules too; their `form`
says where they go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from .facts import ChannelEntry, Disagreement, Entry, Enumerated, Fitted
from .settings import Command, Option, applies

Evidence = Literal["documented", "modelled", "proven"]
Form = Literal["io", "sensor", "sensor-long", "core", "hat", "mpcie", "m2", "poe", "power", "oled"]
Need = Literal["usb2", "usb3", "pcie", "spi", "i2c", "uart", "sim"]


class Use(Entry, frozen=True, kw_only=True):
    """A signal of the connector that a module uses, and for what."""

    signal: str
    use: str
    direction: str = "input"
    """Seen from the host: "input", "output", "both" (a bus) or "supply"."""
    active_low: bool = False
    safe: bool | None = None
    """The safe state of an output; None for what needs none."""
    shared: bool = False
    """Whether others may use the same resource: a bus, a rail."""
    optional: bool = False
    """Reaches the connector, but nothing of the module needs it: an interrupt that nobody waits
    for, a terminal that may stay open. It is taken all the same, unless `when` says otherwise."""
    when: tuple[str, str | int | bool] | None = None
    """(option, value) of the user's file with which it is used; None is always."""


class Draw(Entry, frozen=True, kw_only=True):
    """What a module takes from a rail. Quantities; "" when nobody prints one."""

    rail: str
    """A signal of the connector ("3V3_S"), or a rail of the socket ("3V3", "5V")."""
    typical: str = ""
    maximum: str = ""
    """At most, over all states; what budgets add up."""
    when: tuple[str, str | int | bool] | None = None
    """As in `Use`."""


class Give(Entry, frozen=True, kw_only=True):
    """What a power source, or a terminal of a module, gives."""

    rail: str
    minimum: str = ""
    """Volts while it works; a battery: empty."""
    maximum: str = ""
    """Volts; a battery: full."""
    current: str = ""
    """At most."""
    power: str = ""
    when: tuple[str, str | int | bool] | None = None
    """As in `Use`."""


class Conversation(Entry, frozen=True, kw_only=True):
    """What one sample of a group of channels costs on its bus."""

    group: str = ""
    """"" is the group of all channels."""
    bus: Literal["I2C1", "UART1", "SPI", "ADC", "IO"]
    """"ADC": the slot ADC of the board. "IO": lines; they cost the I2C bus of the board where an
    expander serves them, and nothing where the processor does."""
    transactions: int
    """START to STOP; a repeated START is part of its transaction. UART: exchanges."""
    writes: int
    """Bytes, besides addresses."""
    reads: int
    wait: str = "0s"
    """Conversion times, warm-ups and turnarounds together."""
    held: bool = False
    """Whether nobody else may use the bus while waiting."""


class Answer(Entry, frozen=True, kw_only=True):
    """A further I2C address that a chip of the module answers."""

    ref: str
    address: int
    use: str
    cure: str = ""


class Rework(Entry, frozen=True, kw_only=True):
    """A soldering step that moves signals of a module."""

    name: str
    title: str
    moves: dict[str, str] = msgspec.field(default_factory=dict)
    """Signal as shipped: signal after the rework."""
    effect: tuple[str, str | int | bool] | None = None
    """(option, value) of the user's `[[slot]]` that says it was done; None when the driver does not
    know of it."""


class RegisterEntry(Entry, frozen=True, kw_only=True):
    """A register of what is a Modbus unit, with the words of the user's file."""

    name: str
    title: str
    address: int
    kind: Literal["coil", "discrete", "input", "holding"] = "holding"
    type: str = "uint16"
    scale: float = 1.0
    unit: str = ""
    over: str = ""
    """The register that it is divided by: a share is `scale` times the one over the other."""


class Module(Entry, frozen=True, kw_only=True):
    id: str
    title: str
    connector: str
    """Id of a connector; "" for what has none of the catalog (a power source)."""
    category: str
    evidence: Evidence
    interval: str = ""
    """Default sampling interval; "" for what is never sampled."""
    form: Form = "io"
    size: tuple[float, float] | None = None
    """Width and length in millimetres."""
    temperature: tuple[str, str] | None = None
    channels: tuple[ChannelEntry, ...] = ()
    """Fixed channels. A module with `units` has those of the user's registers instead."""
    units: bool = False
    units_when: tuple[str, str | int | bool] | None = None
    """(option, value) with which it has units; with others it has its own channels."""
    unit_id: int | None = None
    """Of what is a Modbus unit itself: its address as shipped."""
    registers: tuple[RegisterEntry, ...] = ()
    """Of what is a Modbus unit itself: what `model` of a `[[slot.unit]]` stands for."""
    frames: bool = False
    """Whether it has the signals of the user's frames besides its channels."""
    uses: tuple[Use, ...] = ()
    needs: tuple[Need, ...] = ()
    """Host interfaces of a card."""
    chips: tuple[Fitted, ...] = ()
    answers: tuple[Answer, ...] = ()
    enumerated: tuple[Enumerated, ...] = ()
    """What a card is on USB or PCI; any of them. None where nobody says."""
    options: tuple[Option, ...] = ()
    commands: tuple[Command, ...] = ()
    draws: tuple[Draw, ...] = ()
    gives: tuple[Give, ...] = ()
    conversation: tuple[Conversation, ...] = ()
    reworks: tuple[Rework, ...] = ()
    wiring: tuple[str, ...] = ()
    settles: str = ""
    """From supply or enable until the first trustworthy sample."""
    disagreements: tuple[Disagreement, ...] = ()
    limits: dict[str, str] = msgspec.field(default_factory=dict)
    """Absolute limits of terminals, as printed: "contact" = "30 V DC 8 A"."""

    @property
    def runs(self) -> bool:
        """Whether there is a driver: a module that is only documented is planned, not run. What is
        a unit itself runs behind a module with a serial line."""
        return self.evidence != "documented" and not self.registers

    def used(self, options: Mapping[str, object]) -> tuple[Use, ...]:
        """What it uses with these options."""
        return tuple(u for u in self.uses if applies(u.when, options))

    def has_units(self, options: Mapping[str, object]) -> bool:
        """Whether the user's registers are its channels, with these options."""
        return self.units and applies(self.units_when, options)

    def offered(self, options: Mapping[str, object]) -> tuple[ChannelEntry, ...]:
        """The channels that it has with these options."""
        return tuple(c for c in self.channels if applies(c.when, options))

    def commanded(self, options: Mapping[str, object]) -> tuple[Command, ...]:
        """The commands that it takes with these options."""
        return tuple(c for c in self.commands if applies(c.when, options))

    def drawn(self, options: Mapping[str, object]) -> tuple[Draw, ...]:
        """What it draws with these options."""
        return tuple(d for d in self.draws if applies(d.when, options))
