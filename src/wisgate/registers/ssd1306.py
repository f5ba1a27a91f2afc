"""SSD1306 commands and the shape of its picture. Solomon Systech SSD1306, 8.1.5, 8.7, 9 and 10.

No registers: a control byte says what the following bytes are, commands with their arguments or
picture. The picture is 8 pages of 128 columns; a byte is 8 dots of one column, the lowest bit on
top. It cannot be read back over I2C; what is read is the status.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit

COLUMNS = 128
PAGES = 8
ROWS = 8 * PAGES

COMMANDS = 0x00
"""Control byte: all that follows is commands. 8.1.5.2."""
PICTURE = 0x40
"""Control byte: all that follows is picture."""
CONTINUATION = 0x80
"""In a control byte: one byte follows, then another control byte."""


class Status(Word, address=0x00, width=8, writable=False, source="SSD1306 9, status register read"):
    """What any read gives."""

    off: bool = bit(6)


class Command(IntEnum):
    """Commands, or the first of a row of them that carry a number in their low bits. Table 9-1."""

    COLUMN_LOW = 0x00
    """To 0x0F: low digit of the column, in page addressing only."""
    COLUMN_HIGH = 0x10
    """To 0x1F: high digit of the column, in page addressing only."""
    ADDRESSING = 0x20
    """Followed by an `Addressing`."""
    COLUMN_WINDOW = 0x21
    """Followed by first and last column; not in page addressing."""
    PAGE_WINDOW = 0x22
    """Followed by first and last page; not in page addressing."""
    SCROLL_RIGHT = 0x26
    """Followed by six bytes."""
    SCROLL_LEFT = 0x27
    """Followed by six bytes."""
    SCROLL_UP_RIGHT = 0x29
    """Followed by five bytes."""
    SCROLL_UP_LEFT = 0x2A
    """Followed by five bytes."""
    SCROLL_STOP = 0x2E
    SCROLL_START = 0x2F
    START_LINE = 0x40
    """To 0x7F: the row of the picture that is shown on top."""
    CONTRAST = 0x81
    """Followed by 0 to 255."""
    CHARGE_PUMP = 0x8D
    """Followed by a `ChargePump`."""
    COLUMNS_UPRIGHT = 0xA0
    COLUMNS_MIRRORED = 0xA1
    """Column 0 is at SEG127; takes effect for what is written afterwards."""
    SCROLL_AREA = 0xA3
    """Followed by fixed rows on top and number of rows that scroll."""
    SHOW_PICTURE = 0xA4
    SHOW_ALL = 0xA5
    """Every dot shines, whatever the picture is."""
    NORMAL = 0xA6
    INVERTED = 0xA7
    MULTIPLEX = 0xA8
    """Followed by the number of rows less one, 15 to 63."""
    OFF = 0xAE
    """Asleep; the picture stays."""
    ON = 0xAF
    PAGE = 0xB0
    """To 0xB7: the page, in page addressing only."""
    ROWS_UPRIGHT = 0xC0
    ROWS_MIRRORED = 0xC8
    """From the last row to the first; takes effect at once."""
    OFFSET = 0xD3
    """Followed by the number of rows by which the picture is moved, 0 to 63."""
    CLOCK = 0xD5
    """Followed by oscillator frequency (high digit) and divider less one."""
    PRECHARGE = 0xD9
    """Followed by the clocks of phase 2 (high digit) and phase 1."""
    ROW_PINS = 0xDA
    """Followed by how the rows are wired; 0x12 on a panel of 64 rows."""
    DESELECT_LEVEL = 0xDB
    """Followed by 0x00, 0x20 or 0x30."""
    NOTHING = 0xE3


class Addressing(IntEnum):
    """Where the next byte of picture goes. 10.1.3."""

    HORIZONTAL = 0b00
    """The next column, at the end of the window the next page."""
    VERTICAL = 0b01
    """The next page, at the end of the window the next column."""
    PAGE = 0b10
    """The next column, over and over."""


class ChargePump(IntEnum):
    """What lights the panel from the logic supply. Application note, 2.1."""

    OFF = 0x10
    ON = 0x14


ARGUMENTS = {
    Command.ADDRESSING: 1,
    Command.COLUMN_WINDOW: 2,
    Command.PAGE_WINDOW: 2,
    Command.SCROLL_RIGHT: 6,
    Command.SCROLL_LEFT: 6,
    Command.SCROLL_UP_RIGHT: 5,
    Command.SCROLL_UP_LEFT: 5,
    Command.CONTRAST: 1,
    Command.CHARGE_PUMP: 1,
    Command.SCROLL_AREA: 2,
    Command.MULTIPLEX: 1,
    Command.OFFSET: 1,
    Command.CLOCK: 1,
    Command.PRECHARGE: 1,
    Command.ROW_PINS: 1,
    Command.DESELECT_LEVEL: 1,
}
"""Bytes that follow a command; none that is not listed."""
