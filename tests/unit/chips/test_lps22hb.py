"""The LPS22HB driver against its witness, then with its twin."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.lps22hb import Lps22hb
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, NotReady, WrongIdentity
from wisgate.virtual.chips.lps22hb import Lps22hbTwin
from wisgate.virtual.i2c import VirtualI2c

READINGS = {  # section: hPa, °C
    "one shot": (1023.34692, 25.0),
    "standard atmosphere": (1013.25, -10.5),
    "bottom of the range": (260.0, -40.0),
    "top of the range": (1260.0, 85.0),
    "below the range": (259.0, 20.0),
    "above the range": (1261.0, 20.0),
}


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Lps22hb(bus)


def test_identify():
    with script("lps22hb", "identify") as bus:
        Lps22hb(bus).identify()


@pytest.mark.parametrize("answer", ["B3", "00", "FF", "BD"])
def test_another_chip_is_told_apart(answer):
    with (
        conversation(parse(f"5D: 0F -> {answer}")) as bus,
        pytest.raises(WrongIdentity, match=rf"^0x5d: .*0x{answer.lower()}.*0xb1"),
    ):
        Lps22hb(bus, 0x5D).identify()


@pytest.mark.parametrize("title", READINGS)
def test_one_shot(title):
    hpa, celsius = READINGS[title]
    with script("lps22hb", title) as bus:
        chip = Lps22hb(bus)
        assert chip.trigger() == pytest.approx(0.014)
        air = chip.collect()
    assert air.pressure == pytest.approx(hpa * 100, abs=0.02)
    assert air.temperature == pytest.approx(celsius)


def test_a_pressure_below_zero_has_its_sign():
    """No air has it; a cell that is broken does. 9.18: two's complement."""
    with conversation(parse("5C: 27 -> 03\n5C: 28 -> 00 F0 FF FF FF")) as bus:
        air = Lps22hb(bus).collect()
    assert air.pressure == pytest.approx(-100.0)
    assert air.temperature == pytest.approx(-0.01)


@pytest.mark.parametrize("state", ["00", "01", "02", "30"])
def test_what_is_not_ready_is_not_read(state):
    with (
        conversation(parse(f"5C: 27 -> {state}")) as bus,
        pytest.raises(NotReady, match=r"^0x5c: "),
    ):
        Lps22hb(bus).collect()


def test_an_overrun_is_the_newest_result():
    with conversation(parse("5C: 27 -> 33\n5C: 28 -> 00 54 3F C4 09")) as bus:
        assert Lps22hb(bus).collect().pressure == pytest.approx(101325)


def test_clear_ends_what_ran_and_drops_what_is_there():
    with conversation(parse("5C: 10 00\n5C: 28 -> 01 02 03 04 05")) as bus:
        Lps22hb(bus).clear()


def test_power_down():
    with conversation(parse("5C: 10 00")) as bus:
        Lps22hb(bus).power_down()


def together() -> tuple[VirtualClock, Lps22hbTwin, Lps22hb]:
    clock = VirtualClock()
    twin = Lps22hbTwin(clock, addresses=(0x5C,))
    twin.pressure, twin.temperature = 101325.0, 21.5
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.1)
    return clock, twin, Lps22hb(bus)


def test_with_its_twin():
    clock, twin, chip = together()
    chip.identify()
    chip.clear()
    for pascals in (101325.0, 30000.0, 125999.0):
        twin.pressure = pascals
        clock.advance(chip.trigger())
        air = chip.collect()
        assert air.pressure == pytest.approx(pascals, abs=0.02)
        assert air.temperature == pytest.approx(21.5)
        with pytest.raises(NotReady):
            chip.collect()


def test_a_result_of_old_is_not_the_next_one():
    clock, twin, chip = together()
    clock.advance(chip.trigger())
    twin.pressure = 90000.0  # nobody collected the first
    chip.clear()
    chip.trigger()
    with pytest.raises(NotReady):
        chip.collect()


def test_a_running_chip_is_stopped():
    clock, _twin, chip = together()
    chip._bus.transfer(0x5C, b"\x10\x50")
    clock.advance(1.0)
    chip.clear()
    clock.advance(1.0)
    with pytest.raises(NotReady):
        chip.collect()


def test_faults():
    clock, twin, chip = together()
    twin.never_ready = True
    clock.advance(chip.trigger())
    with pytest.raises(NotReady):
        chip.collect()
    twin.never_ready = False
    chip.trigger()
    twin.power_cycle()
    clock.advance(0.1)
    with pytest.raises(NotReady):
        chip.collect()
    clock.advance(chip.trigger())
    assert chip.collect().pressure == pytest.approx(101325.0, abs=0.02)
    chip._bus.silent.add(0x5C)
    with pytest.raises(NoAcknowledge):
        chip.trigger()
