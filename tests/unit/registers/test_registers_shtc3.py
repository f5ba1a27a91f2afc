"""The SHTC3 words against the boards sheet A9, written out a second time."""

from wisgate.registers.shtc3 import CRC_INIT, CRC_POLYNOMIAL, SERIAL_ARGUMENT, Command, Id

COMMANDS = {
    "WAKE": 0x3517, "SLEEP": 0xB098, "SOFT_RESET": 0x805D, "READ_ID": 0xEFC8,
    "TEMPERATURE_FIRST": 0x7866, "TEMPERATURE_FIRST_STRETCH": 0x7CA2,
    "HUMIDITY_FIRST": 0x58E0, "HUMIDITY_FIRST_STRETCH": 0x5C24,
    "LOW_POWER_TEMPERATURE_FIRST": 0x609C, "LOW_POWER_TEMPERATURE_FIRST_STRETCH": 0x6458,
    "LOW_POWER_HUMIDITY_FIRST": 0x401A, "LOW_POWER_HUMIDITY_FIRST_STRETCH": 0x44DE,
    "SERIAL_START": 0xC595, "SERIAL_NEXT": 0xC7F7,
}  # fmt: skip


def test_commands():
    assert {command.name: command.value for command in Command} == COMMANDS


def test_the_identity_is_what_the_mask_keeps():
    expected = Id.decode(Id.reset)
    assert (Id.address, Id.reset, Id.writable) == (0xEFC8, 0x0807, False)
    for raw in range(0x10000):
        assert (Id.decode(raw) == expected) is (raw & 0x083F == 0x0807)


def test_the_product_is_a_number_without_sign():
    assert Id.decode(0x083F).product == 0x3F


def test_numbers():
    assert (CRC_POLYNOMIAL, CRC_INIT, SERIAL_ARGUMENT) == (0x31, 0xFF, 0x007B)
