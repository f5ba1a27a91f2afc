"""The board's side of a WisBlock slot: where the pins of a module end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.clock import Clock
from .chips.tpt29555 import Tpt29555Twin
from .faults import Effect, FaultKind
from .i2c import VirtualI2c
from .uart import VirtualUart


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class SlotSide:
    """One slot. `first_line` is the expander line that IO0 would have: 0 for slot 1, 8 for slot 2;
    IO1 to IO6 follow. `ain` sets what drives an analog input: a function that gives volts."""

    name: str
    clock: Clock
    expander: Tpt29555Twin
    first_line: int
    first_ain: int
    i2c: VirtualI2c
    uart: VirtualUart
    analog: dict[int, Callable[[], float]]
    """What drives each input of the ADC, shared by both slots; an open input reads 0 V."""

    def level(self, io: int) -> bool:
        """The level at IO1 to IO6, weak pull-up included."""
        return self.expander.level(self._line(io))

    def driven(self, io: int) -> bool:
        """Whether the expander itself drives IO1 to IO6 high, with the strength of an output."""
        return self.expander.driven(self._line(io))

    def drive(self, io: int, level: bool | None) -> None:
        """Put a level on IO1 to IO6 from the module, or let go of it."""
        self.expander.drive(self._line(io), level)

    def watch(self, io: int, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell(level)` when IO1 to IO6 changes; returns what ends it."""
        return self.expander.watch(self._line(io), tell)

    def ain(self, n: int, volts: Callable[[], float] | None) -> None:
        """Drive AIN0 or AIN1 with a voltage source, or leave it open (None)."""
        self.analog.pop(self.first_ain + n, None)
        if volts is not None:
            self.analog[self.first_ain + n] = volts

    def _line(self, io: int) -> int:
        if not 1 <= io <= 6:
            raise ValueError(f"no IO{io}; a slot has IO1 to IO6")
        return self.first_line + io


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
