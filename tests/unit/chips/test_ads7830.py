"""The ADS7830 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.ads7830 import Ads7830
from wisgate.core.errors import NoAcknowledge, Saturated


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Ads7830(bus, reference=3.0)


def test_one_input():
    with script("ads7830", "one input") as bus:
        assert Ads7830(bus, reference=3.0).convert(0) == pytest.approx(1.5)


def test_every_input():
    with script("ads7830", "every input") as bus:
        adc = Ads7830(bus, reference=3.0)
        volts = [adc.convert(channel) for channel in range(8)]
    assert volts == pytest.approx([0.375, 0.75, 1.125, 1.5, 1.875, 2.25, 2.625, 2.8125])


def test_ends_of_the_scale():
    with script("ads7830", "ends of the scale") as bus:
        adc = Ads7830(bus, reference=3.0)
        assert adc.convert(0) == 0.0
        for channel in (1, 2):
            with pytest.raises(Saturated, match=rf"^0x48: CH{channel} is at the end"):
                adc.convert(channel)
        assert adc.convert(3) == 0.0
        with pytest.raises(Saturated):
            adc.convert(4)
        assert adc.convert(5) == pytest.approx(3 / 256)


def test_the_last_code_but_one():
    with conversation(parse("48: 84 -> FE")) as bus:
        assert Ads7830(bus, reference=3.0).convert(0) == pytest.approx(3.0 * 254 / 256)


def test_another_reference():
    with script("ads7830", "another reference") as bus:
        adc = Ads7830(bus, reference=2.56)
        assert adc.convert(3) == pytest.approx(1.28)
        assert adc.convert(4) == pytest.approx(0.64)
        assert Ads7830(bus, reference=3.3).convert(3) == pytest.approx(1.65)


@pytest.mark.parametrize("channel", [-1, 8])
def test_a_channel_that_is_none(channel):
    with conversation([]) as bus, pytest.raises(ValueError, match=rf"^0x48: channel {channel} "):
        Ads7830(bus, reference=3.0).convert(channel)


def test_another_address():
    with conversation(parse("4A: 84 -> 80")) as bus:
        assert Ads7830(bus, 0x4A, reference=3.0).convert(0) == pytest.approx(1.5)


def test_a_chip_that_is_gone():
    with conversation(parse("48: 84 !")) as bus, pytest.raises(NoAcknowledge, match="0x48"):
        Ads7830(bus, reference=3.0).convert(0)
