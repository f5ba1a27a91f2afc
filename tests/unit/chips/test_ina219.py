"""The INA219 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.ina219 import Ina219
from wisgate.core.errors import NoAcknowledge, NotReady, Saturated, WrongIdentity
from wisgate.core.units import Ohms
from wisgate.registers.ina219 import Gain

TENTH = Ohms(0.1)


def narrow(bus):
    return Ina219(bus, 0x41, shunt=Ohms(0.002), gain=Gain.MV40, range_32v=False)


def wide(bus):
    return Ina219(bus, 0x41, shunt=TENTH)


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        wide(bus)


def test_the_default_address():
    with conversation(parse("40: 00 39 98")) as bus:
        Ina219(bus, shunt=TENTH).power_down()


def test_identify_resets():
    with script("ina219", "identify") as bus:
        wide(bus).identify()


def test_identify_refuses_an_ina226():
    with (
        conversation(parse("41: 00 B9 9F\n41: 00 -> 41 27")) as bus,
        pytest.raises(WrongIdentity, match=r"^0x41: .*0x4127.*0x399f"),
    ):
        wide(bus).identify()


def test_identify_sees_a_floating_resolution_bit():
    """0x3BBF means the same as 0x399F, and is no power-on value."""
    with (
        conversation(parse("41: 00 B9 9F\n41: 00 -> 3B BF")) as bus,
        pytest.raises(WrongIdentity),
    ):
        wide(bus).identify()


def test_an_early_reading_is_refused_and_the_next_is_right():
    with script("ina219", "triggered reading") as bus:
        chip = narrow(bus)
        assert chip.trigger() == pytest.approx(1172e-6)
        with pytest.raises(NotReady, match=r"^0x41: "):
            chip.collect()
        reading = chip.collect()
    assert reading.bus == pytest.approx(11.98)
    assert reading.current == pytest.approx(10.0)
    assert reading.power == pytest.approx(119.8)


def test_a_negative_current():
    with script("ina219", "negative current") as bus:
        chip = wide(bus)
        chip.trigger()
        reading = chip.collect()
    assert reading.bus == pytest.approx(24.0)
    assert reading.current == pytest.approx(-0.1999)
    assert reading.power == pytest.approx(-4.7976)


def test_an_overflow_does_not_spoil_the_voltages():
    with script("ina219", "overflow leaves bus and shunt valid") as bus:
        bus.transfer(0x41, b"\x05\xff\xfe")
        chip = wide(bus)
        chip.trigger()
        reading = chip.collect()
    assert (reading.bus, reading.current) == (pytest.approx(12.0), pytest.approx(3.0))


def test_a_clipped_shunt_is_no_value():
    with script("ina219", "shunt clipped at 320 mV") as bus:
        chip = wide(bus)
        chip.trigger()
        with pytest.raises(Saturated, match=r"^0x41: shunt code 32000.*MV320"):
            chip.collect()


def test_a_clipped_bus_is_no_value():
    with script("ina219", "bus clipped in the 16 V range") as bus:
        chip = Ina219(bus, 0x41, shunt=TENTH, range_32v=False)
        chip.trigger()
        with pytest.raises(Saturated, match=r"^0x41: bus code 4000"):
            chip.collect()


@pytest.mark.parametrize(
    ("gain", "full", "below"),
    [
        (Gain.MV40, "0F A0", "0F 9F"),
        (Gain.MV80, "1F 40", "1F 3F"),
        (Gain.MV160, "3E 80", "3E 7F"),
        (Gain.MV320, "7D 00", "7C FF"),
        (Gain.MV40, "F0 60", "F0 61"),
        (Gain.MV320, "83 00", "83 01"),
    ],
)
def test_full_scale_follows_the_gain(gain, full, below):
    with conversation(parse(f"41: 02 -> 5D C2\n41: 01 -> {full}")) as bus:
        chip = Ina219(bus, 0x41, shunt=TENTH, gain=gain)
        with pytest.raises(Saturated):
            chip.collect()
    with conversation(parse(f"41: 02 -> 5D C2\n41: 01 -> {below}")) as bus:
        code = int.from_bytes(bytes.fromhex(below), "big", signed=True)
        reading = Ina219(bus, 0x41, shunt=TENTH, gain=gain).collect()
    assert reading.current == pytest.approx(code * 1e-4)


@pytest.mark.parametrize(
    ("range_32v", "full", "below", "volts"),
    [(True, "FA 02", "F9 FA", 31.996), (False, "7D 02", "7C FA", 15.996)],
)
def test_full_scale_follows_the_range(range_32v, full, below, volts):
    with conversation(parse(f"41: 02 -> {full}")) as bus:
        chip = Ina219(bus, 0x41, shunt=TENTH, range_32v=range_32v)
        with pytest.raises(Saturated):
            chip.collect()
    with conversation(parse(f"41: 02 -> {below}\n41: 01 -> 00 00")) as bus:
        reading = Ina219(bus, 0x41, shunt=TENTH, range_32v=range_32v).collect()
    assert reading.bus == pytest.approx(volts)


@pytest.mark.parametrize(
    ("gain", "range_32v", "bytes_sent"),
    [
        (Gain.MV40, False, "01 9B"),
        (Gain.MV80, False, "09 9B"),
        (Gain.MV160, True, "31 9B"),
        (Gain.MV320, True, "39 9B"),
    ],
)
def test_gain_and_range_reach_the_chip(gain, range_32v, bytes_sent):
    with conversation(parse(f"41: 00 {bytes_sent}")) as bus:
        Ina219(bus, 0x41, shunt=TENTH, gain=gain, range_32v=range_32v).trigger()


def test_power_down():
    with script("ina219", "sent to sleep") as bus:
        wide(bus).power_down()


def test_a_missing_chip():
    with conversation(parse("41: 00 B9 9F !")) as bus, pytest.raises(NoAcknowledge):
        wide(bus).identify()
