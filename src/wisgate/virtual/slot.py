"""The board's side of a WisBlock slot: where the pins of a module end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.clock import Clock
from .can import CanBus
from .faults import Effect, FaultKind
from .i2c import VirtualI2c
from .radio import Air
from .spi import VirtualSpi
from .uart import VirtualUart


def _nothing() -> None:
    return None


class PinChip(Protocol):
    """A chip whose pins reach a slot: an expander, or the processor itself."""

    def level(self, offset: int) -> bool: ...
    def driven(self, offset: int) -> bool: ...
    def drive(self, offset: int, level: bool | None) -> None: ...
    def watch(self, offset: int, tell: Callable[[bool], None]) -> Callable[[], None]: ...


@dataclass(frozen=True)
class SlotSide:
    """One slot. `pins` says which pin of which chip each signal is; `io` below is a number (1 to
    6, for IO1 to IO6) or the name of a signal ("SPI_CLK")."""

    name: str
    clock: Clock
    pins: Mapping[str, tuple[PinChip, int]]
    first_ain: int | None
    i2c: VirtualI2c
    uart: VirtualUart
    spi: VirtualSpi
    analog: dict[int, Callable[[], float]]
    """What drives each input of the ADC, shared by all slots; an open input reads 0 V."""
    air: Air
    """What the radios in all slots share."""
    can: CanBus
    """The bus to which the modules in all slots are wired."""
    looks: list[Callable[[], None]] = field(default_factory=list)
    """What is called before the board reads a level, shared by all slots."""

    def level(self, io: int | str) -> bool:
        """The level at a signal, weak pull-up included."""
        chip, line = self._pin(io)
        return chip.level(line)

    def driven(self, io: int | str) -> bool:
        """Whether the board itself drives a signal high, with the strength of an output."""
        chip, line = self._pin(io)
        return chip.driven(line)

    def drive(self, io: int | str, level: bool | None) -> None:
        """Put a level on a signal from the module, or let go of it."""
        chip, line = self._pin(io)
        chip.drive(line, level)

    def watch(self, io: int | str, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell(level)` when a signal changes; returns what ends it."""
        chip, line = self._pin(io)
        return chip.watch(line, tell)

    def before_reading(self, look: Callable[[], None]) -> Callable[[], None]:
        """Call `look` before the board reads a level, so that a module can drive what time has
        changed; returns what ends it."""
        self.looks.append(look)
        return lambda: self.looks.remove(look)

    def ain(self, n: int, volts: Callable[[], float] | None) -> None:
        """Drive AIN0 or AIN1 with a voltage source, or leave it open (None). Raises ValueError for
        a slot without analog signals."""
        if self.first_ain is None:
            raise ValueError(f"no AIN{n}; {self.name} has no analog signals")
        self.analog.pop(self.first_ain + n, None)
        if volts is not None:
            self.analog[self.first_ain + n] = volts

    def _pin(self, io: int | str) -> tuple[PinChip, int]:
        name = f"IO{io}" if isinstance(io, int) else io
        try:
            return self.pins[name]
        except KeyError:
            raise ValueError(f"no {name}; {self.name} has {', '.join(self.pins)}") from None


@dataclass(frozen=True)
class Attached:
    """A module in a slot. `addresses` are those of its chips, `effects` the faults it knows by
    itself."""

    addresses: tuple[int, ...] = ()
    effects: Mapping[FaultKind, Effect] = field(default_factory=dict)
    power_cycle: Callable[[], None] = _nothing
    detach: Callable[[], None] = _nothing
    """Take everything away that the module put on the slot."""


Options = Mapping[str, Any]
"""Options of a module as the catalog names them, in base units."""
