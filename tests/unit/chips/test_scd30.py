"""The SCD30 driver against its witness, then with its twin."""

import struct

import pytest
from transcript import conversation, parse, script

from wisgate.chips.scd30 import Air, Scd30, offset_steps
from wisgate.chips.sensirion import crc8
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import ChecksumMismatch, NoAcknowledge, UnexpectedValue
from wisgate.registers.scd30 import Command
from wisgate.virtual.chips.scd30 import Scd30Twin
from wisgate.virtual.i2c import VirtualI2c


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Scd30(bus)


def test_firmware():
    with script("scd30", "firmware") as bus:
        chip = Scd30(bus)
        assert chip.ask(Command.FIRMWARE) == pytest.approx(0.003)
        assert chip.answer() == 0x0342


def ready(chip: Scd30) -> bool:
    chip.ask(Command.READY)
    return bool(chip.answer())


def read(chip: Scd30) -> Air:
    assert chip.ask_reading() == pytest.approx(0.003)
    return chip.reading()


def test_one_reading_and_the_first_has_no_co2():
    with script("scd30", "one reading") as bus:
        chip = Scd30(bus)
        chip.set_interval(2)
        chip.start()
        assert ready(chip)
        first = read(chip)
        assert first.co2 is None
        assert first.temperature == pytest.approx(27.2383, abs=1e-4)
        assert ready(chip)
        air = read(chip)
    assert air.co2 == pytest.approx(439.0951, abs=1e-3)
    assert air.temperature == pytest.approx(27.2383, abs=1e-4)
    assert air.humidity == pytest.approx(0.488067, abs=1e-6)


@pytest.mark.parametrize(
    ("title", "ppm", "celsius", "fraction"),
    [
        ("below freezing", 812.5, -3.75, 0.935),
        ("top of the scale", 40_000.0, 70.0, 1.0),
        ("bottom of the scale", None, -40.0, 0.0),
    ],
)
def test_readings(title, ppm, celsius, fraction):
    with script("scd30", title) as bus:
        chip = Scd30(bus)
        chip.start()
        assert ready(chip)
        air = read(chip)
    assert air.co2 == ppm
    assert air.temperature == pytest.approx(celsius)
    assert air.humidity == pytest.approx(fraction)


def test_not_ready():
    with script("scd30", "still measuring") as bus:
        assert not ready(Scd30(bus))


def test_nothing_to_read():
    with script("scd30", "nothing to read") as bus:
        chip = Scd30(bus)
        chip.ask_reading()
        with pytest.raises(NoAcknowledge, match="0x61"):
            chip.reading()


def test_altitude():
    with script("scd30", "altitude") as bus:
        chip = Scd30(bus)
        chip.set_altitude(1000)
        chip.ask(Command.ALTITUDE)
        assert chip.answer() == 1000


def test_forced_recalibration():
    with script("scd30", "forced recalibration") as bus:
        chip = Scd30(bus)
        chip.ask(Command.RECALIBRATION)
        assert chip.answer() == 400
        chip.recalibrate(450)
        chip.ask(Command.RECALIBRATION)
        assert chip.answer() == 450


def test_self_calibration():
    with script("scd30", "self-calibration") as bus:
        chip = Scd30(bus)
        chip.ask(Command.SELF_CALIBRATION)
        assert chip.answer() == 0
        for on in (True, False):
            chip.set_self_calibration(on)
            chip.ask(Command.SELF_CALIBRATION)
            assert chip.answer() == on


def test_intervals():
    with script("scd30", "interval") as bus:
        chip = Scd30(bus)
        for seconds in (2, 60):
            chip.set_interval(seconds)
            chip.ask(Command.INTERVAL)
            assert chip.answer() == seconds


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        (lambda chip: chip.start(1013), "61: 00 10 03 F5 DB"),
        (lambda chip: chip.start(), "61: 00 10 00 00 81"),
        (lambda chip: chip.stop(), "61: 01 04"),
        (lambda chip: chip.set_temperature_offset(5.0), "61: 54 03 01 F4 33"),
        (lambda chip: chip.reset(), "61: D3 04"),
    ],
)
def test_what_is_sent(act, sent):
    """The bytes of the witness: ambient pressure, stop, temperature offset, soft reset."""
    with conversation(parse(sent)) as bus:
        act(Scd30(bus))


def test_a_reset_takes_two_seconds():
    with conversation(parse("61: D3 04")) as bus:
        assert Scd30(bus).reset() == 2.0
    assert Scd30.BOOT == 2.0


@pytest.mark.parametrize(
    ("act", "wrong", "pattern"),
    [
        (Scd30.set_interval, (1, 1801), "not within 2 to 1800 s"),
        (Scd30.set_altitude, (-1, 65536), "not within 0 to 65535 m"),
        (Scd30.recalibrate, (399, 2001), "not within 400 to 2000 ppm"),
        (Scd30.start, (699, 1401, -1), "not within 700 to 1400 mbar"),
        (Scd30.set_temperature_offset, (-0.01, 655.36), "not within 0 to 65535 hundredths"),
    ],
)
def test_what_the_chip_does_not_take_is_not_sent(act, wrong, pattern):
    for number in wrong:
        with conversation([]) as bus, pytest.raises(ValueError, match=pattern):
            act(Scd30(bus), number)


