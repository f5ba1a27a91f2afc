"""What of the board a module in one slot can reach: the ends of the signals of its connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ..bus.i2c import I2c
from ..bus.lines import LineAt
from ..bus.memory import Forgetful, Memory
from ..bus.spi import Spi
from ..bus.uart import Uart
from ..chips.ads1115 import Ads1115
from ..chips.sgm58031 import Sgm58031
from ..core.clock import Clock
from ..core.errors import BusUnavailable

SlotAdc = Ads1115 | Sgm58031
"""What converts the analog inputs of all slots: one of these, by the board."""


class _OpenedLate:
    """A chip select that is opened when it is needed: a module is built without touching a bus."""

    def __init__(self, select: Callable[[], Spi]) -> None:
        self._select = select
        self._spi: Spi | None = None

    def transfer(self, data: bytes) -> bytes:
        if self._spi is None:
            self._spi = self._select()
        return self._spi.transfer(data)


@dataclass(frozen=True)
class Wires:
    """One slot, seen from its module. Built by the board, on the wire or on twins."""

    slot: str
    clock: Clock
    i2c: I2c
    adc: SlotAdc
    inputs: Mapping[str, int] = field(default_factory=dict)
    """ADC channel behind each analog signal: {"AIN0": 0, "AIN1": 1}."""
    lines: Mapping[str, LineAt] = field(default_factory=dict)
    """Line behind each IO signal: {"IO1": …}."""
    uart: Uart | None = None
    spi: Callable[[int, int], Spi] | None = None
    """Opens the chip select of the slot with a clock in hertz and a mode (0 to 3)."""
    memory: Memory = field(default_factory=Forgetful)
    """What the module keeps over restarts: a calibration, a ledger."""

    def selected(self, hertz: int, mode: int = 0) -> Spi:
        """The SPI of the slot, opened by its first transfer. Raises BusUnavailable when the board
        has none there."""
        if self.spi is None:
            raise BusUnavailable(f"{self.slot} has no SPI on this board")
        return _OpenedLate(partial(self.spi, hertz, mode))

    def serial(self) -> Uart:
        """The UART of the slot. Raises BusUnavailable when the board has none there."""
        if self.uart is None:
            raise BusUnavailable(f"{self.slot} has no UART on this board")
        return self.uart
