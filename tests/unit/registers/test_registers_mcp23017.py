"""The MCP23017 map against the modules sheet 4.5, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import mcp23017

PAIRS = {  # name: address of port A, reset, writable
    "Iodir": (0x00, 0xFF, True),
    "Ipol": (0x02, 0x00, True),
    "Gpinten": (0x04, 0x00, True),
    "Defval": (0x06, 0x00, True),
    "Intcon": (0x08, 0x00, True),
    "Gppu": (0x0C, 0x00, True),
    "Intf": (0x0E, 0x00, False),
    "Intcap": (0x10, 0x00, False),
    "Gpio": (0x12, 0x00, True),
    "Olat": (0x14, 0x00, True),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("port", [0, 1])
def test_words(name, port):
    word = getattr(mcp23017, name + "AB"[port])
    address, reset, writable = PAIRS[name]
    assert (word.address, word.reset, word.writable) == (address + port, reset, writable)
    assert word.width == 8
    for raw in range(256):
        assert word.decode(raw).lines == raw


def test_the_configuration():
    iocon = mcp23017.Iocon
    assert (iocon.address, iocon.reset, iocon.writable, iocon.width) == (0x0A, 0x00, True, 8)
    names = [
        "bank", "mirror", "byte_mode", "slow_slew_off", "address_pins", "open_drain", "active_high",
    ]  # fmt: skip
    assert [f.name for f in fields(iocon)] == names
    for position, name in zip(range(7, 0, -1), names, strict=True):
        word = iocon.decode(1 << position)
        assert [other for other in names if getattr(word, other)] == [name]


def test_lines():
    assert mcp23017.LINES == 16
    assert mcp23017.OUTPUT_ONLY == (7, 15)
