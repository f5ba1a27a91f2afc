"""The CAT24C32 driver against its witness, then on its twin."""

from __future__ import annotations

import pytest
from transcript import conversation, parse, script

from wisgate.chips.cat24c32 import Cat24c32, pages
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge
from wisgate.virtual.chips.cat24c32 import Cat24c32Twin
from wisgate.virtual.i2c import VirtualI2c


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Cat24c32(bus)


def test_one_byte():
    with script("cat24c32", "one byte") as bus:
        chip = Cat24c32(bus)
        assert chip.write(0x123, b"\xa5") == pytest.approx(5e-3)
        assert chip.read(0x123, 1) == b"\xa5"
        assert chip.read(0x122, 3) == b"\xff\xa5\xff"


def test_a_whole_page():
    with script("cat24c32", "a whole page") as bus:
        chip = Cat24c32(bus)
        chip.write(0x40, bytes(range(32)))
        assert chip.read(0x40, 32) == bytes(range(32))
        chip.read(0x3F, 2)
        chip.read(0x5F, 2)


def test_over_the_edge_of_a_page_in_two_writes():
    with script("cat24c32", "over the edge of a page, in two writes") as bus:
        chip = Cat24c32(bus)
        for offset, content in pages(0x1E, b"\x11\x22\x33\x44"):
            chip.write(offset, content)
        assert chip.read(0x1E, 4) == b"\x11\x22\x33\x44"


def test_polling():
    with script("cat24c32", "polling ends when the cycle does") as bus:
        chip = Cat24c32(bus)
        chip.write(0, b"\x5a")
        assert [chip.ready() for _ in range(3)] == [False, False, True]
        assert chip.read(0, 1) == b"\x5a"


def test_the_last_byte_and_none_beyond():
    with conversation(parse("50: 0F FF -> 11")) as bus:
        assert Cat24c32(bus).read(0xFFF, 1) == b"\x11"


@pytest.mark.parametrize(("offset", "count"), [(0xFFF, 2), (0x1000, 1), (-1, 1), (0, 0), (0, -1)])
def test_what_is_not_there_is_not_asked_for(offset, count):
    message = rf"^{count} bytes from .* there are 4096"
    with conversation([]) as bus, pytest.raises(ValueError, match=message):
        Cat24c32(bus).read(offset, count)


@pytest.mark.parametrize(("offset", "content"), [(0x1F, b"ab"), (0, bytes(33)), (0, b"")])
def test_a_write_over_the_end_of_a_page_is_refused(offset, content):
    message = r"cross the end of a page of 32|at least one"
    with conversation([]) as bus, pytest.raises(ValueError, match=message):
        Cat24c32(bus).write(offset, content)


@pytest.mark.parametrize(
    ("offset", "size", "expected"),
    [(0, 0, []), (0, 32, [(0, 32)]), (0, 33, [(0, 32), (32, 1)]), (31, 2, [(31, 1), (32, 1)]),
     (10, 60, [(10, 22), (32, 32), (64, 6)])],
)  # fmt: skip
def test_pages(offset, size, expected):
    content = bytes(range(size))
    parts = list(pages(offset, content))
    assert [(at, len(part)) for at, part in parts] == expected
    assert b"".join(part for _, part in parts) == content


class Board:
    def __init__(self):
        self.clock = VirtualClock()
        self.twin = Cat24c32Twin(self.clock)
        self.bus = VirtualI2c(self.clock)
        self.bus.twins.append(self.twin)
        self.chip = Cat24c32(self.bus)

    def write(self, offset, content):
        for at, part in pages(offset, content):
            self.clock.advance(self.chip.write(at, part))
            assert self.chip.ready()


def test_what_is_written_is_read_and_survives_without_supply():
    board = Board()
    content = bytes(n % 251 for n in range(300))
    board.write(0x10, content)
    board.twin.power_cycle()
    assert board.chip.read(0x10, 300) == content


def test_read_during_a_write_cycle_is_no_acknowledge():
    board = Board()
    board.chip.write(0, b"a")
    with pytest.raises(NoAcknowledge):
        board.chip.read(0, 1)


def test_a_write_cycle_that_never_ends():
    board = Board()
    board.twin.never_ready = True
    board.clock.advance(board.chip.write(0, b"a"))
    assert not board.chip.ready()


def test_a_protected_chip_refuses():
    board = Board()
    board.twin.write_protect = 1
    with pytest.raises(NoAcknowledge):
        board.chip.write(0, b"a")


def test_a_bus_that_fails_is_not_a_chip_that_is_busy():
    board = Board()
    board.bus.mute = True
    with pytest.raises(BusTimeout):
        board.chip.ready()
