"""ADC121C021: the driver against its witness, and with its twin when the supply fails."""

from __future__ import annotations

import pytest
from transcript import conversation, parse, script

from wisgate.chips.adc121c021 import Adc121c021
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, UnexpectedValue, WrongIdentity
from wisgate.virtual.chips.adc121c021 import Adc121c021Twin
from wisgate.virtual.i2c import VirtualI2c

MARKED = "55: 02 -> 01\n"


def test_identity() -> None:
    with script("adc121c021", "identify") as bus:
        Adc121c021(bus, 0x55).identify()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("55: 02 -> 40", "register 0x02 reads 0x0040"),
        ("55: 02 -> 00\n55: 03 -> 00 07", "register 0x03 reads 0x0007"),
        ("55: 02 -> 00\n55: 03 -> 00 00\n55: 04 -> 59 30", "register 0x04 reads 0x5930"),
    ],
)
def test_a_clock_or_another_chip_is_told_from_it(answers: str, told: str) -> None:
    with (
        conversation(parse(answers)) as bus,
        pytest.raises(WrongIdentity, match=rf"0x55: {told} after power-on.*address strap"),
    ):
        Adc121c021(bus, 0x55).identify()


def test_the_mark_is_the_polarity_of_a_pin_that_is_off() -> None:
    with conversation(parse("55: 02 01")) as bus:
        Adc121c021(bus, 0x55).mark()


@pytest.mark.parametrize(
    ("result", "code"), [("00 00", 0), ("01 F4", 500), ("03 E8", 1000), ("0B B8", 3000),
                         ("0F FF", 4095)],
)  # fmt: skip
def test_a_reading(result: str, code: int) -> None:
    with conversation(parse(f"{MARKED}55: 00 -> {result}")) as bus:
        assert Adc121c021(bus, 0x55).read() == code


@pytest.mark.parametrize("lost", ["00", "FF", "21"])
def test_a_chip_that_lost_its_mark_has_lost_its_supply(lost: str) -> None:
    with (
        conversation(parse(f"55: 02 -> {lost}")) as bus,
        pytest.raises(UnexpectedValue, match=r"0x55: the configuration reads .* lost its supply"),
    ):
        Adc121c021(bus, 0x55).read()


@pytest.mark.parametrize("result", ["80 00", "10 00", "FF FF"])
def test_bits_beyond_twelve_are_no_result(result: str) -> None:
    with (
        conversation(parse(f"{MARKED}55: 00 -> {result}")) as bus,
        pytest.raises(UnexpectedValue, match="is no result of 12 bits"),
    ):
        Adc121c021(bus, 0x55).read()


def test_with_its_twin_through_a_brown_out() -> None:
    clock = VirtualClock()
    bus, twin = VirtualI2c(clock), Adc121c021Twin(clock, addresses=(0x55,))
    bus.twins.append(twin)
    twin.vin, twin.supply = 2.5, 5.0
    adc = Adc121c021(bus, 0x55)
    adc.identify()
    adc.mark()
    assert adc.read() == 2048
    twin.vin = 5.1
    assert adc.read() == adc.CODES - 1
    twin.power_cycle()
    with pytest.raises(UnexpectedValue, match="lost its supply"):
        adc.read()
    with pytest.raises(NoAcknowledge):
        Adc121c021(bus, 0x56).read()
