"""The TPT29555 map against the boards sheet A5.5, written out a second time."""

import pytest

from wisgate.registers import tpt29555

WORDS = {  # name: address, reset, writable
    "InputPort0": (0, 0x00, False),
    "InputPort1": (1, 0x00, False),
    "OutputPort0": (2, 0xFF, True),
    "OutputPort1": (3, 0xFF, True),
    "Polarity0": (4, 0x00, True),
    "Polarity1": (5, 0x00, True),
    "Configuration0": (6, 0xFF, True),
    "Configuration1": (7, 0xFF, True),
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(tpt29555, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]
    assert word.width == 8
    for raw in range(256):
        assert word.decode(raw).lines == raw


def test_three_bits_of_the_command_count():
    assert tpt29555.COMMAND_MASK == 0b111
