"""The PCA9685 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.chips.pca9685 import Pca9685, Pulse, prescale
from wisgate.core.errors import NoAcknowledge, UnexpectedValue

ASKED = {24: 253, 50: 121, 60: 101, 100: 60, 200: 30, 333: 17, 500: 11, 1000: 5, 1526: 3}
"""Hertz and prescaler; modules sheet 4.6."""


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Pca9685(bus, frequency=50)


def test_start():
    with script("pca9685", "start-up with every output off") as bus:
        chip = Pca9685(bus, frequency=50)
        assert chip.start() == pytest.approx(500e-6)
        chip.check()
        assert bus.transfer(0x40, b"\x09", 5) == bytes.fromhex("1000000010")
        with pytest.raises(NoAcknowledge):
            bus.transfer(0x70)


def test_start_after_another_program():
    with script("pca9685", "start-up after another program") as bus:
        for write in ("0021", "0600003301", "011F"):
            bus.transfer(0x40, bytes.fromhex(write))
        chip = Pca9685(bus, frequency=50)
        chip.start()
        chip.check()
        bus.transfer(0x40, b"\x06", 4)
        chip.set(0, Pulse(307))
        bus.transfer(0x40, b"\x00", 1)


@pytest.mark.parametrize(
    ("modes", "scale"),
    [("11 04", "1E"), ("20 04", "78"), ("20 05", "79"), ("21 04", "79"), ("30 04", "79")],
)
def test_a_chip_that_is_not_as_it_was_left(modes, scale):
    with (
        conversation(parse(f"40: 00 -> {modes}\n40: FE -> {scale}")) as bus,
        pytest.raises(UnexpectedValue) as told,
    ):
        Pca9685(bus, frequency=50).check()
    assert str(told.value).startswith(f"0x40: modes and prescaler read {modes} {scale.lower()}, ")
    assert "20 04 79" in str(told.value)


def test_restart_is_no_fault():
    with conversation(parse("40: 00 -> A0 04\n40: FE -> 79")) as bus:
        Pca9685(bus, frequency=50).check()


def test_one_channel():
    """9.5: 307 counts are 1.50 ms at 50 Hz."""
    with conversation(parse("40: 06 00 00 33 01")) as bus:
        chip = Pca9685(bus, frequency=50)
        chip.set(0, chip.high(1.5e-3))


@pytest.mark.parametrize(
    ("counts", "registers"),
    [
        (0, "00 00 00 10"),
        (-1, "00 00 00 10"),
        (1, "00 00 01 00"),
        (4095, "00 00 FF 0F"),
        (4096, "00 10 00 00"),
        (4097, "00 10 00 00"),
    ],
)
def test_the_registers_of_a_pulse(counts, registers):
    with conversation(parse(f"40: 42 {registers}")) as bus:
        Pca9685(bus, frequency=50).set(15, Pulse(counts))


@pytest.mark.parametrize("channel", [-1, 16])
def test_a_channel_that_is_none(channel):
    with conversation([]) as bus, pytest.raises(ValueError, match=rf"^0x40: channel {channel} "):
        Pca9685(bus, frequency=50).set(channel, Pulse(1))


def test_all_channels_are_read_in_one_transfer():
    registers = " ".join(f"00 00 {0x11 * n:02X} {n % 16:02X}" for n in range(16))
    with conversation(parse(f"40: 06 -> {registers}")) as bus:
        read = Pca9685(bus, frequency=50).read()
    assert [pulse.counts for pulse in read] == [n << 8 | 0x11 * n for n in range(16)]


@pytest.mark.parametrize(
    ("registers", "counts"),
    [
        ("00 00 00 10", 0),
        ("00 10 00 00", 4096),
        ("00 10 00 10", 0),
        ("00 00 33 01", 307),
        ("33 01 00 00", 4096 - 307),
        ("34 02 34 02", 0),
    ],
)
def test_what_registers_mean(registers, counts):
    rest = " 00 00 00 10" * 15
    with conversation(parse(f"40: 06 -> {registers}{rest}")) as bus:
        read = Pca9685(bus, frequency=50).read()
    assert [pulse.counts for pulse in read] == [counts] + [0] * 15


def test_stop():
    with script("pca9685", "everything off and asleep") as bus:
        for write in ("0020", "0600003301"):
            bus.transfer(0x40, bytes.fromhex(write))
        Pca9685(bus, frequency=50).stop()
        bus.transfer(0x40, b"\x09", 2)
        bus.transfer(0x40, b"\x00", 1)


@pytest.mark.parametrize(("hertz", "code"), ASKED.items())
def test_prescalers_of_the_sheet(hertz, code):
    assert prescale(hertz) == code


@pytest.mark.parametrize(("hertz", "code"), [(5000, 3), (1, 255), (23.84, 255)])
def test_a_prescaler_has_ends(hertz, code):
    assert prescale(hertz) == code


def test_the_period_is_that_of_the_prescaler():
    with conversation([]) as bus:
        assert 1 / Pca9685(bus, frequency=50).period == pytest.approx(50.03, abs=0.005)
        assert 1 / Pca9685(bus, frequency=1000).period == pytest.approx(1017.25, abs=0.005)


def test_an_oscillator_that_was_measured():
    """26 MHz instead of 25: 50 Hz need another prescaler, and a pulse other counts."""
    with conversation([]) as bus:
        chip = Pca9685(bus, frequency=50, oscillator=26e6)
        assert prescale(50, 26e6) == 126
        assert chip.period == pytest.approx(4096 * 127 / 26e6)
        assert chip.high(1.5e-3) == Pulse(round(1.5e-3 * 26e6 / 127))


@pytest.mark.parametrize(
    ("microseconds", "counts"), [(500, 102), (1000, 205), (1500, 307), (2000, 410), (2500, 512)]
)
def test_servo_counts_of_the_sheet(microseconds, counts):
    with conversation([]) as bus:
        assert Pca9685(bus, frequency=50).high(microseconds * 1e-6) == Pulse(counts)


@pytest.mark.parametrize(("ratio", "counts"), [(0, 0), (0.5, 2048), (1, 4096), (1 / 4096, 1)])
def test_duty_cycles(ratio, counts):
    with conversation([]) as bus:
        assert Pca9685(bus, frequency=50).duty(ratio) == Pulse(counts)


@pytest.mark.parametrize("ratio", [-0.001, 1.001])
def test_a_duty_cycle_that_is_none(ratio):
    with conversation([]) as bus, pytest.raises(ValueError, match="0 to 1 is possible"):
        Pca9685(bus, frequency=50).duty(ratio)


@pytest.mark.parametrize("seconds", [-1e-6, 0.0200])
def test_a_pulse_that_does_not_fit(seconds):
    with conversation([]) as bus, pytest.raises(ValueError, match=r"0 to 0\.019988 s is possible"):
        Pca9685(bus, frequency=50).high(seconds)


def test_the_longest_pulse_is_on():
    with conversation([]) as bus:
        chip = Pca9685(bus, frequency=50)
        assert chip.high(chip.period) == Pulse(4096)
        assert chip.high(0) == Pulse(0)


def test_another_address():
    with conversation(parse("47: 06 00 00 33 01")) as bus:
        Pca9685(bus, 0x47, frequency=50).set(0, Pulse(307))
