"""What the transcript cannot say: the outputs, the clock, and the neighbour at 0x70."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.pca9685 import Pca9685Twin
from wisgate.virtual.chips.shtc3 import Shtc3Twin
from wisgate.virtual.i2c import VirtualI2c

QUARTER = b"\x00\x00\x00\x04"
FULL_ON, FULL_OFF = b"\x00\x10\x00\x00", b"\x00\x00\x00\x10"


class Bench:
    """The chip on a bus of its own, awake, and with auto-increment."""

    def __init__(self, *, awake: bool = True) -> None:
        self.clock = VirtualClock()
        self.bus = VirtualI2c(self.clock, costs_time=False)
        self.chip = Pca9685Twin(self.clock, addresses=(0x40,))
        self.bus.twins.append(self.chip)
        if awake:
            self.send("00 20")
            self.clock.advance(500e-6)

    def send(self, text: str, data: bytes = b"") -> None:
        self.bus.transfer(0x40, bytes.fromhex(text) + data)

    def get(self, register: int) -> int:
        return self.bus.transfer(0x40, bytes([register]), 1)[0]

    def highs(self) -> list[float]:
        return [self.chip.high(channel) for channel in range(16)]


def test_only_its_addresses_and_all_call() -> None:
    chip = Bench().chip
    answered = [n for n in range(128) if chip.addressed(n, True)]
    assert answered == [0x40]
    chip.power_cycle()
    assert [n for n in range(128) if chip.addressed(n, True)] == [0x40, 0x70]
    assert [n for n in range(128) if chip.addressed(n, False)] == [0x00, 0x40, 0x70]


def test_after_power_on_every_output_is_low() -> None:
    assert Bench(awake=False).highs() == [0.0] * 16


@pytest.mark.parametrize("channel", [0, 1, 7, 15])
def test_an_output_is_high_for_its_share_of_the_period(channel: int) -> None:
    bench = Bench()
    bench.send(f"{6 + 4 * channel:02x}", QUARTER)
    assert bench.highs() == [0.25 if n == channel else 0.0 for n in range(16)]


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        ("00 00 01 00", 1 / 4096),
        ("00 00 FF 0F", 4095 / 4096),
        ("00 00 33 01", 307 / 4096),
        ("00 01 00 02", 256 / 4096),
        ("00 0F 00 01", 512 / 4096),
        ("01 00 00 00", 4095 / 4096),
        ("00 00 00 00", 0.0),
        ("23 01 23 01", 0.0),
        ("00 10 00 00", 1.0),
        ("34 12 00 02", 1.0),
        ("00 00 00 10", 0.0),
        ("00 10 00 10", 0.0),
    ],
)
def test_counts(counts: str, share: float) -> None:
    bench = Bench()
    bench.send("06" + counts)
    assert bench.chip.high(0) == share


@pytest.mark.parametrize(
    ("prescale", "hertz"),
    [(253, 24.03), (121, 50.03), (101, 59.84), (30, 196.89), (5, 1017.25), (3, 1525.88)],
)
def test_frequency(prescale: int, hertz: float) -> None:
    bench = Bench(awake=False)
    bench.send(f"fe {prescale:02x}")
    assert 1 / bench.chip.period == pytest.approx(hertz, abs=0.005)
    bench.chip.oscillator_hz = 26e6
    assert 1 / bench.chip.period == pytest.approx(hertz * 1.04, abs=0.01)


def test_all_outputs_at_once() -> None:
    bench = Bench()
    bench.send("fa", QUARTER)
    assert bench.highs() == [0.25] * 16
    bench.send("fd 10")
    assert bench.highs() == [0.0] * 16


@pytest.mark.parametrize("mode", ["04", "05"])
def test_outputs_change_with_the_stop(mode: str) -> None:
    bench = Bench()
    chip = bench.chip
    bench.send(f"01 {mode}")
    chip.addressed(0x40, False)
    chip.write(b"\x06" + QUARTER)
    assert chip.high(0) == 0.0
    chip.stop()
    assert chip.high(0) == 0.25


def test_outputs_change_with_the_last_byte_of_a_channel() -> None:
    bench = Bench()
    chip = bench.chip
    bench.send("01 0c")
    chip.addressed(0x40, False)
    chip.write(b"\x0a\x00\x00\x00")
    assert chip.high(1) == 0.0
    chip.write(b"\x0d\x04")
    assert chip.high(1) == 0.25
    chip.write(b"\x0e" + QUARTER + QUARTER)
    assert bench.highs() == [0.0, 0.25, 0.25, 0.25, *[0.0] * 12]


def test_single_writes_show_a_wrong_pulse_between() -> None:
    bench = Bench()
    bench.send("06", b"\x00\x00\x00\x02")
    bench.send("08 ff")
    assert bench.chip.high(0) == 0x2FF / 4096
    bench.send("09 03")
    assert bench.chip.high(0) == 0x3FF / 4096


def test_nothing_moves_until_the_oscillator_is_stable() -> None:
    bench = Bench(awake=False)
    bench.send("00 20")
    bench.send("06", QUARTER)
    bench.clock.advance(499e-6)
    assert bench.chip.high(0) == 0.0
    bench.clock.advance(1e-6)
    assert bench.chip.high(0) == 0.25


def test_asleep_nothing_moves_and_restart_brings_it_back() -> None:
    bench = Bench()
    bench.send("06", QUARTER)
    bench.send("0a", FULL_ON)
    bench.send("00 30")
    assert bench.highs() == [0.0] * 16
    bench.send("00 20")
    bench.clock.advance(500e-6)
    assert bench.highs() == [0.0] * 16
    bench.send("00 a0")
    assert bench.highs() == [0.25, 1.0, *[0.0] * 14]


def test_restart_with_sleep_restarts_nothing() -> None:
    bench = Bench()
    bench.send("06", QUARTER)
    bench.send("00 30")
    bench.send("00 20")
    bench.clock.advance(500e-6)
    bench.send("00 b0")
    assert bench.get(0) == 0xB0


def test_restart_while_nothing_waits_for_it_does_nothing() -> None:
    bench = Bench()
    bench.send("00 a0")
    assert bench.get(0) == 0x20


def test_the_prescaler_is_not_moved_awake() -> None:
    bench = Bench()
    before = bench.chip.period
    bench.send("fe 79")
    assert bench.chip.period == before


@pytest.mark.parametrize(
    ("mode", "running", "off"),
    [("04", 0.25, 0.0), ("14", 0.75, 1.0), ("00", 0.25, 0.0)],
)
def test_inverted_outputs(mode: str, running: float, off: float) -> None:
    bench = Bench()
    bench.send("01" + mode)
    bench.send("06", QUARTER)
    assert (bench.chip.high(0), bench.chip.high(1)) == (running, off)


@pytest.mark.parametrize(
    ("mode", "level"),
    [("04", 0.0), ("05", 1.0), ("01", 0.0), ("06", 0.0), ("07", 0.0), ("14", 0.0), ("15", 1.0)],
)
def test_outputs_while_oe_is_high(mode: str, level: float) -> None:
    bench = Bench()
    bench.send("01" + mode)
    bench.send("06", QUARTER)
    bench.chip.oe_high = True
    assert bench.highs() == [level] * 16
    bench.chip.oe_high = False
    assert bench.chip.high(0) == (0.75 if mode[0] == "1" else 0.25)


def test_power_cycle_and_software_reset_forget_everything() -> None:
    for reset in ("power", "software"):
        bench = Bench()
        bench.send("01 1b")
        bench.send("02 02 04 08 10")
        bench.send("fa", QUARTER)
        bench.send("00 30")
        bench.send("fe 79")
        bench.send("fd")
        if reset == "power":
            bench.chip.power_cycle()
        else:
            bench.bus.transfer(0x00, b"\x06")
        assert bench.bus.transfer(0x40, b"", 1) == b"\x11"
        assert [bench.get(n) for n in range(10)] == [
            0x11, 0x04, 0xE2, 0xE4, 0xE8, 0xE0, 0x00, 0x00, 0x00, 0x10,
        ]  # fmt: skip
        assert (bench.get(0x45), bench.get(0x44), bench.get(0xFE)) == (0x10, 0x00, 0x1E)
        bench.send("00 20")
        bench.clock.advance(1)
        assert bench.highs() == [0.0] * 16


def test_who_is_told_of_a_power_cycle_finds_every_output_off() -> None:
    bench = Bench()
    bench.send("06", FULL_ON)
    seen: list[float] = []
    bench.chip.changed = lambda: seen.append(bench.chip.high(0))
    bench.chip.power_cycle()
    assert seen == [0.0]


def test_a_software_reset_happens_with_the_stop() -> None:
    bench = Bench()
    chip = bench.chip
    assert chip.addressed(0x00, False)
    assert chip.write(b"\x06") == 1
    assert bench.chip._file[0] == 0x20
    chip.stop()
    assert bench.get(0) == 0x11


@pytest.mark.parametrize("wrong", [b"", b"\x05", b"\x06\x06", b"\x05\x06"])
def test_a_software_reset_that_is_none_does_not_spoil_the_next_one(wrong: bytes) -> None:
    bench = Bench()
    if wrong:
        with pytest.raises(NoAcknowledge):
            bench.bus.transfer(0x00, wrong)
    else:
        bench.bus.transfer(0x00)
    assert bench.get(0) == 0x20
    bench.bus.transfer(0x00, b"\x06")
    assert bench.get(0) == 0x11


def test_a_software_reset_needs_its_stop_at_once() -> None:
    bench = Bench()
    chip = bench.chip
    for byte in (b"\x05", b"\x06"):
        chip.addressed(0x00, False)
        chip.write(byte)
    chip.stop()
    assert bench.get(0) == 0x20


def test_an_external_clock_stops_everything_as_there_is_none() -> None:
    bench = Bench()
    bench.send("06", FULL_ON)
    bench.send("00 30")
    bench.send("00 70")
    bench.send("00 20")
    bench.clock.advance(1)
    bench.send("00 a0")
    assert bench.get(0) == 0x60
    assert bench.chip.high(0) == 0.0


def test_changes_are_told() -> None:
    bench, seen = Bench(), []
    bench.send("06", QUARTER)
    bench.chip.changed = lambda: seen.append(bench.chip.high(0))
    for text in ("01 14", "01 04", "06 00 10 00 00", "06 00 00 00 10", "00 30"):
        bench.send(text)
    assert seen == [0.75, 0.25, 1.0, 0.0, 0.0]
    bench.chip.power_cycle()
    assert len(seen) == 6
    bench.get(0)
    bench.send("02 02")
    assert len(seen) == 6


def test_a_reserved_register_leaves_the_pointer() -> None:
    bench = Bench()
    bench.get(1)
    for register in ("46", "f9"):
        with pytest.raises(NoAcknowledge):
            bench.send(register)
    assert bench.bus.transfer(0x40, b"", 1) == b"\xe2"


def test_the_pointer_ends_where_the_test_register_is() -> None:
    bench = Bench()
    assert bench.bus.transfer(0x40, b"\xff", 2) == b"\x00\x20"
    bench.send("ff 55 24")
    assert (bench.get(0xFF), bench.get(0)) == (0, 0x24)


def test_waking_the_shtc3_stops_output_11() -> None:
    """Modules sheet 2.3: 3517, wake up, is LED11_OFF_H = 17h, that is full off."""
    bench = Bench(awake=False)
    climate = Shtc3Twin(bench.clock)
    bench.bus.twins.append(climate)
    bench.clock.advance(0.001)
    bench.send("00 21")
    bench.clock.advance(500e-6)
    bench.send("32", QUARTER)
    assert bench.chip.high(11) == 0.25
    bench.bus.transfer(0x70, b"\x35\x17")
    assert bench.chip.high(11) == 0.0
    assert bench.get(0x35) == 0x17


def test_what_the_shtc3_answers_is_spoilt_until_all_call_is_cleared() -> None:
    bench = Bench(awake=False)
    climate = Shtc3Twin(bench.clock)
    bench.bus.twins.append(climate)
    bench.clock.advance(0.001)
    bench.bus.transfer(0x70, b"\xef\xc8")
    spoilt = bench.bus.transfer(0x70, b"", 3)
    bench.send("00 10")
    bench.bus.transfer(0x70, b"\xef\xc8")
    right = bench.bus.transfer(0x70, b"", 3)
    assert right[:2] == b"\x08\x87"
    assert spoilt == bytes(byte & 0x11 for byte in right)
