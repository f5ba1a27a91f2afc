"""The LPS22HB map against the modules sheet 6.3, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import lps22hb
from wisgate.registers.lps22hb import PER_SECOND, Rate

WORDS = {  # name: address, width, reset, writable
    "WhoAmI": (0x0F, 8, 0xB1, False),
    "Control1": (0x10, 8, 0x00, True),
    "Control2": (0x11, 8, 0x10, True),
    "Resolution": (0x1A, 8, 0x00, True),
    "State": (0x27, 8, 0x00, False),
    "Pressure": (0x28, 24, 0x000000, False),
    "Temperature": (0x2B, 16, 0x0000, False),
}
FLAGS = {
    "Control1": {"low_pass": 3, "low_pass_20": 2, "block_update": 1, "spi_3_wire": 0},
    "Control2": {
        "boot": 7, "fifo": 6, "stop_on_watermark": 5, "increment": 4, "i2c_off": 3, "reset_all": 2,
        "one_shot": 0,
    },
    "Resolution": {"low_current": 0},
    "State": {
        "temperature_overrun": 5, "pressure_overrun": 4, "temperature_ready": 1,
        "pressure_ready": 0,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(lps22hb, name)
    assert (word.address, word.width, word.reset, word.writable) == WORDS[name]


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    word = getattr(lps22hb, name)
    for flag, position in FLAGS[name].items():
        for other in FLAGS[name]:
            assert getattr(word.decode(1 << position), other) is (other == flag)


def test_rates():
    assert [(rate.name, rate.value) for rate in Rate] == [
        ("ONE_SHOT", 0), ("HZ1", 1), ("HZ10", 2), ("HZ25", 3), ("HZ50", 4), ("HZ75", 5),
    ]  # fmt: skip
    assert [PER_SECOND[rate] for rate in list(Rate)[1:]] == [1, 10, 25, 50, 75]
    for rate in Rate:
        assert lps22hb.Control1.decode(0x80 | rate << 4).rate is rate


def test_whole_words():
    assert lps22hb.WhoAmI.decode(0xB1).identity == 0xB1
    assert lps22hb.WhoAmI.decode(0xFF).identity == 0xFF
    assert [f.name for f in fields(lps22hb.Pressure)] == ["code"]


def test_signs():
    assert lps22hb.Pressure.decode(0x3FF58D).code == 4191629
    assert lps22hb.Pressure.decode(0x800001).code == -0x7FFFFF
    assert lps22hb.Temperature.decode(0xFBE6).code == -1050
    assert lps22hb.Temperature.decode(0x8001).code == -0x7FFF


def test_numbers():
    assert (lps22hb.CODES_PER_HPA, lps22hb.CODES_PER_DEGREE) == (4096, 100)
    assert lps22hb.RANGE_HPA == (260, 1260)
