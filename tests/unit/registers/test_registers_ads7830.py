"""The ADS7830 command against the modules sheet 4.10, written out a second time."""

import pytest

from wisgate.registers.ads7830 import CODES, Command, Input, Power

COMMANDS = {
    "CH0": 0x84, "CH1": 0xC4, "CH2": 0x94, "CH3": 0xD4,
    "CH4": 0xA4, "CH5": 0xE4, "CH6": 0xB4, "CH7": 0xF4,
    "CH0_CH1": 0x04, "CH2_CH3": 0x14, "CH4_CH5": 0x24, "CH6_CH7": 0x34,
    "CH1_CH0": 0x44, "CH3_CH2": 0x54, "CH5_CH4": 0x64, "CH7_CH6": 0x74,
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name):
    command = Command.decode(COMMANDS[name])
    assert (command.input.name, command.power) == (name, Power.CONVERTER)
    assert Command(input=Input[name], power=Power.CONVERTER).encode() == COMMANDS[name]


def test_there_are_no_more_inputs():
    assert len(Input) == len(COMMANDS)


def test_what_stays_on():
    assert [Command.decode(code << 2).power.name for code in range(4)] == [
        "ALL_OFF", "CONVERTER", "REFERENCE", "BOTH",
    ]  # fmt: skip


def test_numbers():
    assert (CODES, Command.width, Command.address, Command.reset) == (256, 8, 0, 0)
    assert Command.writable
