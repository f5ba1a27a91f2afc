"""The INA219 map against SBOS448G tables 4 to 6, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import ina219
from wisgate.registers.ina219 import Adc, Gain, Mode

WORDS = {  # name: address, reset, writable
    "Config": (0x00, 0x399F, True),
    "ShuntVoltage": (0x01, 0x0000, False),
    "BusVoltage": (0x02, 0x0000, False),
    "Power": (0x03, 0x0000, False),
    "Current": (0x04, 0x0000, False),
    "Calibration": (0x05, 0x0000, True),
}

ADC_NAMES = "BITS9 BITS10 BITS11 BITS12 " * 2 + (
    "BITS12 SAMPLES2 SAMPLES4 SAMPLES8 SAMPLES16 SAMPLES32 SAMPLES64 SAMPLES128"
)


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(ina219, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]
    assert word.source.startswith("SBOS448G")


def test_the_power_on_configuration():
    config = ina219.Config.decode(0x399F)
    assert [getattr(config, f.name) for f in fields(config)] == [
        False, True, Gain.MV320, Adc.BITS12, Adc.BITS12, Mode.CONTINUOUS,
    ]  # fmt: skip
    assert config.encode() == 0x399F


@pytest.mark.parametrize(("code", "name"), list(enumerate(ADC_NAMES.split())))
def test_every_adc_code_has_a_meaning(code, name):
    assert Adc(code).name == name


@pytest.mark.parametrize("code", [-1, 16])
def test_there_are_no_more_adc_codes(code):
    with pytest.raises(ValueError, match="is not a valid Adc"):
        Adc(code)


def test_modes():
    assert [mode.name for mode in map(Mode, range(8))] == [
        "POWER_DOWN", "SHUNT_TRIGGERED", "BUS_TRIGGERED", "TRIGGERED",
        "ADC_OFF", "SHUNT_CONTINUOUS", "BUS_CONTINUOUS", "CONTINUOUS",
    ]  # fmt: skip


def test_bus_voltage():
    bus = ina219.BusVoltage.decode(0x5DC3)
    assert (bus.code, bus.ready, bus.overflow) == (3000, True, True)
    assert ina219.BusVoltage.decode(0xFFF8).code == 8191
    assert not ina219.BusVoltage.decode(0x5DC1).ready
    assert not ina219.BusVoltage.decode(0x5DC2).overflow


def test_signs():
    assert ina219.ShuntVoltage.decode(0xF831).code == -1999
    assert ina219.Current.decode(0xF831).code == -1999
    assert ina219.Power.decode(0xF831).code == 0xF831
    assert ina219.Calibration.decode(0x5000).code == 0x2800
    assert ina219.Calibration.decode(0xFFFF).encode() == 0xFFFE


@pytest.mark.parametrize("code", range(9, 16))
def test_both_converters_have_four_bits(code):
    assert ina219.Config.decode(code << 7).bus_adc == code
    assert ina219.Config.decode(code << 3).shunt_adc == code
    assert ina219.Config.decode(code << 3).bus_adc == Adc.BITS9


def test_the_widest_codes():
    assert ina219.Current.decode(0x8001).code == -32767
    assert ina219.Calibration.decode(0xFFFE).code == 0x7FFF
