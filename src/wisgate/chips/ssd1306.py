"""SSD1306 OLED controller, 128 x 64 dots (Solomon Systech SSD1306).

The picture is written page by page, eight rows each: one page is 1.2 ms of set-up and 129 bytes, 13
ms at 100 kHz, so that others get the bus in between. It cannot be read back.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..registers.ssd1306 import (
    COLUMNS,
    COMMANDS,
    PAGES,
    PICTURE,
    ROWS,
    Addressing,
    ChargePump,
    Command,
    Status,
)

START = bytes(
    [
        Command.OFF,
        Command.CLOCK, 0x80,
        Command.MULTIPLEX, ROWS - 1,
        Command.OFFSET, 0,
        Command.START_LINE,
        Command.CHARGE_PUMP, ChargePump.ON,
        Command.ADDRESSING, Addressing.HORIZONTAL,
        Command.COLUMNS_MIRRORED,
        Command.ROWS_MIRRORED,
        Command.ROW_PINS, 0x12,
        Command.CONTRAST, 0xCF,
        Command.PRECHARGE, 0xF1,
        Command.DESELECT_LEVEL, 0x40,
        Command.SHOW_PICTURE,
        Command.NORMAL,
    ]
)  # fmt: skip
"""For a panel of 128 x 64 fed from the logic supply. Application note, figure 2; boards sheet
A12."""


class Ssd1306:
    """One chip with its panel. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x3C) -> None:
        self._bus, self._address = bus, address

    def start(self) -> None:
        """Set up the panel, dark; what was in the picture stays. Raises BusError."""
        self._command(*START)

    def switch(self, on: bool) -> None:
        """Light the panel, or send it to sleep. Raises BusError."""
        self._command(Command.ON if on else Command.OFF)

    def lit(self) -> bool:
        """Whether the panel is on; after a brown-out it is not. Raises BusError."""
        return not Status.decode(self._bus.transfer(self._address, read=1)[0]).off

    def contrast(self, level: float) -> None:
        """0 to 1; even 0 shines a little. Raises ValueError, BusError."""
        if not 0 <= level <= 1:
            raise ValueError(f"a contrast of {level}; 0 to 1 is possible")
        self._command(Command.CONTRAST, round(level * 255))

    def write_page(self, page: int, columns: bytes, first: int = 0) -> None:
        """Put bytes into page 0 (on top) to 7, from column `first` on; a byte is eight dots, the
        lowest bit on top. Raises ValueError for what does not fit, BusError."""
        last = first + len(columns) - 1
        if not 0 <= page < PAGES or not columns or not 0 <= first <= last < COLUMNS:
            raise ValueError(
                f"columns {first} to {last} of page {page}; there are {COLUMNS} columns and"
                f" {PAGES} pages"
            )
        self._command(Command.COLUMN_WINDOW, first, last, Command.PAGE_WINDOW, page, page)
        self._bus.transfer(self._address, bytes([PICTURE]) + columns)

    def _command(self, *commands: int) -> None:
        self._bus.transfer(self._address, bytes([COMMANDS, *commands]))
