"""Time on the air, against numbers that others computed."""

import pytest

from wisgate.core import air_time

SX1302_MS = {5: 18.5, 6: 34.4, 7: 61.7, 8: 113.2, 9: 205.8, 10: 370.7, 11: 823.3, 12: 1482.8}
"""23 bytes at 125 kHz, CRC on: what the HAL of the SX1302 says (`test_loragw_toa`)."""


@pytest.mark.parametrize(("factor", "ms"), SX1302_MS.items())
def test_as_the_hal_of_the_sx1302(factor, ms):
    assert air_time.lora(23, factor, 125e3) * 1e3 == pytest.approx(ms, abs=0.05)


@pytest.mark.parametrize(
    ("length", "factor", "bandwidth", "rate", "options", "ms"),
    [
        # a downlink has no CRC: 76 bits behind the header's 20, 2 blocks of 40; with it 92, 3
        (12, 12, 125e3, "4/5", {"crc": False}, (12.25 + 8 + 10) * 32.768),
        (12, 12, 125e3, "4/5", {}, (12.25 + 8 + 15) * 32.768),
        (13, 12, 125e3, "4/5", {"crc": False}, (12.25 + 8 + 15) * 32.768),
        (12, 7, 125e3, "4/8", {"crc": False}, (12.25 + 8 + 4 * 8) * 1.024),
        (17, 7, 125e3, "4/5", {"header": False, "preamble": 10, "crc": False}, 48.384),
        (12, 8, 500e3, "4/5", {"crc": False}, (12.25 + 8 + 15) * 0.512),
        (23, 11, 250e3, "4/5", {}, 370.688),
        (23, 12, 250e3, "4/5", {}, 741.376),
    ],
)
def test_by_hand(length, factor, bandwidth, rate, options, ms):
    assert air_time.lora(length, factor, bandwidth, rate, **options) * 1e3 == pytest.approx(ms)


@pytest.mark.parametrize(
    ("length", "factor", "rate", "options", "symbols"),
    [
        # SX1280, 812.5 kHz, the payload as one block: SF7, 20 bytes and CRC are 176 bits, none
        # fits beside the header: 176 * 2 / 7 = 50.3
        (20, 7, "4/8LI", {}, 8 + 51),
        # SF12: two bits fewer per symbol, whatever the bandwidth; 20 of the bits are in the header
        (20, 12, "4/8LI", {}, 8 + 32),
        (20, 12, "4/5LI", {}, 8 + 20),
        (20, 9, "4/6LI", {}, 8 + 28),
        # the CRC of a short payload never goes into the header's block: 16 * 2 / 10 = 3.2
        (1, 12, "4/8LI", {}, 8 + 4),
        (0, 12, "4/8LI", {}, 8),
        (2, 12, "4/8LI", {"crc": False}, 8),
        # without header: 16 * 2 / 5 = 6.4; 176 * 2 = 352 bits, 40 of them in the first 8
        (2, 7, "4/8LI", {"header": False, "crc": False}, 7),
        (20, 7, "4/8LI", {"header": False}, 8 + 45),
        (23, 5, "4/8LI", {}, 8 + 80),
        (23, 11, "4/5", {}, 8 + 6 * 5),
        (23, 11, "4/7", {}, 8 + 6 * 7),
    ],
)
@pytest.mark.parametrize("bandwidth", [812_500, 812_000, 800_000])
def test_at_two_point_four_gigahertz(length, factor, rate, options, symbols, bandwidth):
    start = 8 + (6.25 if factor < 7 else 4.25)
    expected = (start + symbols) * 2**factor / bandwidth
    assert air_time.lora(length, factor, bandwidth, rate, **options) == pytest.approx(expected)


@pytest.mark.parametrize("hz", [203_125, 203_000, 200_000, 406_250, 400_000, 1_625_000, 1_600_000])
def test_the_sx1280_is_slow_from_sf11_on(hz):
    assert [air_time.slow(factor, hz) for factor in (10, 11, 12)] == [False, True, True]


def test_fsk():
    """5 + 3 + 1 + 23 + 2 bytes at 50 kbit/s."""
    assert air_time.fsk(23, 50_000) == pytest.approx(5.44e-3)
    assert air_time.fsk(23, 50_000, crc=False, preamble=4) == pytest.approx(4.96e-3)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((256, 7, 125e3), "256 bytes; a packet has 0 to 255"), ((-1, 7, 125e3), "-1 bytes"),
     ((1, 4, 125e3), "factor 4 is not one of 5 to 12"), ((1, 13, 125e3), "13"),
     ((1, 7, 0), "0 Hz"), ((1, 7, 125e3, "4/9"), "'4/9'; write one of 4/5, .*4/8LI")],
)  # fmt: skip
def test_what_no_chip_sends(arguments, text):
    with pytest.raises(ValueError, match=text):
        air_time.lora(*arguments)


@pytest.mark.parametrize(("length", "rate"), [(256, 50_000), (-1, 50_000), (1, 0)])
def test_what_no_fsk_modem_sends(length, rate):
    with pytest.raises(ValueError, match=r"0 to 255|above 0"):
        air_time.fsk(length, rate)
