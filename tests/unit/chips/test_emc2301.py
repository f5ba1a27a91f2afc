"""The EMC2301 driver against its witness, then on its twin."""

from __future__ import annotations

import pytest
from transcript import conversation, load, parse, script

from wisgate.chips.emc2301 import Emc2301, speed
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge, WrongIdentity
from wisgate.virtual.chips.emc2301 import Emc2301Twin
from wisgate.virtual.i2c import VirtualI2c


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Emc2301(bus)


def test_identify():
    with script("emc2301", "identify") as bus:
        Emc2301(bus).identify()


@pytest.mark.parametrize(
    ("answers", "found"),
    [("2F: FD -> 35\n2F: FE -> 5D", "0x35 and 0x5d"), ("2F: FD -> 37\n2F: FE -> 00", "0x37 and")],
)
def test_another_chip_is_told_apart(answers, found):
    with (
        conversation(parse(answers)) as bus,
        pytest.raises(WrongIdentity, match=rf"^0x2f: .*{found}.*0x37 and 0x5d"),
    ):
        Emc2301(bus).identify()


@pytest.mark.parametrize(
    ("poles", "watchdog", "sent"),
    [
        (2, False, "2F: 20 40\n2F: 32 0B"),
        (2, True, "2F: 20 60\n2F: 32 0B"),
        (1, False, "2F: 20 40\n2F: 32 03"),
        (3, False, "2F: 20 40\n2F: 32 13"),
        (4, False, "2F: 20 40\n2F: 32 1B"),
    ],
)
def test_configure(poles, watchdog, sent):
    """Sheet A8: b5 WD_EN over the reset value 40; ranges from 500 rpm, edges in b4:3, 400 ms."""
    with conversation(parse(sent)) as bus:
        Emc2301(bus, poles=poles).configure(watchdog=watchdog)


@pytest.mark.parametrize(("answer", "there"), [("0B", True), ("2B", False)])
def test_configured(answer, there):
    with conversation(parse(f"2F: 32 -> {answer}")) as bus:
        assert Emc2301(bus).configured() is there


@pytest.mark.parametrize(("ratio", "code"), [(0, "00"), (1, "FF"), (0.5, "80"), (0.3, "4C")])
def test_drive(ratio, code):
    with conversation(parse(f"2F: 30 {code}")) as bus:
        Emc2301(bus).drive(ratio)


@pytest.mark.parametrize("ratio", [-0.01, 1.01, float("nan")])
def test_no_drive_beyond_the_ends(ratio):
    with conversation([]) as bus, pytest.raises(ValueError, match="0 to 1 is possible"):
        Emc2301(bus).drive(ratio)


@pytest.mark.parametrize("poles", [0, 5])
def test_no_such_fan(poles):
    with conversation([]) as bus, pytest.raises(ValueError, match=f"no fan of {poles} poles"):
        Emc2301(bus, poles=poles)


def state(summary="00", stall="00", spin="00", high="20", low="00", drive="80"):
    steps = parse(
        f"2F: 24 -> {summary}\n2F: 25 -> {stall}\n2F: 26 -> {spin}\n"
        f"2F: 3E -> {high}\n2F: 3F -> {low}\n2F: 30 -> {drive}"
    )
    with conversation(steps) as bus:
        return Emc2301(bus).read()


def test_a_fan_that_turns():
    """Witness: 3840 rpm at m = 1 is 20 00."""
    read = state()
    assert read.speed == pytest.approx(3840)
    assert read.drive == pytest.approx(128 / 255)
    assert not any((read.stalled, read.spin_failed, read.unattended))


@pytest.mark.parametrize(
    ("summary", "stall", "spin", "expected"),
    [
        ("01", "01", "00", (True, False, False)),
        ("02", "00", "01", (False, True, False)),
        ("03", "01", "01", (True, True, False)),
        ("80", "00", "00", (False, False, True)),
    ],
)
def test_what_went_wrong(summary, stall, spin, expected):
    read = state(summary, stall, spin)
    assert (read.stalled, read.spin_failed, read.unattended) == expected


def test_a_fan_that_stands_still():
    assert state(high="FF", low="F8").speed == 0.0


@pytest.mark.parametrize(
    ("count", "rpm"), [(1024, 3840), (8190, 480.1), (1, 3932160), (0x1FFF, 0), (0, 0)]
)
def test_speed(count, rpm):
    """3932160 over the count: sheet A8, two poles, m = 1."""
    assert speed(count) == pytest.approx(rpm, rel=1e-4)


def test_the_witness_has_this_speed():
    """900 rpm, which the range of 500 rpm still tells: 88 88."""
    steps = load("emc2301", "too slow for the range is standing still")
    assert steps[-2].read + steps[-1].read == b"\x88\x88"
    assert state(high="88", low="88").speed == pytest.approx(900, rel=1e-3)


class Board:
    def __init__(self, **options):
        self.clock = VirtualClock()
        self.twin = Emc2301Twin(self.clock)
        self.twin.rpm = 3000.0
        self.bus = VirtualI2c(self.clock, costs_time=False)
        self.bus.twins.append(self.twin)
        self.chip = Emc2301(self.bus, **options)
        self.chip.identify()
        self.chip.configure(watchdog=True)

    def keep(self, seconds):
        """Let time pass and talk to the chip every two seconds."""
        for _ in range(round(seconds / 2)):
            self.clock.advance(2)
            self.chip.configured()


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
def test_the_speed_of_every_fan(poles):
    board = Board(poles=poles)
    board.twin.poles = float(poles)
    board.chip.drive(0.5)
    board.keep(4)
    read = board.chip.read()
    assert read.speed == pytest.approx(3000, rel=1e-3)
    assert read.drive == pytest.approx(0.5, abs=0.002)
    assert not any((read.stalled, read.spin_failed, read.unattended))


def test_a_fan_that_does_not_start_and_then_does():
    board = Board()
    board.twin.rpm = 0.0
    board.chip.drive(0.5)
    board.keep(4)
    read = board.chip.read()
    assert (read.stalled, read.spin_failed, read.speed) == (True, True, 0.0)
    board.twin.rpm = 3000.0
    board.chip.read()
    read = board.chip.read()
    assert not any((read.stalled, read.spin_failed))


def test_nobody_talks_to_it_for_four_seconds():
    board = Board()
    board.chip.drive(0.3)
    board.keep(10)
    assert not board.chip.read().unattended
    board.clock.advance(4.1)
    read = board.chip.read()
    assert (read.unattended, read.drive) == (True, 1.0)


def test_a_brown_out_is_seen():
    board = Board()
    assert board.chip.configured()
    board.twin.power_cycle()
    assert not board.chip.configured()


def test_no_chip_no_reading():
    board = Board()
    board.bus.silent.add(0x2F)
    with pytest.raises(NoAcknowledge):
        board.chip.read()
