"""The SGM58031 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.sgm58031 import Sgm58031
from wisgate.core.errors import (
    NoAcknowledge,
    NotReady,
    Saturated,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.registers.sgm58031 import Gain

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


def test_every_channel_in_a_row_is_itself():
    with script("sgm58031", "every channel in a row") as bus:
        adc = Sgm58031(bus)
        for channel, volts in enumerate([0.5, 1.0, 2.0, 3.0]):
            adc.trigger(channel)
            assert adc.collect() == pytest.approx(volts)


def test_an_early_reading_is_refused_and_the_next_is_right():
    with script("sgm58031", "read too early") as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        with pytest.raises(NotReady, match=r"^0x4b: "):
            adc.collect()
        assert adc.collect() == pytest.approx(1.5)


def test_a_start_while_another_conversion_runs_is_refused_and_the_next_is_right():
    """The result would be that of the first input."""
    with script("sgm58031", "the next one waits") as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        with pytest.raises(NotReady, match=r"^0x4b: another conversion "):
            adc.trigger(1)
        adc.trigger(1)
        assert adc.collect() == pytest.approx(1.0)


def test_a_start_that_was_refused_leaves_nothing_to_collect():
    with conversation(parse(IDLE + "4B: 01 C3 83\n4B: 01 -> 43 83")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        with pytest.raises(NotReady):
            adc.trigger(0)
        with pytest.raises(UnexpectedValue, match="there is no conversion"):
            adc.collect()


def test_conversions_without_end_are_ended():
    with script("sgm58031", "one that never ends by itself is ended") as bus:
        bus.transfer(0x4B, bytes([0x01, 0x42, 0xA3]))  # another program
        adc = Sgm58031(bus)
        with pytest.raises(NotReady):
            adc.trigger(1)
        adc.trigger(1)
        assert adc.collect() == pytest.approx(1.0)


def test_the_retry_covers_half_a_conversion():
    assert pytest.approx(5e-3) == Sgm58031.RETRY


def test_the_retries_of_a_start_cover_two_conversions():
    assert pytest.approx(20e-3) == Sgm58031.RETRIES * Sgm58031.RETRY


def test_every_gain():
    with script("sgm58031", "every gain") as bus:
        adc = Sgm58031(bus)
        for gain in Gain:
            adc.trigger(1, gain)
            assert adc.collect() == pytest.approx(0.192)


def test_the_supply_of_the_board():
    with script("sgm58031", "the supply of the board") as bus:
        adc = Sgm58031(bus)
        for gain in (Gain.V4_096, Gain.V6_144):
            adc.trigger(1, gain)
            assert adc.collect() == pytest.approx(3.3)


def test_clipped_at_the_top():
    with script("sgm58031", "clipped at the top") as bus:
        adc = Sgm58031(bus)
        adc.trigger(2, Gain.V2_048)
        with pytest.raises(Saturated, match=r"^0x4b: AIN2 "):
            adc.collect()


def test_clipped_at_the_bottom():
    with conversation(parse(IDLE + "4B: 01 C3 83\n4B: 01 -> C3 83\n4B: 00 -> 80 00")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        with pytest.raises(Saturated):
            adc.collect()


@pytest.mark.parametrize(
    ("code", "volts"), [("7F FE", 4.09575), ("80 01", -4.095875), ("FF FF", -0.000125)]
)
def test_not_quite_clipped(code, volts):
    with conversation(parse(IDLE + f"4B: 01 C3 83\n4B: 01 -> C3 83\n4B: 00 -> {code}")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        assert adc.collect() == pytest.approx(volts)


def test_a_little_below_ground():
    with script("sgm58031", "a little below ground") as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        assert adc.collect() == pytest.approx(-0.125)


def test_a_brown_out_between_trigger_and_collect():
    """The chip is idle again, and its result is that of nobody."""
    with conversation(parse(IDLE + "4B: 01 D3 83\n4B: 01 -> 85 83")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(1)
        with pytest.raises(UnexpectedValue, match=r"^0x4b: .*0x8583.*0xd383.*reset"):
            adc.collect()
        with pytest.raises(UnexpectedValue, match="trigger"):
            adc.collect()


@pytest.mark.parametrize("config", ["E3 83", "D1 83", "D2 83", "D3 A3", "53 87"])
def test_somebody_else_converts(config):
    with conversation(parse(IDLE + f"4B: 01 D3 83\n4B: 01 -> {config}")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(1)
        with pytest.raises(UnexpectedValue):
            adc.collect()


def test_a_conversion_is_collected_once():
    with script("sgm58031", "one reading") as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        adc.collect()
        with pytest.raises(UnexpectedValue, match=r"^0x4b: there is no conversion"):
            adc.collect()


def test_a_trigger_that_failed_leaves_nothing_to_collect():
    with conversation(parse(IDLE + "4B: 01 C3 83\n4B: 01 -> C3 83\n4B: 01 D3 83 !")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        with pytest.raises(NoAcknowledge):
            adc.trigger(1)
        with pytest.raises(UnexpectedValue):
            adc.collect()


def test_identify_forgets_a_conversion():
    with conversation(parse(IDLE + "4B: 01 C3 83\n4B: 05 -> 00 80\n4B: 04 00 00")) as bus:
        adc = Sgm58031(bus)
        adc.trigger(0)
        adc.identify()
        with pytest.raises(UnexpectedValue):
            adc.collect()


@pytest.mark.parametrize("channel", [-1, 4])
def test_a_channel_that_is_none(channel):
    with conversation([]) as bus, pytest.raises(ValueError, match=rf"^0x4b: channel {channel} "):
        Sgm58031(bus).trigger(channel)


def test_another_address():
    with conversation(parse("49: 05 -> 00 80\n49: 04 00 00")) as bus:
        Sgm58031(bus, 0x49).identify()
