"""Bit timing against the numbers of the modules sheet 6.8."""

import pytest

from wisgate.chips.can_timing import timing


@pytest.mark.parametrize(
    ("bitrate", "registers"),
    [(1e6, (0, 30, 7, 7)), (500e3, (0, 62, 15, 15)), (250e3, (0, 126, 31, 31)),
     (125e3, (1, 126, 31, 31))],
)  # fmt: skip
def test_the_sheets_timings(bitrate, registers):
    assert timing(40e6, bitrate, 160) == registers


@pytest.mark.parametrize(
    ("bitrate", "registers"),
    [(2e6, (0, 14, 3, 3)), (1e6, (0, 30, 7, 7)), (500e3, (1, 30, 7, 7)), (4e6, (0, 6, 1, 1)),
     (8e6, (0, 2, 0, 0))],
)  # fmt: skip
def test_of_a_payload(bitrate, registers):
    """By hand: 40 MHz over the rate is the number of quanta, a fifth of it lies behind the sample
    point."""
    assert timing(40e6, bitrate, 40) == registers


@pytest.mark.parametrize("oscillator", [4e6, 20e6, 40e6])
@pytest.mark.parametrize("bitrate", [50e3, 100e3, 125e3, 250e3, 500e3])
def test_the_rate_is_met_exactly_and_sampled_late(oscillator, bitrate):
    made = timing(oscillator, bitrate, 160)
    quanta = made.tseg1 + made.tseg2 + 3
    assert (made.prescaler + 1) * quanta * bitrate == pytest.approx(oscillator)
    assert quanta <= 160
    assert 0.7 <= (made.tseg1 + 2) / quanta <= 0.88
    assert made.jump == made.tseg2


def test_where_it_samples():
    assert timing(40e6, 2e6, 40).sample_point == 16
    assert timing(40e6, 500e3, 40).sample_point == 64


def test_the_largest_prescaler():
    assert timing(40e6, 40e6 / 256 / 160, 160) == (255, 126, 31, 31)


@pytest.mark.parametrize(
    ("oscillator", "bitrate"),
    [(40e6, 300e3), (40e6, 10e6), (40e6, 999e3), (40e6, 900.0), (40e6, 40e6 / 512 / 160)],
)
def test_a_rate_that_cannot_be_met(oscillator, bitrate):
    with pytest.raises(ValueError, match=r"no bit timing for .* kbit/s from 40 MHz; take a rate"):
        timing(oscillator, bitrate, 160)


def test_no_prescaler_beyond_the_register():
    """257 is prime."""
    with pytest.raises(ValueError, match="no bit timing"):
        timing(257 * 160e3, 1e3, 160)
