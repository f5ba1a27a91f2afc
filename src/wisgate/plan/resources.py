"""Where a signal of a slot ends: the resources that a claim names. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..catalog.boards import Board, Signal, Slot
from ..catalog.modules import Module
from ..config.model import Config, SlotConfig

I2C = ("I2C1", "I2C1_SDA", "I2C1_SCL")
UART = ("UART1", "TXD1", "RXD1")
SPI = ("SPI", "SPI_CS", "SPI_CLK", "SPI_MISO", "SPI_MOSI")
INTERNAL = ("oled",)
"""Slots that stay on the bus of the soldered chips whatever was re-routed (boards sheet F22)."""
ADC_REF = "U-ADC"


@dataclass(frozen=True)
class Placement:
    """A module in a slot."""

    slot: Slot
    module: Module
    config: SlotConfig

    @property
    def options(self) -> dict[str, object]:
        return dict(self.config.options)

    @property
    def address(self) -> int | None:
        """I2C address of the module's chip: what the user chose, or as shipped."""
        chosen = self.options.get("address")
        if isinstance(chosen, int):
            return chosen
        return next((c.address for c in self.module.chips if c.address is not None), None)

    @property
    def driven(self) -> bool:
        """Whether the gateway talks to it: a card or a PoE module is only planned."""
        return bool(self.module.channels) or self.module.units

    @property
    def serial(self) -> bool:
        """Whether it talks over the UART of its slot."""
        used = self.module.used(self.options)
        return any(u.signal in UART and not u.optional for u in used)

    @property
    def title(self) -> str:
        """ "wisblock-1: rak16000"."""
        return f"{self.slot.name}: {self.module.id}"


@dataclass(frozen=True)
class Wiring:
    """A board as it stands on the bench: with its straps, revision, core and HAT."""

    board: Board
    config: Config
    core: Board | None = None
    hat: Board | None = None

    @property
    def revision(self) -> str:
        """Of the board itself: what `[hat]` says of it, or the one that is sold today."""
        hat = self.config.hat
        if hat and hat.board == self.board.id:
            return hat.revision
        return next(iter(self.board.revisions), "")

    def fitted(self, signal: Signal) -> bool:
        """Whether a board of this revision has the signal."""
        return not signal.revisions or self.revision in signal.revisions

    def signal(self, slot: Slot, name: str) -> Signal | None:
        """The signal `name` of `slot`; single wires of a bus are its bus where the slot says so."""
        revision = self.revision
        for candidate in (name, *_alike(name)):
            found = slot.signal(candidate, revision)
            if found is not None:
                return found
        return None

    def i2c(self, slot: Slot) -> str:
        """The I2C bus of a slot after the rework of the external bus; "" without one."""
        signal = self.signal(slot, "I2C1")
        if signal is None:
            return ""
        if signal.bus and slot.name not in INTERNAL and self.config.straps.external_i2c:
            return self.config.straps.external_i2c
        return signal.bus or self.net(signal.net)

    def ends(self, slot: Slot, signal: Signal) -> list[tuple[str, bool]]:
        """Every resource that `signal` ends on, and whether that may be shared by nature."""
        if signal.line is not None:
            return [(f"{signal.chip} line {signal.line}", False)]
        if signal.ain is not None:
            return [(f"{signal.chip} channel {signal.ain}", False)]
        if signal.rail:
            return [(f"rail {signal.rail}", True)]
        if signal.name in I2C:
            return [(self.i2c(slot), True)]
        if signal.bus:
            return list(self._bus(signal.bus))
        if signal.net:
            return [] if signal.net == "NC" else [(self.net(signal.net), signal.net in I2C)]
        port = signal.uart or signal.usb or signal.pcie
        return [(port, False)] if port else []

    def upstream(self, resource: str) -> Iterator[str]:
        """Hubs and switches between a port and the host, nearest first."""
        parents = {link.child: link.parent for link in self.board.links}
        while resource in parents and parents[resource] in parents:
            resource = parents[resource]
            yield resource

    def _bus(self, name: str) -> Iterator[tuple[str, bool]]:
        """An SPI bus is its own chip select and the lines that all of them share."""
        bus = next((b for b in self.board.buses if b.name == name), None)
        if bus is None or bus.kind != "spi":
            yield name, True
            return
        others = {n for b in self.board.buses if b.kind == "spi" and b != bus for n in b.lines}
        for line in bus.lines:
            yield f"host line {line}", line in others

    def net(self, net: str) -> str:
        """Where a signal of the core slot ends: a port of the core, if one is named."""
        pin = self.core.core_pin(net) if self.core else None
        return f"{self.core.id} {pin.port}" if self.core and pin and pin.port else f"net {net}"


def _alike(name: str) -> tuple[str, ...]:
    if name in I2C:
        return I2C
    return UART if name in UART else ()
