"""SSD1306 twin, from Solomon Systech SSD1306; written without looking at the driver.

Outputs: `on`, `inverted`, `contrast` (0 to 255), `picture()` (the dots of the memory, as the panel
of the board shows them) and `shown()` (the dots that shine). The panel is the usual one: its top
left corner is column 127 and row 63 of the chip, so that a picture is upright with both directions
mirrored. After power-up the memory holds what it happens to hold: here a pattern.
Not modelled: scrolling, oscillator, precharge, brightness of the panel; wiring of the rows other
than 0x12, fewer rows than 64; NAK (the chip takes everything).
"""

from __future__ import annotations

from collections.abc import Sequence

from ...registers.ssd1306 import (
    ARGUMENTS,
    COLUMNS,
    CONTINUATION,
    PAGES,
    PICTURE,
    ROWS,
    Addressing,
    ChargePump,
    Command,
)

Dots = tuple[tuple[bool, ...], ...]
OFF_STATUS = 0x40
CONTRAST = 0x7F
"""After reset. Table 9-1."""
NOISE = 0x5A
"""What a byte of the memory that nobody has written holds here: dots in lines."""
ADDRESSES = (Command.ADDRESSING, Command.COLUMN_WINDOW, Command.PAGE_WINDOW)


class Ssd1306Twin:
    """Threads: lane only."""

    def __init__(self, *, addresses: Sequence[int] = (0x3C,)) -> None:
        self.addresses = tuple(addresses)
        self._memory = bytearray()
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        """Control bytes say what follows: one byte (Co is 1), or all that is left."""
        at = 0
        while at < len(data):
            control = data[at]
            end = at + 2 if control & CONTINUATION else len(data)
            for value in data[at + 1 : end]:
                if control & PICTURE:
                    self._draw(value)
                else:
                    self._command(value)
            at = end
        return len(data)

    def read(self, count: int) -> bytes:
        return bytes([0 if self.on else OFF_STATUS]) * count

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Reset: dark, and the memory is noise."""
        self.on = self.inverted = False
        self.contrast = CONTRAST
        self._memory[:] = bytes([NOISE]) * (COLUMNS * PAGES)
        self._column = self._page = 0
        self._columns, self._pages = (0, COLUMNS - 1), (0, PAGES - 1)
        self._addressing = int(Addressing.PAGE)
        self._mirrored_columns = self._mirrored_rows = False
        self._all = False
        self._pump = False
        self._first_line = self._offset = 0
        self._pending: list[int] = []

    # The panel.

    def picture(self) -> Dots:
        """64 rows of 128 dots of the memory as they stand on the panel, from its top left corner;
        on or off, inverted or not."""
        return tuple(self._row(row) for row in range(ROWS))

    def shown(self) -> Dots:
        """The dots that shine: none while it is off or its charge pump is."""
        if not self.on or not self._pump:
            return ((False,) * COLUMNS,) * ROWS
        if self._all:
            return ((True,) * COLUMNS,) * ROWS
        return tuple(tuple(dot != self.inverted for dot in row) for row in self.picture())

    def _row(self, row: int) -> tuple[bool, ...]:
        common = ROWS - 1 - row  # the wire of the panel's row
        if self._mirrored_rows:
            common = ROWS - 1 - common
        line = (common + self._first_line + self._offset) % ROWS
        page, bit = divmod(line, 8)
        segments = self._memory[page * COLUMNS : (page + 1) * COLUMNS]
        return tuple(bool(byte >> bit & 1) for byte in reversed(segments))

    # Commands.

    def _command(self, value: int) -> None:
        self._pending.append(value)
        command, *arguments = self._pending
        if len(arguments) < _arguments(command):
            return
        self._pending = []
        if command < Command.ADDRESSING or Command.PAGE <= command < Command.PAGE + PAGES:
            self._point(command)
        elif command in ADDRESSES:
            self._address(command, arguments)
        else:
            self._set(command, arguments)

    def _set(self, command: int, arguments: list[int]) -> None:
        if Command.START_LINE <= command < Command.START_LINE + ROWS:
            self._first_line = command % ROWS
        elif command == Command.CONTRAST:
            self.contrast = arguments[0]
        elif command == Command.CHARGE_PUMP:
            self._pump = arguments[0] & ChargePump.ON == ChargePump.ON
        elif command in (Command.COLUMNS_UPRIGHT, Command.COLUMNS_MIRRORED):
            self._mirrored_columns = command == Command.COLUMNS_MIRRORED
        elif command in (Command.SHOW_PICTURE, Command.SHOW_ALL):
            self._all = command == Command.SHOW_ALL
        elif command in (Command.NORMAL, Command.INVERTED):
            self.inverted = command == Command.INVERTED
        elif command in (Command.OFF, Command.ON):
            self.on = command == Command.ON
        elif command in (Command.ROWS_UPRIGHT, Command.ROWS_MIRRORED):
            self._mirrored_rows = command == Command.ROWS_MIRRORED
        elif command == Command.OFFSET:
            self._offset = arguments[0] % ROWS

    def _address(self, command: int, arguments: list[int]) -> None:
        if command == Command.ADDRESSING:
            self._addressing = arguments[0] & 3
        elif command == Command.COLUMN_WINDOW:
            first, last = (column % COLUMNS for column in arguments)
            self._columns, self._column = (first, last), first
        else:
            first, last = (page % PAGES for page in arguments)
            self._pages, self._page = (first, last), first

    def _point(self, command: int) -> None:
        """Page and column of page addressing."""
        if command >= Command.PAGE:
            self._page = command - Command.PAGE
        elif command < Command.COLUMN_HIGH:
            self._column = self._column & 0x70 | command
        else:
            self._column = self._column & 0x0F | (command & 0x07) << 4

    # Picture.

    def _draw(self, value: int) -> None:
        segment = COLUMNS - 1 - self._column if self._mirrored_columns else self._column
        self._memory[self._page * COLUMNS + segment] = value
        if self._addressing == Addressing.VERTICAL:
            self._page, wrapped = _step(self._page, self._pages, PAGES)
            if wrapped:
                self._column, _ = _step(self._column, self._columns, COLUMNS)
        elif self._addressing == Addressing.HORIZONTAL:
            self._column, wrapped = _step(self._column, self._columns, COLUMNS)
            if wrapped:
                self._page, _ = _step(self._page, self._pages, PAGES)
        else:
            self._column = (self._column + 1) % COLUMNS


def _arguments(command: int) -> int:
    try:
        return ARGUMENTS.get(Command(command), 0)
    except ValueError:
        return 0


def _step(at: int, window: tuple[int, int], size: int) -> tuple[int, bool]:
    """The next place in a window, and whether it is the first one again."""
    first, last = window
    return (first, True) if at == last else ((at + 1) % size, False)
