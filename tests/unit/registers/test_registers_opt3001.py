"""The OPT3001 map against the modules sheet 6.4, written out a second time."""

import pytest

from wisgate.registers import opt3001
from wisgate.registers.opt3001 import Faults, Mode

WORDS = {  # name: address, reset, writable
    "Result": (0x00, 0x0000, False),
    "Config": (0x01, 0xC810, True),
    "LowLimit": (0x02, 0xC000, True),
    "HighLimit": (0x03, 0xBFFF, True),
    "Manufacturer": (0x7E, 0x5449, False),
    "Identity": (0x7F, 0x3001, False),
}
FLAGS = {
    "slow": 11, "overflow": 8, "ready": 7, "high": 6, "low": 5, "latch": 4, "active_high": 3,
    "mask_exponent": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(opt3001, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]
    assert word.width == 16


def test_the_power_on_configuration():
    config = opt3001.Config.decode(0xC810)
    assert (config.range, config.slow, config.mode) == (12, True, Mode.SHUTDOWN)
    assert (config.latch, config.faults) == (True, Faults.AFTER_1)


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    for other in FLAGS:
        assert getattr(opt3001.Config.decode(1 << FLAGS[name]), other) is (other == name)


@pytest.mark.parametrize("code", range(4))
def test_the_codes_of_the_configuration(code):
    names = ["SHUTDOWN", "SINGLE", "CONTINUOUS", "CONTINUOUS"]
    assert opt3001.Config.decode(code << 9).mode.name == names[code]
    assert opt3001.Config.decode(code).faults.name == f"AFTER_{1 << code}"
    assert opt3001.Config.decode(code << 14).range == code << 2
    assert opt3001.Config.decode(code << 12).range == code


@pytest.mark.parametrize("code", [-1, 4])
def test_there_are_no_more_modes(code):
    with pytest.raises(ValueError, match="is not a valid Mode"):
        Mode(code)


@pytest.mark.parametrize("name", ["Result", "LowLimit", "HighLimit"])
def test_a_number_of_light(name):
    light = getattr(opt3001, name).decode(0xBFFE)
    assert (light.exponent, light.mantissa) == (11, 0x0FFE)
    assert getattr(opt3001, name).decode(0xF000).exponent == 15


def test_identities_are_whole_words():
    assert opt3001.Manufacturer.decode(0xFFFE).code == 0xFFFE
    assert opt3001.Identity.decode(0xFFFE).code == 0xFFFE


def test_numbers():
    assert (opt3001.AUTOMATIC, opt3001.HIGHEST_RANGE, opt3001.LSB_LX) == (12, 11, 0.01)
