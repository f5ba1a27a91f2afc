"""A RAK6421 HAT on a Raspberry Pi, made of twins. Boards sheet D."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.clock import Clock
from .chips.ads1115 import Ads1115Twin
from .frame import HOST, SlotEnds, VirtualBoard
from .host import RASPBERRY_PI
from .i2c import PoweredTwin
from .slot import Options

UART = "uart-0"
SELECTS = {"spi-0.0": 8, "spi-0.1": 7}
"""Chip select of the header: its line."""
IO_LINES: dict[str, dict[str, tuple[int | None, ...]]] = {
    "production": {"io-1": (17, 12, 13, 16, 24, 22), "io-2": (25, 26, 23, 24, 19, 18)},
    "legacy": {"io-1": (17, None, 13, 16, 6, 12), "io-2": (25, None, 23, 24, 21, 22)},
}
"""Lines of IO1 to IO6, by revision; nobody documents IO2 of the first one (boards sheet D2)."""
RESET_LINE = 27
"""Of both IO slots."""
SECOND_I2C = {"I2C2_SDA": 21, "I2C2_SCL": 20}
"""Lines of the host in slot 2 of a production board; in slot 1 the bus itself."""
SMALL_LINES = {
    "sensor-a": (6, 12),
    "sensor-b": (13, 16),
    "sensor-c": (21, 22),
    "sensor-d": (23, 24),
}
"""Lines of IO1 and IO2 (boards sheet D3)."""
FIRST_AIN = {"io-1": 0, "io-2": 2}
SELECTED_BY = {
    "io-1": "spi-0.0", "sensor-a": "spi-0.0", "sensor-b": "spi-0.0",
    "io-2": "spi-0.1", "sensor-c": "spi-0.1", "sensor-d": "spi-0.1",
}  # fmt: skip
WITH_UART = ("io-1", "io-2", "sensor-a", "sensor-d")


def _ends(revision: str) -> dict[str, SlotEnds]:
    ends = {}
    for slot, select in SELECTED_BY.items():
        numbers = IO_LINES[revision].get(slot) or SMALL_LINES[slot]
        lines = {f"IO{n}": (HOST, line) for n, line in enumerate(numbers, 1) if line is not None}
        spi = {"SPI_CS": SELECTS[select], "SPI_CLK": 11, "SPI_MISO": 9, "SPI_MOSI": 10}
        lines |= {signal: (HOST, line) for signal, line in spi.items()}
        if slot in FIRST_AIN:
            lines["RESET"] = (HOST, RESET_LINE)
        if slot == "io-2" and revision == "production":
            lines |= {signal: (HOST, line) for signal, line in SECOND_I2C.items()}
        uart = UART if slot in WITH_UART else ""
        ends[slot] = SlotEnds(lines, FIRST_AIN.get(slot), uart=uart, spi=select)
    return ends


class VirtualRak6421(VirtualBoard):
    """`revision` is "production", or "legacy" for a board of 2022."""

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 1,
        modules: Mapping[str, str] | None = None,
        options: Mapping[str, Options] | None = None,
        addresses: Mapping[str, int] | None = None,
        adc_address: int = 0x48,
        costs_time: bool = True,
        revision: str = "production",
    ) -> None:
        self._adc_address = adc_address
        super().__init__(
            clock,
            _ends(revision),
            RASPBERRY_PI,
            seed=seed,
            modules=modules,
            options=options,
            addresses=addresses,
            costs_time=costs_time,
        )

    def _fit(self) -> dict[str, PoweredTwin]:
        self.adc = Ads1115Twin(self.clock, addresses=(self._adc_address,))
        self.adc.look = self._drive_adc
        return {"adc": self.adc}

    def _drive_adc(self) -> None:
        self.adc.ain0, self.adc.ain1, self.adc.ain2, self.adc.ain3 = map(self.volts, range(4))
