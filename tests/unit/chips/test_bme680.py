"""The BME680 driver against its witness, then with its twin."""

import pytest
from transcript import conversation, load, parse, script

from wisgate.chips.bme680 import USUAL, Bme680, Heater
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, NotReady, UnexpectedValue, WrongIdentity
from wisgate.core.units import Celsius, Seconds
from wisgate.virtual.chips.bme680 import Bme680Twin
from wisgate.virtual.i2c import VirtualI2c

READINGS = {  # section: °C, Pa, fraction, Ω
    "one reading with gas": (19.3113, 100_977.52, 0.252049, 3503.132),
    "another climate": (0.5892, 105_368.01, 0.301985, 720_073.07),
    "frost on a mountain": (-5.992, 78_934.78, 0.408238, 244.140625),
    "heat and clean air": (44.163, 131_525.29, 0.732026, 5_797_413.8),
}


def played(title, *, heater=USUAL):
    """The calibration, then one section of the witness."""
    bus = conversation([*load("bme680", "calibration"), *load("bme680", title)], "bme680")
    return bus, heater


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Bme680(bus)


def test_identify():
    with script("bme680", "identify") as bus:
        Bme680(bus).identify()


@pytest.mark.parametrize(
    ("exchange", "pattern"),
    [
        ("77: D0 -> 60", r"^0x77: the identity reads 0x60, .*0x61"),
        ("77: D0 -> 61\n77: F0 -> 01", r"^0x77: the variant reads 0x01, .*0x00"),
    ],
)
def test_another_chip_is_told_apart(exchange, pattern):
    with conversation(parse(exchange)) as bus, pytest.raises(WrongIdentity, match=pattern):
        Bme680(bus, 0x77).identify()


@pytest.mark.parametrize("title", READINGS)
def test_readings(title):
    celsius, pascals, fraction, ohms = READINGS[title]
    bus, heater = played(title)
    with bus as wire:
        chip = Bme680(wire, heater=heater)
        chip.calibrate()
        assert chip.trigger() == pytest.approx(0.15968, abs=1e-5)
        environment = chip.collect()
    assert environment.temperature == pytest.approx(celsius, abs=1e-3)
    assert environment.pressure == pytest.approx(pascals, abs=0.01)
    assert environment.humidity == pytest.approx(fraction, abs=1e-6)
    assert environment.gas == pytest.approx(ohms)


def test_one_reading_without_gas():
    bus, _heater = played("one reading without gas")
    with bus as wire:
        chip = Bme680(wire, heater=None)
        chip.calibrate()
        assert chip.trigger() == pytest.approx(0.0093, abs=1e-4)
        environment = chip.collect()
    assert environment.temperature == pytest.approx(19.3113, abs=1e-4)
    assert environment.gas is None


def test_the_second_part():
    """Its codes and results stand in the head of the witness."""
    blocks = (
        "76: 8A -> 65 67 03 00 41 8F ED D6 58 00 8E 1C 7F FF 2E 1E 00 00 97 F3 B5 F6 1E\n"
        "76: E1 -> 40 54 2A 00 2D 14 78 9C B9 65 4E 9F E2 12\n"
        "76: 00 -> 30 00 10 00 00\n"
    )
    reading = "76: 1D -> 80 00 56 4C D0 7A 5F 80 4A 4B 00 00 00 00 30"
    with conversation(parse(blocks + reading)) as bus:
        chip = Bme680(bus, heater=None)
        chip.calibrate()
        environment = chip.collect()
    assert environment.temperature == pytest.approx(26.6931, abs=1e-4)
    assert environment.pressure == pytest.approx(98_716.92, abs=0.01)
    assert environment.humidity == pytest.approx(0.42410, abs=1e-5)
    assert environment.gas == pytest.approx(12_946_860, abs=1)


def test_reset():
    with conversation(parse("76: E0 B6")) as bus:
        assert Bme680(bus).reset() == pytest.approx(0.01)


def test_without_its_calibration_nothing_is_measured():
    with conversation([]) as bus:
        chip = Bme680(bus)
        for step in (chip.trigger, chip.collect):
            with pytest.raises(UnexpectedValue, match=r"^0x76: the calibration"):
                step()


@pytest.mark.parametrize("state", ["00", "20", "40", "60", "0F"])
def test_what_is_not_new_is_not_ready(state):
    bus = conversation([*load("bme680", "calibration"), *parse(f"76: 1D -> {state}{' 00' * 14}")])
    with bus as wire:
        chip = Bme680(wire)
        chip.calibrate()
        with pytest.raises(NotReady, match=r"^0x76: "):
            chip.collect()


def test_a_result_without_a_temperature_is_none():
    skipped = "76: 1D -> 80 00 60 1E 90 80 00 00 41 B4 00 00 00 00 20"
    with conversation([*load("bme680", "calibration"), *parse(skipped)]) as bus:
        chip = Bme680(bus)
        chip.calibrate()
        with pytest.raises(UnexpectedValue, match="no temperature"):
            chip.collect()


