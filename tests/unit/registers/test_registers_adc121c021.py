"""The ADC121C021 map against the modules sheet 5.0, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import adc121c021
from wisgate.registers.adc121c021 import CODES, POINTER_MASK, SAMPLES_PER_SECOND, Cycle

WORDS = {  # name: address, width, reset, writable
    "Conversion": (0, 16, 0x0000, False),
    "AlertStatus": (1, 8, 0x00, True),
    "Configuration": (2, 8, 0x00, True),
    "LowLimit": (3, 16, 0x0000, True),
    "HighLimit": (4, 16, 0x0FFF, True),
    "Hysteresis": (5, 16, 0x0000, True),
    "LowestConversion": (6, 16, 0x0FFF, True),
    "HighestConversion": (7, 16, 0x0000, True),
}
RATES = {"X32": 27, "X64": 13.5, "X128": 6.7, "X256": 3.4, "X512": 1.7, "X1024": 0.9, "X2048": 0.4}
FLAGS = {"alert_hold": 4, "alert_flag": 3, "alert_pin": 2, "alert_high": 0}
TWELVE_BITS = (
    "Conversion", "LowLimit", "HighLimit", "Hysteresis", "LowestConversion", "HighestConversion",
)  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(adc121c021, name)
    assert (word.address, word.width, word.reset, word.writable) == WORDS[name]


@pytest.mark.parametrize("name", TWELVE_BITS)
def test_codes_have_twelve_bits_and_no_sign(name):
    word = getattr(adc121c021, name)
    assert word.decode(0xFFFF).code == 0x0FFF
    assert word.decode(0x0801).code == 0x0801


def test_the_alert_flag_of_the_result():
    assert adc121c021.Conversion.decode(0x8000).alert is True
    assert adc121c021.Conversion.decode(0x7FFF).alert is False


@pytest.mark.parametrize("name", FLAGS)
def test_the_flags_of_the_configuration(name):
    configuration = adc121c021.Configuration.decode(1 << FLAGS[name])
    assert [f.name for f in fields(configuration) if getattr(configuration, f.name)] == [name]


@pytest.mark.parametrize("code", range(8))
def test_the_cycle(code):
    configuration = adc121c021.Configuration.decode(code << 5 | 0b10)
    assert configuration.cycle == code
    assert configuration.encode() == code << 5


def test_the_status():
    assert adc121c021.AlertStatus.decode(0b10).over_range is True
    assert adc121c021.AlertStatus.decode(0b10).under_range is False
    assert adc121c021.AlertStatus.decode(0b01).under_range is True


def test_rates():
    assert [cycle.name for cycle in map(Cycle, range(8))] == ["OFF", *RATES]
    assert {cycle.name: rate / 1e3 for cycle, rate in SAMPLES_PER_SECOND.items()} == pytest.approx(
        RATES
    )


def test_numbers():
    assert (CODES, POINTER_MASK) == (4096, 0b111)
