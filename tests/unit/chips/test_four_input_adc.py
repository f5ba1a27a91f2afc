"""What both converters do alike, each against its own witness."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from transcript import Step, conversation, parse, script

from wisgate.chips.ads1115 import Ads1115
from wisgate.chips.four_input_adc import FourInputAdc
from wisgate.chips.sgm58031 import Sgm58031
from wisgate.core.errors import NoAcknowledge, NotReady, Saturated, UnexpectedValue
from wisgate.registers.sgm58031 import Gain

IDLE = "@: 01 -> 85 83\n"
"""What is looked at before a conversion is started; @ is the address."""


@dataclass(frozen=True)
class Kind:
    name: str
    driver: type[FourInputAdc]
    number: int

    def talk(self, text: str) -> list[Step]:
        return parse(text.replace("@", f"{self.number:02X}"))


@pytest.fixture(
    params=[Kind("ads1115", Ads1115, 0x48), Kind("sgm58031", Sgm58031, 0x4B)],
    ids=lambda kind: kind.name,
)
def kind(request: pytest.FixtureRequest) -> Kind:
    """One of the converters."""
    return request.param


def test_every_channel_in_a_row_is_itself(kind):
    with script(kind.name, "every channel in a row") as bus:
        adc = kind.driver(bus)
        for channel, volts in enumerate([0.5, 1.0, 2.0, 3.0]):
            adc.trigger(channel)
            assert adc.collect() == pytest.approx(volts)


def test_an_early_reading_is_refused_and_the_next_is_right(kind):
    with script(kind.name, "read too early") as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        with pytest.raises(NotReady, match=rf"^{kind.number:#04x}: "):
            adc.collect()
        assert adc.collect() == pytest.approx(1.5)


def test_a_start_while_another_conversion_runs_is_refused_and_the_next_is_right(kind):
    """The result would be that of the first input."""
    with script(kind.name, "the next one waits") as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        with pytest.raises(NotReady, match=rf"^{kind.number:#04x}: another conversion "):
            adc.trigger(1)
        adc.trigger(1)
        assert adc.collect() == pytest.approx(1.0)


def test_a_start_that_was_refused_leaves_nothing_to_collect(kind):
    with conversation(kind.talk(IDLE + "@: 01 C3 83\n@: 01 -> 43 83")) as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        with pytest.raises(NotReady):
            adc.trigger(0)
        with pytest.raises(UnexpectedValue, match="there is no conversion"):
            adc.collect()


def test_conversions_without_end_are_ended(kind):
    with script(kind.name, "one that never ends by itself is ended") as bus:
        bus.transfer(kind.number, bytes([0x01, 0x42, 0xA3]))  # another program
        adc = kind.driver(bus)
        with pytest.raises(NotReady):
            adc.trigger(1)
        adc.trigger(1)
        assert adc.collect() == pytest.approx(1.0)


def test_every_gain(kind):
    with script(kind.name, "every gain") as bus:
        adc = kind.driver(bus)
        for gain in Gain:
            adc.trigger(1, gain)
            assert adc.collect() == pytest.approx(0.192)


def test_the_supply_of_the_board(kind):
    with script(kind.name, "the supply of the board") as bus:
        adc = kind.driver(bus)
        for gain in (Gain.V4_096, Gain.V6_144):
            adc.trigger(1, gain)
            assert adc.collect() == pytest.approx(3.3)


def test_clipped_at_the_top(kind):
    with script(kind.name, "clipped at the top") as bus:
        adc = kind.driver(bus)
        adc.trigger(2, Gain.V2_048)
        with pytest.raises(Saturated, match=rf"^{kind.number:#04x}: AIN2 "):
            adc.collect()


def test_clipped_at_the_bottom(kind):
    with conversation(kind.talk(IDLE + "@: 01 C3 83\n@: 01 -> C3 83\n@: 00 -> 80 00")) as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        with pytest.raises(Saturated):
            adc.collect()


@pytest.mark.parametrize(
    ("code", "volts"), [("7F FE", 4.09575), ("80 01", -4.095875), ("FF FF", -0.000125)]
)
def test_not_quite_clipped(kind, code, volts):
    with conversation(kind.talk(IDLE + f"@: 01 C3 83\n@: 01 -> C3 83\n@: 00 -> {code}")) as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        assert adc.collect() == pytest.approx(volts)


def test_a_little_below_ground(kind):
    with script(kind.name, "a little below ground") as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        assert adc.collect() == pytest.approx(-0.125)


def test_a_brown_out_between_trigger_and_collect(kind):
    """The chip is idle again, and its result is that of nobody."""
    with conversation(kind.talk(IDLE + "@: 01 D3 83\n@: 01 -> 85 83")) as bus:
        adc = kind.driver(bus)
        adc.trigger(1)
        with pytest.raises(UnexpectedValue, match=rf"^{kind.number:#04x}: .*0x8583.*0xd383.*reset"):
            adc.collect()
        with pytest.raises(UnexpectedValue, match="trigger"):
            adc.collect()


@pytest.mark.parametrize("config", ["E3 83", "D1 83", "D2 83", "D3 A3", "53 87"])
def test_somebody_else_converts(kind, config):
    with conversation(kind.talk(IDLE + f"@: 01 D3 83\n@: 01 -> {config}")) as bus:
        adc = kind.driver(bus)
        adc.trigger(1)
        with pytest.raises(UnexpectedValue):
            adc.collect()


def test_a_conversion_is_collected_once(kind):
    with script(kind.name, "one reading") as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        adc.collect()
        with pytest.raises(UnexpectedValue, match=rf"^{kind.number:#04x}: there is no conversion"):
            adc.collect()


def test_a_trigger_that_failed_leaves_nothing_to_collect(kind):
    with conversation(kind.talk(IDLE + "@: 01 C3 83\n@: 01 -> C3 83\n@: 01 D3 83 !")) as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        with pytest.raises(NoAcknowledge):
            adc.trigger(1)
        with pytest.raises(UnexpectedValue):
            adc.collect()


@pytest.mark.parametrize("channel", [-1, 4])
def test_a_channel_that_is_none(kind, channel):
    with (
        conversation([]) as bus,
        pytest.raises(ValueError, match=rf"^{kind.number:#04x}: channel {channel} "),
    ):
        kind.driver(bus).trigger(channel)
    with (
        conversation([]) as bus,
        pytest.raises(ValueError, match=rf"^{kind.number:#04x}: channel {channel} "),
    ):
        kind.driver(bus).run(channel)


def test_a_run_and_a_conversion_after_it(kind):
    with script(kind.name, "a run of one input, and what it leaves") as bus:
        adc = kind.driver(bus)
        assert adc.run(1) == pytest.approx(1.3e-3)
        assert adc.latest() == pytest.approx(1.5)
        assert adc.latest() == pytest.approx(1.0)
        adc.halt()
        adc.trigger(0)
        assert adc.collect() == pytest.approx(0.5)


def test_a_run_with_another_gain(kind):
    with conversation(kind.talk(IDLE + "@: 01 E4 E3\n@: 00 -> 40 00")) as bus:
        adc = kind.driver(bus)
        adc.run(2, Gain.V2_048)
        assert adc.latest() == pytest.approx(1.024)


def test_nothing_runs(kind):
    with conversation([]) as bus:
        adc = kind.driver(bus)
        with pytest.raises(UnexpectedValue, match=rf"^{kind.number:#04x}: nothing is running"):
            adc.latest()
        adc.halt()


def test_after_its_end_a_run_has_no_latest(kind):
    with conversation(kind.talk(IDLE + "@: 01 C2 E3\n@: 01 -> 42 E3\n@: 01 43 E3")) as bus:
        adc = kind.driver(bus)
        adc.run(0)
        adc.halt()
        with pytest.raises(UnexpectedValue, match="nothing is running"):
            adc.latest()


def test_a_run_leaves_nothing_to_collect(kind):
    with conversation(kind.talk(IDLE + "@: 01 C3 83\n" + IDLE + "@: 01 D2 E3")) as bus:
        adc = kind.driver(bus)
        adc.trigger(0)
        adc.run(1)
        with pytest.raises(UnexpectedValue, match="there is no conversion"):
            adc.collect()


def test_a_run_waits_for_a_conversion(kind):
    with conversation(kind.talk("@: 01 -> 43 83")) as bus:
        adc = kind.driver(bus)
        with pytest.raises(NotReady):
            adc.run(1)
        with pytest.raises(UnexpectedValue):
            adc.latest()


def test_a_run_that_a_brown_out_ended(kind):
    text = IDLE + "@: 01 D2 E3\n@: 01 -> 85 83\n@: 01 53 E3"
    with conversation(kind.talk(text)) as bus:
        adc = kind.driver(bus)
        adc.run(1)
        with pytest.raises(UnexpectedValue, match=rf"^{kind.number:#04x}: .*0x8583.*0xd2e3.*reset"):
            adc.halt()
