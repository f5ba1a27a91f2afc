"""The PCF85063A driver against its witness, then on its twin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from transcript import conversation, parse, script

from wisgate.chips.pcf85063a import Pcf85063a
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import UnexpectedValue
from wisgate.virtual.chips.pcf85063a import Pcf85063aTwin
from wisgate.virtual.i2c import VirtualI2c

LEAP = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)
"""A Thursday."""


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        Pcf85063a(bus)


def test_the_time_is_set_then_read():
    with script("pcf85063a", "the time is set with the dividers held, then read") as bus:
        chip = Pcf85063a(bus)
        chip.set(LEAP)
        time = chip.read()
    assert (time.utc, time.lost) == (LEAP, False)


def test_a_time_that_was_lost():
    with script("pcf85063a", "a time that was lost") as bus:
        time = Pcf85063a(bus).read()
    assert (time.utc, time.lost) == (datetime(2000, 1, 1, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("utc", "sent"),
    [
        (datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), "59 59 23 31 04 12 99"),
        (datetime(2000, 1, 1, tzinfo=UTC), "00 00 00 01 06 01 00"),
        (datetime(2026, 11, 29, 10, 20, 30, tzinfo=UTC), "30 20 10 29 00 11 26"),
    ],
)
def test_set(utc, sent):
    with conversation(parse(f"51: 00 20\n51: 04 {sent}\n51: 00 00")) as bus:
        Pcf85063a(bus).set(utc)


def test_the_last_second_that_it_counts():
    with conversation(parse("51: 04 -> 59 59 23 31 04 12 99")) as bus:
        assert Pcf85063a(bus).read().utc == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("year", [1999, 2100])
def test_no_year_that_it_cannot_count(year):
    with conversation([]) as bus, pytest.raises(ValueError, match=f"{year}.*2000 to 2099"):
        Pcf85063a(bus).set(LEAP.replace(year=year, day=1))


@pytest.mark.parametrize(
    "answer",
    [
        "56 34 12 30 04 02 24", "56 34 12 00 04 02 24", "56 34 12 29 04 02 23",
        "5A 34 12 29 04 02 24", "56 1A 12 29 04 02 24", "56 34 12 29 04 13 24",
        "60 34 12 29 04 02 24",
        "56 34 25 29 04 02 24", "56 34 12 29 04 02 A4", "FF FF FF FF FF FF FF",
    ],
)  # fmt: skip
def test_what_is_no_date(answer):
    with (
        conversation(parse(f"51: 04 -> {answer}")) as bus,
        pytest.raises(UnexpectedValue, match=rf"^0x51: the clock reads {answer.lower()}"),
    ):
        Pcf85063a(bus).read()


@pytest.mark.parametrize(("found", "sent"), [("00", "4F"), ("C3", "CF"), ("38", "7F")])
def test_clock_out_off(found, sent):
    """Sheet A10: COF = 7; a flag that is written as 1 stays as it is."""
    with conversation(parse(f"51: 01 -> {found}\n51: 01 {sent}")) as bus:
        Pcf85063a(bus).clock_out_off()


def test_an_alarm():
    steps = parse("51: 0B 56 34 12 29 80\n51: 01 -> 47\n51: 01 8F")
    with conversation(steps) as bus:
        Pcf85063a(bus).set_alarm(LEAP)


def test_no_alarm():
    with conversation(parse("51: 0B 80 80 80 80 80\n51: 01 -> C7\n51: 01 0F")) as bus:
        Pcf85063a(bus).set_alarm(None)


@pytest.mark.parametrize(("answer", "came"), [("87", False), ("C7", True)])
def test_whether_the_alarm_came(answer, came):
    with conversation(parse(f"51: 01 -> {answer}")) as bus:
        assert Pcf85063a(bus).alarm_came() is came


class Board:
    def __init__(self):
        self.clock = VirtualClock()
        self.twin = Pcf85063aTwin(self.clock)
        self.bus = VirtualI2c(self.clock, costs_time=False)
        self.bus.twins.append(self.twin)
        self.chip = Pcf85063a(self.bus)


def test_it_keeps_the_time():
    board = Board()
    assert board.chip.read().lost
    board.chip.set(LEAP)
    board.clock.advance(86400)
    time = board.chip.read()
    assert not time.lost
    assert time.utc - LEAP == pytest.approx(timedelta(days=1), abs=timedelta(seconds=1))
    board.twin.power_cycle()
    assert board.chip.read().lost


def test_an_alarm_comes_in_time():
    board = Board()
    board.chip.clock_out_off()
    board.chip.set(LEAP)
    board.chip.set_alarm(LEAP + timedelta(hours=26))
    board.clock.advance(26 * 3600 - 1)
    assert not board.chip.alarm_came()
    board.clock.advance(1)
    assert board.chip.alarm_came()
    board.chip.set_alarm(None)
    assert not board.chip.alarm_came()
    board.clock.advance(40 * 86400)
    assert not board.chip.alarm_came()


def test_the_clock_output_does_not_touch_an_alarm_that_came():
    board = Board()
    board.chip.set(LEAP)
    board.chip.set_alarm(LEAP + timedelta(seconds=1))
    board.clock.advance(2)
    board.chip.clock_out_off()
    assert board.chip.alarm_came()
