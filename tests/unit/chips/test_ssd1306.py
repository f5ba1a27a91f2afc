"""The SSD1306 driver against its witness, then on its twin."""

from __future__ import annotations

import pytest
from transcript import conversation, load, parse, script

from wisgate.chips.ssd1306 import Ssd1306
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.ssd1306 import Ssd1306Twin
from wisgate.virtual.i2c import VirtualI2c


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Ssd1306(bus)


def test_start():
    with script("ssd1306", "start") as bus:
        chip = Ssd1306(bus)
        chip.start()
        assert not chip.lit()


def test_on_and_off():
    with script("ssd1306", "on and off") as bus:
        chip = Ssd1306(bus)
        chip.switch(True)
        assert chip.lit()
        chip.switch(False)
        assert not chip.lit()


def test_only_one_bit_of_the_status_counts():
    with conversation(parse("3C: -> BF\n3C: -> 40")) as bus:
        chip = Ssd1306(bus)
        assert chip.lit()
        assert not chip.lit()


def test_a_part_of_a_page():
    with script("ssd1306", "a window of three columns in page 2") as bus:
        chip = Ssd1306(bus)
        chip.write_page(2, b"\xff\x81\xff", first=5)
        assert not chip.lit()


def test_a_whole_page():
    """The witness opens all pages; one is written here, with the same bytes of picture."""
    picture = load("ssd1306", "a whole page of zeros")[1].write
    steps = parse(f"3C: 00 21 00 7F 22 07 07\n3C: {picture.hex(' ').upper()}")
    with conversation(steps) as bus:
        Ssd1306(bus).write_page(7, bytes(128))


def test_contrast():
    with conversation(load("ssd1306", "contrast")[:3]) as bus:
        chip = Ssd1306(bus)
        for level in (207 / 255, 0, 1):
            chip.contrast(level)


@pytest.mark.parametrize("level", [-0.1, 1.1])
def test_no_contrast_beyond_the_ends(level):
    with conversation([]) as bus, pytest.raises(ValueError, match="0 to 1"):
        Ssd1306(bus).contrast(level)


@pytest.mark.parametrize(
    ("page", "columns", "first"),
    [(-1, b"a", 0), (8, b"a", 0), (0, b"", 0), (0, bytes(129), 0), (0, b"ab", 127), (0, b"a", -1)],
)
def test_what_does_not_fit_is_refused(page, columns, first):
    with conversation([]) as bus, pytest.raises(ValueError, match="128 columns and 8 pages"):
        Ssd1306(bus).write_page(page, columns, first)


class Board:
    def __init__(self):
        self.clock = VirtualClock()
        self.twin = Ssd1306Twin()
        self.bus = VirtualI2c(self.clock)
        self.bus.twins.append(self.twin)
        self.chip = Ssd1306(self.bus)
        self.chip.start()


def test_a_dot_is_where_it_belongs():
    board = Board()
    for page in range(8):
        board.chip.write_page(page, bytes(128))
    board.chip.write_page(3, b"\x81", first=10)
    board.chip.switch(True)
    dots = {(x, y) for y, row in enumerate(board.twin.shown()) for x, dot in enumerate(row) if dot}
    assert dots == {(10, 24), (10, 31)}


def test_dark_until_it_is_switched_on_and_after_a_brown_out():
    board = Board()
    assert not any(map(any, board.twin.shown()))
    board.chip.switch(True)
    assert board.chip.lit()
    board.twin.power_cycle()
    assert not board.chip.lit()


def test_one_page_leaves_the_bus_within_25_ms():
    board = Board()
    begin = board.clock.monotonic()
    board.chip.write_page(0, bytes(128))
    assert board.clock.monotonic() - begin < 0.025


def test_no_panel_no_picture():
    board = Board()
    board.bus.silent.add(0x3C)
    with pytest.raises(NoAcknowledge):
        board.chip.write_page(0, bytes(128))
