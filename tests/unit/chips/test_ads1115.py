"""The ADS1115 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.ads1115 import Ads1115
from wisgate.core.errors import UnexpectedValue, WrongIdentity

IDLE = "48: 01 -> 85 83\n"
"""What is looked at before a conversion is started."""


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Ads1115(bus)


def test_identify():
    with script("ads1115", "identify") as bus:
        Ads1115(bus).identify()


@pytest.mark.parametrize(
    ("five", "one", "two"),
    [
        ("00 80", "85 83", "80 00"),
        ("5A 5A", "5A 5A", "5A 5A"),
        ("85 83", "85 82", "80 00"),
        ("C5 83", "85 83", "80 00"),
    ],
    ids=["sgm58031", "a stranger", "another bit", "the highest bit but one"],
)
def test_another_chip_is_told_apart(five, one, two):
    with (
        conversation(parse(f"48: 05 -> {five}\n48: 01 -> {one}\n48: 02 -> {two}")) as bus,
        pytest.raises(WrongIdentity) as told,
    ):
        Ads1115(bus).identify()
    words = [f"0x{word.replace(' ', '').lower()}" for word in (five, one, two)]
    assert str(told.value).startswith(f"0x48: registers 5, 1 and 2 read {words[0]}, {words[1]} and")
    assert words[2] in str(told.value)


def test_a_conversion_that_ends_between_two_looks_does_no_harm():
    with conversation(parse("48: 05 -> 43 83\n48: 01 -> C3 83\n48: 02 -> 80 00")) as bus:
        Ads1115(bus).identify()


def test_one_reading():
    with script("ads1115", "one reading") as bus:
        adc = Ads1115(bus)
        assert adc.trigger(0) == pytest.approx(8.7e-3)
        assert adc.collect() == pytest.approx(1.5)


def test_the_retry_covers_half_a_conversion():
    assert pytest.approx(4.5e-3) == Ads1115.RETRY


def test_the_retries_of_a_start_cover_two_conversions():
    assert pytest.approx(18e-3) == Ads1115.RETRIES * Ads1115.RETRY


def test_identify_forgets_a_conversion():
    text = "48: 01 C3 83\n48: 05 -> 43 83\n48: 01 -> 43 83\n48: 02 -> 80 00"
    with conversation(parse(IDLE + text)) as bus:
        adc = Ads1115(bus)
        adc.trigger(0)
        adc.identify()
        with pytest.raises(UnexpectedValue):
            adc.collect()


def test_another_address():
    with conversation(parse("49: 05 -> 85 83\n49: 01 -> 85 83\n49: 02 -> 80 00")) as bus:
        Ads1115(bus, 0x49).identify()
