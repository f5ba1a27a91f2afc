"""The SGM58031 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.sgm58031 import Sgm58031
from wisgate.core.errors import UnexpectedValue, WrongIdentity

IDLE = "4B: 01 -> 85 83\n"
"""What is looked at before a conversion is started."""


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Sgm58031(bus)


def test_identify():
    with script("sgm58031", "identify") as bus:
        Sgm58031(bus).identify()


def test_an_ads1115_is_told_apart():
    """It has two pointer bits: register 5 is its configuration."""
    with (
        conversation(parse("4B: 05 -> 85 83")) as bus,
        pytest.raises(WrongIdentity, match=r"^0x4b: .*0x8583.*0x0080.*ADS1115"),
    ):
        Sgm58031(bus).identify()


def test_one_reading():
    with script("sgm58031", "one reading") as bus:
        adc = Sgm58031(bus)
        assert adc.trigger(0) == pytest.approx(10.5e-3)
        assert adc.collect() == pytest.approx(1.5)


def test_the_retry_covers_half_a_conversion():
    assert pytest.approx(5e-3) == Sgm58031.RETRY


def test_the_retries_of_a_start_cover_two_conversions():
    assert pytest.approx(20e-3) == Sgm58031.RETRIES * Sgm58031.RETRY


def test_identify_forgets_a_conversion():
    with conversation(parse(IDLE + "4B: 01 C3 83\n4B: 05 -> 00 80\n4B: 04 00 00")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        adc.identify()
        with pytest.raises(UnexpectedValue):
            adc.collect()


def test_another_address():
    with conversation(parse("49: 05 -> 00 80\n49: 04 00 00")) as bus:
        Sgm58031(bus, 0x49).identify()
