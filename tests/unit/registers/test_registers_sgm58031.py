"""The SGM58031 map against the boards sheet A7.2, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import sgm58031
from wisgate.registers.sgm58031 import FULL_SCALE_V, SAMPLES_PER_SECOND, Gain, Mux, Queue, Rate

WORDS = {  # name: address, reset, writable
    "Conversion": (0, 0x0000, False),
    "Config": (1, 0x8583, True),
    "LowThreshold": (2, 0x8000, True),
    "HighThreshold": (3, 0x7FFF, True),
    "Config1": (4, 0x0000, True),
    "ChipId": (5, 0x0080, False),
}

CONFIG_BITS = {
    "idle": 15, "single": 8, "window": 4, "alert_high": 3, "latching": 2,
}  # fmt: skip
CONFIG1_BITS = {
    "power_down": 8, "fast": 7, "burnout": 6, "alert_as_io": 5, "bus_leakage_blocking": 4,
    "external_reference": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(sgm58031, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]


def test_the_power_on_configuration():
    config = sgm58031.Config.decode(0x8583)
    assert [getattr(config, f.name) for f in fields(config)] == [
        True, Mux.AIN0_AIN1, Gain.V2_048, True, Rate.SPS100, False, False, False, Queue.DISABLED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "positions"),
    [(sgm58031.Config, CONFIG_BITS), (sgm58031.Config1, CONFIG1_BITS)],
)
def test_flags(word, positions):
    for name, position in positions.items():
        for other in positions:
            assert getattr(word.decode(1 << position), other) is (other == name)


@pytest.mark.parametrize("code", range(8))
def test_the_fields_of_the_configuration(code):
    assert sgm58031.Config.decode(code << 12).mux == code
    assert sgm58031.Config.decode(code << 5).rate == code
    assert sgm58031.Config.decode(code << 9).gain == min(code, 5)
    assert sgm58031.Config.decode(code & 3).queue == code & 3


def test_names_follow_the_codes():
    assert [mux.name for mux in map(Mux, range(8))] == [
        "AIN0_AIN1", "AIN0_AIN3", "AIN1_AIN3", "AIN2_AIN3", "AIN0", "AIN1", "AIN2", "AIN3",
    ]  # fmt: skip
    assert [rate.name for rate in map(Rate, range(8))] == [
        "SPS6_25", "SPS12_5", "SPS25", "SPS50", "SPS100", "SPS200", "SPS400", "SPS800",
    ]  # fmt: skip
    assert [queue.name for queue in map(Queue, range(4))] == [
        "AFTER_1", "AFTER_2", "AFTER_4", "DISABLED",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "volts"), list(enumerate([6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256]))
)
def test_full_scale(code, volts):
    assert FULL_SCALE_V[Gain(code)] == volts


@pytest.mark.parametrize("code", [-1, 8])
def test_there_are_no_more_gains(code):
    with pytest.raises(ValueError, match="is not a valid Gain"):
        Gain(code)


def test_rates():
    assert SAMPLES_PER_SECOND[False] == tuple(6.25 * 2**code for code in range(8))
    assert SAMPLES_PER_SECOND[True] == tuple(7.5 * 2**code for code in range(8))


def test_the_chip_id():
    identity = sgm58031.ChipId.decode(0xFFE0)
    assert (identity.identity, identity.version) == (0xFF, 7)


def test_signs():
    assert sgm58031.Conversion.decode(0xF830).code == -2000
    assert sgm58031.LowThreshold.decode(0x8000).code == -32768
    assert sgm58031.HighThreshold.decode(0xFFFF).code == -1
    assert sgm58031.HighThreshold.decode(0x8001).code == -32767
