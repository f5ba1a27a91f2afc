"""The SSD1306 commands against table 9-1 of its datasheet, written out a second time."""

import pytest

from wisgate.registers import ssd1306
from wisgate.registers.ssd1306 import ARGUMENTS, Addressing, ChargePump, Command

COMMANDS = {  # name: code, arguments
    "COLUMN_LOW": (0x00, 0),
    "COLUMN_HIGH": (0x10, 0),
    "ADDRESSING": (0x20, 1),
    "COLUMN_WINDOW": (0x21, 2),
    "PAGE_WINDOW": (0x22, 2),
    "SCROLL_RIGHT": (0x26, 6),
    "SCROLL_LEFT": (0x27, 6),
    "SCROLL_UP_RIGHT": (0x29, 5),
    "SCROLL_UP_LEFT": (0x2A, 5),
    "SCROLL_STOP": (0x2E, 0),
    "SCROLL_START": (0x2F, 0),
    "START_LINE": (0x40, 0),
    "CONTRAST": (0x81, 1),
    "CHARGE_PUMP": (0x8D, 1),
    "COLUMNS_UPRIGHT": (0xA0, 0),
    "COLUMNS_MIRRORED": (0xA1, 0),
    "SCROLL_AREA": (0xA3, 2),
    "SHOW_PICTURE": (0xA4, 0),
    "SHOW_ALL": (0xA5, 0),
    "NORMAL": (0xA6, 0),
    "INVERTED": (0xA7, 0),
    "MULTIPLEX": (0xA8, 1),
    "OFF": (0xAE, 0),
    "ON": (0xAF, 0),
    "PAGE": (0xB0, 0),
    "ROWS_UPRIGHT": (0xC0, 0),
    "ROWS_MIRRORED": (0xC8, 0),
    "OFFSET": (0xD3, 1),
    "CLOCK": (0xD5, 1),
    "PRECHARGE": (0xD9, 1),
    "ROW_PINS": (0xDA, 1),
    "DESELECT_LEVEL": (0xDB, 1),
    "NOTHING": (0xE3, 0),
}


def test_every_command_is_here():
    assert {command.name for command in Command} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name):
    command = Command[name]
    assert (command.value, ARGUMENTS.get(command, 0)) == COMMANDS[name]


def test_shape():
    assert (ssd1306.COLUMNS, ssd1306.PAGES, ssd1306.ROWS) == (128, 8, 64)


def test_control_bytes():
    assert (ssd1306.COMMANDS, ssd1306.PICTURE, ssd1306.CONTINUATION) == (0x00, 0x40, 0x80)


def test_codes():
    assert [mode.name for mode in map(Addressing, range(3))] == ["HORIZONTAL", "VERTICAL", "PAGE"]
    assert (ChargePump.OFF, ChargePump.ON) == (0x10, 0x14)


def test_status():
    status = ssd1306.Status
    assert (status.address, status.width, status.reset, status.writable) == (0, 8, 0, False)
    assert status.decode(0x40).off
    assert not status.decode(0xBF).off