@pytest.mark.parametrize(
    ("act", "number", "sent"),
    [
        (Scd30.set_interval, 2, "46 00 00 02"),
        (Scd30.set_interval, 1800, "46 00 07 08"),
        (Scd30.recalibrate, 400, "52 04 01 90"),
        (Scd30.recalibrate, 2000, "52 04 07 D0"),
        (Scd30.start, 700, "00 10 02 BC"),
        (Scd30.start, 1400, "00 10 05 78"),
        (Scd30.set_altitude, 0, "51 02 00 00"),
        (Scd30.set_altitude, 65535, "51 02 FF FF"),
    ],
)
def test_the_ends_are_taken(act, number, sent):
    checksum = crc8(bytes.fromhex(sent)[2:])
    with conversation(parse(f"61: {sent} {checksum:02X}")) as bus:
        act(Scd30(bus), number)


@pytest.mark.parametrize(("kelvin", "steps"), [(0.0, 0), (0.014, 1), (5.0, 500), (0.57, 57)])
def test_hundredths(kelvin, steps):
    assert offset_steps(kelvin) == steps


def test_a_damaged_answer():
    with conversation(parse("61: -> 03 42 F2")) as bus, pytest.raises(ChecksumMismatch):
        Scd30(bus).answer()
    damaged = "61: -> 43 DB CB 8C 2E 8F 41 D9 70 E7 FF F5 42 43 BF 3A 1B 75"
    with conversation(parse(damaged)) as bus, pytest.raises(ChecksumMismatch):
        Scd30(bus).reading()


@pytest.mark.parametrize(
    "words",
    [
        "7F C0 00 00 41 C8 00 00 42 48 00 00",  # CO2 is not a number
        "C1 20 00 00 41 C8 00 00 42 48 00 00",  # -10 ppm
        "44 7A 00 00 43 96 00 00 42 48 00 00",  # 300 °C
        "44 7A 00 00 C2 F0 00 00 42 48 00 00",  # -120 °C
        "44 7A 00 00 41 C8 00 00 43 48 00 00",  # 200 %
        "44 7A 00 00 41 C8 00 00 C2 48 00 00",  # -50 %
    ],
)
def test_numbers_that_are_no_air(words):
    raw = bytes.fromhex(words)
    pairs = [raw[at : at + 2] for at in range(0, len(raw), 2)]
    answer = b"".join(pair + bytes([crc8(pair)]) for pair in pairs)
    with (
        conversation(parse(f"61: -> {answer.hex(' ').upper()}")) as bus,
        pytest.raises(UnexpectedValue, match=r"^0x61: .*is no air"),
    ):
        Scd30(bus).reading()


@pytest.mark.parametrize(
    ("celsius", "percent", "air"),
    [(-99.5, 50.0, True), (-100.5, 50.0, False), (199.5, 50.0, True), (200.5, 50.0, False),
     (20.0, 100.0, True), (20.0, 100.5, False), (20.0, 0.0, True), (20.0, -0.5, False)],
)  # fmt: skip
def test_where_air_ends(celsius, percent, air):
    raw = struct.pack(">fff", 500.0, celsius, percent)
    pairs = [raw[at : at + 2] for at in range(0, len(raw), 2)]
    answer = b"".join(pair + bytes([crc8(pair)]) for pair in pairs)
    with conversation(parse(f"61: -> {answer.hex(' ').upper()}")) as bus:
        if air:
            assert Scd30(bus).reading().temperature == celsius
        else:
            with pytest.raises(UnexpectedValue):
                Scd30(bus).reading()


def together() -> tuple[VirtualClock, Scd30Twin, Scd30, VirtualI2c]:
    clock = VirtualClock()
    twin = Scd30Twin(clock)
    twin.co2_ppm, twin.temperature, twin.humidity = 650.0, 22.5, 0.41
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(Scd30.BOOT)
    return clock, twin, Scd30(bus), bus


def answer(clock: VirtualClock, chip: Scd30, command: Command) -> int:
    clock.advance(chip.ask(command))
    return chip.answer()


def test_with_its_twin():
    clock, _twin, chip, _bus = together()
    assert answer(clock, chip, Command.FIRMWARE) > 0
    chip.set_interval(2)
    chip.start()
    clock.advance(4.1)
    assert answer(clock, chip, Command.READY) == 1
    clock.advance(chip.ask_reading())
    air = chip.reading()
    assert air == Air(650.0, 22.5, pytest.approx(0.41, abs=1e-6))
    assert answer(clock, chip, Command.READY) == 0
    chip.stop()
    clock.advance(10)
    assert answer(clock, chip, Command.READY) == 0
    clock.advance(chip.reset())
    assert answer(clock, chip, Command.INTERVAL) == 2


def test_faults():
    clock, twin, chip, bus = together()
    chip.start()
    twin.never_ready = True
    clock.advance(10)
    assert answer(clock, chip, Command.READY) == 0
    twin.never_ready = False
    clock.advance(4.1)
    assert answer(clock, chip, Command.READY) == 1
    twin.power_cycle()
    with pytest.raises(NoAcknowledge):
        chip.ask(Command.READY)
    clock.advance(Scd30.BOOT + 4.1)
    assert answer(clock, chip, Command.READY) == 1  # it goes on by itself
    bus.silent.add(0x61)
    with pytest.raises(NoAcknowledge):
        chip.ask_reading()
