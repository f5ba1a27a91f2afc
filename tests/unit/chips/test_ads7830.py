"""The ADS7830 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.ads7830 import Ads7830, Conversion
from wisgate.core.errors import NoAcknowledge


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Ads7830(bus, reference=3.0)


def test_one_input():
    with script("ads7830", "one input") as bus:
        assert Ads7830(bus, reference=3.0).convert(0) == Conversion(1.5, clipped=False)


def test_every_input():
    with script("ads7830", "every input") as bus:
        adc = Ads7830(bus, reference=3.0)
        volts = [adc.convert(channel).volts for channel in range(8)]
    assert volts == pytest.approx([0.375, 0.75, 1.125, 1.5, 1.875, 2.25, 2.625, 2.8125])


def test_ends_of_the_scale():
    with script("ads7830", "ends of the scale") as bus:
        adc = Ads7830(bus, reference=3.0)
        found = [adc.convert(channel) for channel in range(6)]
    assert [c.clipped for c in found] == [False, True, True, False, True, False]
    assert [c.volts for c in found][::3] == [0.0, 0.0]
    assert found[5].volts == pytest.approx(3 / 256)


def test_the_last_code_but_one():
    with conversation(parse("48: 84 -> FE")) as bus:
        last = Ads7830(bus, reference=3.0).convert(0)
    assert last == Conversion(3.0 * 254 / 256, clipped=False)


def test_whether_somebody_is_there():
    with script("ads7830", "somebody is there") as bus:
        assert Ads7830(bus, reference=3.0).present()
    with conversation(parse("49: !")) as bus:
        assert not Ads7830(bus, 0x49, reference=3.0).present()


def test_another_reference():
    with script("ads7830", "another reference") as bus:
        adc = Ads7830(bus, reference=2.56)
        assert adc.convert(3).volts == pytest.approx(1.28)
        assert adc.convert(4).volts == pytest.approx(0.64)
        assert Ads7830(bus, reference=3.3).convert(3).volts == pytest.approx(1.65)


@pytest.mark.parametrize("channel", [-1, 8])
def test_a_channel_that_is_none(channel):
    with conversation([]) as bus, pytest.raises(ValueError, match=rf"^0x48: channel {channel} "):
        Ads7830(bus, reference=3.0).convert(channel)


def test_another_address():
    with conversation(parse("4A: 84 -> 80")) as bus:
        assert Ads7830(bus, 0x4A, reference=3.0).convert(0).volts == pytest.approx(1.5)


def test_a_chip_that_is_gone():
    with conversation(parse("48: 84 !")) as bus, pytest.raises(NoAcknowledge, match="0x48"):
        Ads7830(bus, reference=3.0).convert(0)