@pytest.mark.parametrize("last", ["80 09", "80 19", "80 29"])
def test_gas_of_a_heater_that_was_not_hot_is_none(last):
    """Not valid, or not stable, or neither."""
    answer = f"76: 1D -> 80 00 60 1E 90 75 5D C0 41 B4 00 00 00 {last}"
    with conversation([*load("bme680", "calibration"), *parse(answer)]) as bus:
        chip = Bme680(bus)
        chip.calibrate()
        assert chip.collect().gas is None


def test_the_heater_is_set_for_the_air_that_was_measured_last():
    cold = "76: 1D -> 80 00 61 A8 00 30 00 00 4E 20 00 00 00 00 20"
    start = "76: 64 65\n76: 71 10\n76: 72 01\n76: 74 25\n"
    steps = parse(f"76: 5A 74\n{start}{cold}\n76: 5A 70\n{start}")
    with conversation([*load("bme680", "calibration"), *steps]) as bus:
        chip = Bme680(bus)
        chip.calibrate()
        chip.trigger()
        assert chip.collect().temperature < -60
        chip.trigger()


def test_before_any_measurement_the_heater_is_set_for_a_room():
    """200 °C is 55 in a room of 25 °C; 54 at 12.5 °C and 56 at 50 °C."""
    steps = parse("76: 5A 55\n76: 64 65\n76: 71 10\n76: 72 01\n76: 74 25")
    with conversation([*load("bme680", "calibration"), *steps]) as bus:
        chip = Bme680(bus, heater=Heater(Celsius(200.0), Seconds(0.148)))
        chip.calibrate()
        chip.trigger()


def test_what_it_waits_for():
    assert pytest.approx(2e-3) == Bme680.POWER_UP


@pytest.mark.parametrize(("celsius", "seconds"), [(400.1, 0.1), (-0.1, 0.1)])
def test_a_heater_too_hot_is_refused(celsius, seconds):
    with conversation(load("bme680", "calibration")) as bus:
        chip = Bme680(bus, heater=Heater(Celsius(celsius), Seconds(seconds)))
        chip.calibrate()
        with pytest.raises(ValueError, match="not within 0 to 400"):
            chip.trigger()


def test_a_heating_too_long_is_refused():
    with conversation([]) as bus, pytest.raises(ValueError, match="not within 1 ms"):
        Bme680(bus, heater=Heater(Celsius(320), Seconds(5.0)))


def together(**options: Heater | None) -> tuple[VirtualClock, Bme680Twin, Bme680, VirtualI2c]:
    clock = VirtualClock()
    twin = Bme680Twin(clock, addresses=(0x76,))
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.1)
    return clock, twin, Bme680(bus, **options), bus


@pytest.mark.parametrize(
    ("celsius", "pascals", "fraction", "ohms"),
    [(21.0, 101_325.0, 0.45, 80_000.0), (-20.0, 70_000.0, 0.9, 2_000.0),
     (60.0, 108_000.0, 0.1, 1_000_000.0)],
)  # fmt: skip
def test_with_its_twin(celsius, pascals, fraction, ohms):
    clock, twin, chip, _bus = together()
    twin.temperature, twin.pressure, twin.humidity, twin.gas_ohm = celsius, pascals, fraction, ohms
    chip.identify()
    chip.calibrate()
    for _ in range(2):
        clock.advance(chip.trigger())
        environment = chip.collect()
        assert environment.temperature == pytest.approx(celsius, abs=0.01)
        assert environment.pressure == pytest.approx(pascals, abs=2)
        assert environment.humidity == pytest.approx(fraction, abs=1e-3)
        assert environment.gas == pytest.approx(ohms, rel=0.01)


def test_without_a_heater_there_is_no_gas():
    clock, _twin, chip, _bus = together(heater=None)
    chip.calibrate()
    clock.advance(chip.trigger())
    assert chip.collect().gas is None


def test_faults():
    clock, twin, chip, bus = together()
    chip.calibrate()
    twin.heater_broken = True
    clock.advance(chip.trigger())
    assert chip.collect().gas is None
    twin.heater_broken = False
    twin.never_ready = True
    clock.advance(chip.trigger())
    with pytest.raises(NotReady):
        chip.collect()
    twin.never_ready = False
    clock.advance(1.0)
    chip.trigger()
    clock.advance(0.05)
    twin.power_cycle()
    clock.advance(0.2)
    with pytest.raises(NotReady):
        chip.collect()
    clock.advance(chip.trigger())
    assert chip.collect().gas is not None
    clock.advance(chip.reset())
    clock.advance(chip.trigger())
    assert chip.collect().gas is not None
    bus.silent.add(0x76)
    with pytest.raises(NoAcknowledge):
        chip.trigger()
