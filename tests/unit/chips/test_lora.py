"""Time on the air and frequency words against the modules sheet 5.5 and 9.4."""

import pytest

from wisgate.chips.lora import Modulation
from wisgate.registers.sx1262 import Bandwidth, CodingRate

BANDWIDTHS = {125: Bandwidth.KHZ125, 250: Bandwidth.KHZ250, 500: Bandwidth.KHZ500}


@pytest.mark.parametrize(
    ("mhz", "word"),
    [(433.175, 0x1B12CCCD), (868.1, 0x3641999A), (868.3, 0x3644CCCD), (868.5, 0x36480000),
     (869.525, 0x36586666), (903.9, 0x387E6666), (915.0, 0x39300000), (923.2, 0x39B33333)],
)  # fmt: skip
def test_frequency_word(mhz, word):
    assert Modulation(mhz * 1e6).word == word


@pytest.mark.parametrize(
    ("factor", "khz", "rate", "length", "preamble", "ms"),
    [(5, 125, 1, 20, 12, 18.240), (7, 125, 1, 5, 8, 30.976), (7, 125, 1, 15, 12, 50.432),
     (7, 125, 4, 20, 8, 78.080), (7, 500, 1, 20, 8, 14.144), (9, 125, 1, 20, 8, 185.344),
     (10, 125, 1, 20, 8, 370.688), (11, 125, 1, 20, 8, 741.376), (12, 125, 1, 20, 8, 1318.912)],
)  # fmt: skip
def test_airtime(factor, khz, rate, length, preamble, ms):
    modulation = Modulation(868.1e6, factor, BANDWIDTHS[khz], CodingRate(rate), preamble)
    assert modulation.airtime(length) == pytest.approx(ms * 1e-3, abs=1e-9)


@pytest.mark.parametrize("factor", range(5, 13))
@pytest.mark.parametrize("rate", [1, 4])
def test_airtime_of_every_length(factor, rate):
    """The formula of the sheet, 5.5, once more: in bits."""
    modulation = Modulation(868.1e6, factor, coding_rate=CodingRate(rate))
    slow, short = factor >= 11, factor <= 6
    for length in range(256):
        bits = 8 * length + 16 - 4 * factor + (0 if short else 8) + 20
        blocks = max(-(-bits // (4 * (factor - 2 * slow))), 0)
        symbols = 8 + (6.25 if short else 4.25) + 8 + blocks * (rate + 4)
        assert modulation.airtime(length) == pytest.approx(symbols * 2**factor / 125e3)


def test_the_shortest_packets():
    """Never fewer than 8 symbols of payload, by hand: SF12, 0 bytes: (16-48+28)/40 is below 0."""
    assert Modulation(868.1e6, 12).airtime(0) == pytest.approx((8 + 4.25 + 8) * 32.768e-3)
    assert Modulation(868.1e6, 6).airtime(0) == pytest.approx((8 + 6.25 + 8 + 5) * 0.512e-3)


@pytest.mark.parametrize(
    ("factor", "khz", "slow"),
    [(10, 125, False), (11, 125, True), (12, 125, True), (11, 250, False), (12, 250, True),
     (12, 500, False)],
)  # fmt: skip
def test_low_data_rate(factor, khz, slow):
    assert Modulation(868.1e6, factor, BANDWIDTHS[khz]).slow is slow


@pytest.mark.parametrize("frequency", [150e6, 960e6])
def test_edges_that_fit(frequency):
    assert Modulation(frequency, 5).frequency == frequency
    assert Modulation(frequency, 12, preamble=1).preamble == 1
    assert Modulation(frequency, preamble=65535).airtime(255) > 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"frequency": 149.9e6}, "149.9 MHz .* 150 to 960 MHz"), ({"frequency": 960.1e6}, "960.1"),
     ({"spreading_factor": 4}, "factor 4 .* 5 to 12"), ({"spreading_factor": 13}, "13"),
     ({"preamble": 0}, "0 symbols .* 1 to 65535"), ({"preamble": 65536}, "65536")],
)  # fmt: skip
def test_what_does_not_fit(wrong, text):
    with pytest.raises(ValueError, match=text):
        Modulation(**{"frequency": 868.1e6, **wrong})


@pytest.mark.parametrize("length", [-1, 256])
def test_no_such_length(length):
    with pytest.raises(ValueError, match=rf"{length} bytes.* 0 to 255"):
        Modulation(868.1e6).airtime(length)


def test_what_two_radios_use_when_nobody_says_otherwise():
    plain = Modulation(868.1e6)
    assert (plain.spreading_factor, plain.bandwidth, plain.coding_rate) == (7, 4, 1)
    assert (plain.preamble, plain.sync_word, plain.inverted) == (8, 0x1424, False)
