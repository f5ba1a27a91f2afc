"""The PCA9685 map against the modules sheet 4.6, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import pca9685
from wisgate.registers.pca9685 import Disabled

WORDS = {  # name: address, reset
    "Mode1": (0x00, 0x11),
    "Mode2": (0x01, 0x04),
    "SubAddress1": (0x02, 0xE2),
    "SubAddress2": (0x03, 0xE4),
    "SubAddress3": (0x04, 0xE8),
    "AllCallAddress": (0x05, 0xE0),
    "OnLow": (0x06, 0x00),
    "OnHigh": (0x07, 0x00),
    "OffLow": (0x08, 0x00),
    "OffHigh": (0x09, 0x10),
    "AllOnLow": (0xFA, 0x00),
    "AllOnHigh": (0xFB, 0x00),
    "AllOffLow": (0xFC, 0x00),
    "AllOffHigh": (0xFD, 0x00),
    "Prescale": (0xFE, 0x1E),
}

MODE1 = "restart external_clock auto_increment sleep sub_1 sub_2 sub_3 all_call"


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(pca9685, name)
    assert (word.address, word.reset) == WORDS[name]
    assert (word.width, word.writable) == (8, True)


@pytest.mark.parametrize("name", ["OnLow", "OffLow", "AllOnLow", "AllOffLow", "Prescale"])
def test_whole_bytes(name):
    word = getattr(pca9685, name)
    (field,) = fields(word)
    assert [getattr(word.decode(raw), field.name) for raw in range(256)] == list(range(256))


@pytest.mark.parametrize("name", ["OnHigh", "OffHigh", "AllOnHigh", "AllOffHigh"])
def test_high_bytes(name):
    word = getattr(pca9685, name)
    assert word.decode(0xEF).count == 15
    assert not word.decode(0xEF).full
    assert word.decode(0x10).full
    assert word.decode(0x10).count == 0


@pytest.mark.parametrize("number", [1, 2, 3])
def test_addresses_are_shifted(number):
    word = getattr(pca9685, f"SubAddress{number}")
    assert word.decode(word.reset).address_7bit == (0x71, 0x72, 0x74)[number - 1]
    assert word.decode(0xFF).address_7bit == 0x7F
    call = pca9685.AllCallAddress
    assert call.decode(call.reset).address_7bit == 0x70
    assert call.decode(0xFF).address_7bit == 0x7F


def test_the_first_mode():
    names = MODE1.split()
    for position, name in zip(range(7, -1, -1), names, strict=True):
        word = pca9685.Mode1.decode(1 << position)
        assert [other for other in names if getattr(word, other)] == [name]


def test_the_second_mode():
    mode = pca9685.Mode2.decode(0x04)
    assert (mode.inverted, mode.on_acknowledge, mode.totem_pole) == (False, False, True)
    assert mode.disabled is Disabled.LOW
    mode = pca9685.Mode2.decode(0x10)
    assert (mode.inverted, mode.on_acknowledge, mode.totem_pole) == (True, False, False)
    assert pca9685.Mode2.decode(0x08).on_acknowledge
    assert [pca9685.Mode2.decode(code).disabled.name for code in range(4)] == [
        "LOW", "HIGH", "FLOATING", "FLOATING",
    ]  # fmt: skip


@pytest.mark.parametrize("code", [-1, 4])
def test_there_are_no_more_ways_to_be_disabled(code):
    with pytest.raises(ValueError, match="is not a valid Disabled"):
        Disabled(code)


def test_numbers():
    assert (pca9685.CHANNELS, pca9685.CHANNEL, pca9685.COUNTS) == (16, 4, 4096)
    assert (pca9685.OSCILLATOR_HZ, pca9685.PRESCALE_MIN) == (25e6, 3)
    assert pca9685.WAKE_S == 0.0005
    assert (pca9685.SOFTWARE_RESET_ADDRESS, pca9685.SOFTWARE_RESET) == (0, 6)
