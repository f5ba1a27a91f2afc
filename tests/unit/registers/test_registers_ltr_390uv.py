"""The LTR-390UV map against the modules sheet 6.6, written out a second time."""

import pytest

from wisgate.registers import ltr_390uv
from wisgate.registers.ltr_390uv import Gain, Rate, Resolution

WORDS = {  # name: address, width, reset, writable
    "Control": (0x00, 8, 0x00, True),
    "Measurement": (0x04, 8, 0x22, True),
    "Amplification": (0x05, 8, 0x01, True),
    "PartId": (0x06, 8, 0xB2, False),
    "State": (0x07, 8, 0x20, False),
    "Light": (0x0D, 24, 0x000000, False),
    "Ultraviolet": (0x10, 24, 0x000000, False),
}
FLAGS = {
    "Control": {"reset_all": 4, "ultraviolet": 3, "enabled": 1},
    "State": {"powered_up": 5, "interrupt": 4, "ready": 3},
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(ltr_390uv, name)
    assert (word.address, word.width, word.reset, word.writable) == WORDS[name]


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    word = getattr(ltr_390uv, name)
    for flag, position in FLAGS[name].items():
        for other in FLAGS[name]:
            assert getattr(word.decode(1 << position), other) is (other == flag)


def test_resolutions():
    rows = [("BITS20", 0, 20, 0.4, 4.0), ("BITS19", 1, 19, 0.2, 2.0), ("BITS18", 2, 18, 0.1, 1.0),
            ("BITS17", 3, 17, 0.05, 0.5), ("BITS16", 4, 16, 0.025, 0.25),
            ("BITS13", 5, 13, 0.0125, 0.125)]  # fmt: skip
    assert rows == [
        (r.name, r.value, ltr_390uv.BITS[r], ltr_390uv.CONVERSION_S[r], ltr_390uv.LUX_TIME[r])
        for r in Resolution
    ]
    for resolution in Resolution:
        assert ltr_390uv.Measurement.decode(resolution << 4).resolution is resolution


def test_rates():
    assert [(rate.name, rate.value, ltr_390uv.PERIOD_S[rate]) for rate in Rate] == [
        ("MS25", 0, 0.025), ("MS50", 1, 0.05), ("MS100", 2, 0.1), ("MS200", 3, 0.2),
        ("MS500", 4, 0.5), ("S1", 5, 1), ("S2", 6, 2),
    ]  # fmt: skip
    for code in range(8):
        assert ltr_390uv.Measurement.decode(code).rate == min(code, 6)


@pytest.mark.parametrize("code", [-1, 8])
def test_there_are_no_more_rates(code):
    with pytest.raises(ValueError, match="is not a valid Rate"):
        Rate(code)


def test_gains():
    assert [(gain.name, gain.value, ltr_390uv.GAINS[gain]) for gain in Gain] == [
        ("X1", 0, 1), ("X3", 1, 3), ("X6", 2, 6), ("X9", 3, 9), ("X18", 4, 18),
    ]  # fmt: skip
    for gain in Gain:
        assert ltr_390uv.Amplification.decode(gain).gain is gain


def test_bits_without_a_name_belong_to_no_field():
    measurement = ltr_390uv.Measurement.decode(0x80 | 0x08)
    assert (measurement.resolution, measurement.rate) == (0, 0)
    assert ltr_390uv.Amplification.decode(0xF8).gain == 0


def test_the_part():
    part = ltr_390uv.PartId.decode(0xB2)
    assert (part.part, part.revision) == (0xB, 2)
    assert ltr_390uv.PartId.decode(0x0F).revision == 15
    assert ltr_390uv.PartId.decode(0xF0).part == 15


@pytest.mark.parametrize("name", ["Light", "Ultraviolet"])
def test_results_have_20_bits(name):
    word = getattr(ltr_390uv, name)
    assert word.decode(0x0FFFFE).code == 0xFFFFE
    assert word.decode(0xF00001).code == 1


def test_numbers():
    assert (ltr_390uv.LUX_FACTOR, ltr_390uv.CODES_PER_UVI) == (0.6, 2300)
