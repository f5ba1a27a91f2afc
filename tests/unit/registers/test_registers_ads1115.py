"""The ADS1115 map against SBAS444 and the boards sheet A7, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import ads1115
from wisgate.registers.ads1115 import FULL_SCALE_V, SAMPLES_PER_SECOND, Gain, Mux, Queue, Rate

WORDS = {  # name: address, reset, writable
    "Conversion": (0, 0x0000, False),
    "Config": (1, 0x8583, True),
    "LowThreshold": (2, 0x8000, True),
    "HighThreshold": (3, 0x7FFF, True),
}

CONFIG_BITS = {"idle": 15, "single": 8, "window": 4, "alert_high": 3, "latching": 2}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(ads1115, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]
    assert word.width == 16


def test_the_power_on_configuration():
    config = ads1115.Config.decode(0x8583)
    assert [getattr(config, f.name) for f in fields(config)] == [
        True, Mux.AIN0_AIN1, Gain.V2_048, True, Rate.SPS128, False, False, False, Queue.DISABLED,
    ]  # fmt: skip
    assert config.encode() == 0x8583


def test_flags():
    for name, position in CONFIG_BITS.items():
        word = ads1115.Config.decode(1 << position)
        assert [other for other in CONFIG_BITS if getattr(word, other)] == [name]


@pytest.mark.parametrize("code", range(8))
def test_the_fields_of_the_configuration(code):
    assert ads1115.Config.decode(code << 12).mux == code
    assert ads1115.Config.decode(code << 5).rate == code
    assert ads1115.Config.decode(code << 9).gain == min(code, 5)
    assert ads1115.Config.decode(code & 3).queue == code & 3


def test_rates():
    assert SAMPLES_PER_SECOND == (8, 16, 32, 64, 128, 250, 475, 860)
    assert [rate.name for rate in map(Rate, range(8))] == [
        f"SPS{samples:.0f}" for samples in SAMPLES_PER_SECOND
    ]


def test_full_scales():
    assert [FULL_SCALE_V[gain] for gain in Gain] == [6.144, 4.096, 2.048, 1.024, 0.512, 0.256]


def test_two_bits_of_the_pointer_count():
    assert ads1115.POINTER_MASK == 0b11


def test_signs():
    assert ads1115.Conversion.decode(0xF830).code == -2000
    assert ads1115.Conversion.decode(0x8001).code == -32767
    assert ads1115.LowThreshold.decode(0x8000).code == -32768
    assert ads1115.HighThreshold.decode(0x8001).code == -32767
    assert ads1115.HighThreshold.decode(0xFFFF).code == -1
