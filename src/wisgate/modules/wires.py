"""What of the board a module in one slot can reach: the ends of the signals of its connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bus.i2c import I2c
from ..bus.lines import Input, Line, Lines, Output
from ..bus.uart import Uart
from ..chips.sgm58031 import Sgm58031
from ..core.clock import Clock
from ..core.errors import BusUnavailable


@dataclass(frozen=True)
class LineAt:
    """One line of a GPIO chip, not yet requested."""

    lines: Lines
    offset: int
    consumer: str

    def request(self, settings: Input | Output) -> Line:
        """Take the line. Raises BusUnavailable."""
        return self.lines.request(self.offset, settings, self.consumer)


@dataclass(frozen=True)
class Wires:
    """One slot, seen from its module. Built by the board, on the wire or on twins."""

    slot: str
    clock: Clock
    i2c: I2c
    adc: Sgm58031
    inputs: Mapping[str, int] = field(default_factory=dict)
    """ADC channel behind each analog signal: {"AIN0": 0, "AIN1": 1}."""
    lines: Mapping[str, LineAt] = field(default_factory=dict)
    """Line behind each IO signal: {"IO1": …}."""
    uart: Uart | None = None

    def serial(self) -> Uart:
        """The UART of the slot. Raises BusUnavailable when the board has none there."""
        if self.uart is None:
            raise BusUnavailable(f"{self.slot} has no UART on this board")
        return self.uart
