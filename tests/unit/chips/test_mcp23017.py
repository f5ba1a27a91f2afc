"""The MCP23017 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.mcp23017 import Lines, Mcp23017
from wisgate.core.errors import NoAcknowledge, UnexpectedValue, WrongIdentity

TAKEN_OVER = """
20: 05 00
20: 0A 00
20: 00 FF FF 00 00 00 00 00 00 00 00 00 00 00 00
20: 14 00 00
"""


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Mcp23017(bus)


def test_identify_takes_the_chip_over():
    with script("mcp23017", "taken over") as bus:
        Mcp23017(bus).identify()


def test_identify_finds_back_from_the_other_bank():
    with script("mcp23017", "taken over in the other bank and in byte mode") as bus:
        for write in ("000000", "0AA0", "1A55"):
            bus.transfer(0x20, bytes.fromhex(write))  # another program
        Mcp23017(bus).identify()


@pytest.mark.parametrize(
    "found",
    [
        "5A 5A 5A 5A 5A 5A 5A 5A 5A 5A 5A 5A 5A 5A",
        "FF FE 00 00 00 00 00 00 00 00 00 00 00 00",
        "FF FF 00 00 00 00 00 00 00 00 00 00 00 01",
    ],
)
def test_another_chip_is_told_apart(found):
    with (
        conversation(parse(f"{TAKEN_OVER}20: 00 -> {found}")) as bus,
        pytest.raises(WrongIdentity, match=rf"^0x20: .*read {found.lower()}, .*MCP23017 ff ff 00"),
    ):
        Mcp23017(bus).identify()


def test_another_address():
    talk = (TAKEN_OVER + "20: 00 -> FF FF 00 00 00 00 00 00 00 00 00 00 00 00").replace(
        "20:", "24:"
    )
    with conversation(parse(talk)) as bus:
        Mcp23017(bus, 0x24).identify()


def test_everything_in_one_reading():
    with script("mcp23017", "configured, and everything in one reading") as bus:
        chip = Mcp23017(bus)
        chip.configure(pulled_up=0x0010, watched=0x0201)
        assert chip.read() == Lines(levels=0x0211, latches=0, changed=0, captured=0)
        assert chip.read() == Lines(levels=0x0210, latches=0, changed=0x0001, captured=0x0010)
        assert chip.read().changed == 0


def test_a_pulse_between_two_readings():
    with script("mcp23017", "a pulse between two readings") as bus:
        chip = Mcp23017(bus)
        chip.configure(watched=0x0200)
        chip.read()
        assert chip.read() == Lines(levels=0, latches=0, changed=0x0200, captured=0x0200)


def test_the_latch_comes_before_the_direction_and_release_takes_both_back():
    with script("mcp23017", "outputs in the same reading") as bus:
        chip = Mcp23017(bus)
        chip.configure()
        chip.latch(0x8001)
        chip.drive(0x8001)
        assert chip.read() == Lines(levels=0x8003, latches=0x8001, changed=0, captured=0)
        chip.release()


def test_a_reset_is_noticed():
    with (
        conversation(parse("20: 0B -> 00 00 00 00 00 00 00 FF FF 00 00")) as bus,
        pytest.raises(UnexpectedValue, match=r"^0x20: .*0x00.*0x40; the expander was reset"),
    ):
        Mcp23017(bus).read()


def test_a_chip_that_is_gone():
    with conversation(parse("20: 0B -> !")) as bus, pytest.raises(NoAcknowledge, match="0x20"):
        Mcp23017(bus).read()
