"""The PCF85063A map against the boards sheet A10, written out a second time."""

from dataclasses import asdict

import pytest

from wisgate.registers import pcf85063a
from wisgate.registers.pcf85063a import TIMER_HZ, ClockOut, TimerClock

WORDS = {  # name: address, reset
    "Control1": (0x00, 0x00),
    "Control2": (0x01, 0x00),
    "Offset": (0x02, 0x00),
    "RamByte": (0x03, 0x00),
    "Second": (0x04, 0x80),
    "Minute": (0x05, 0x00),
    "Hour": (0x06, 0x00),
    "Day": (0x07, 0x01),
    "Weekday": (0x08, 0x06),
    "Month": (0x09, 0x01),
    "Year": (0x0A, 0x00),
    "SecondAlarm": (0x0B, 0x80),
    "MinuteAlarm": (0x0C, 0x80),
    "HourAlarm": (0x0D, 0x80),
    "DayAlarm": (0x0E, 0x80),
    "WeekdayAlarm": (0x0F, 0x80),
    "TimerValue": (0x10, 0x00),
    "TimerMode": (0x11, 0x18),
}

FLAGS = {
    "Control1": {
        "external_test": 7, "stop": 5, "software_reset": 4, "correction_interrupt": 2,
        "twelve_hours": 1, "high_load": 0,
    },
    "Control2": {
        "alarm_interrupt": 7, "alarm_flag": 6, "minute_interrupt": 5, "half_minute_interrupt": 4,
        "timer_flag": 3,
    },
    "Offset": {"fast": 7},
    "Second": {"lost": 7},
    "SecondAlarm": {"ignored": 7},
    "MinuteAlarm": {"ignored": 7},
    "HourAlarm": {"ignored": 7},
    "DayAlarm": {"ignored": 7},
    "WeekdayAlarm": {"ignored": 7},
    "TimerMode": {"running": 2, "interrupt": 1, "pulse": 0},
}  # fmt: skip

DIGITS = {  # name: a code, tens, ones
    "Second": (0x59, 5, 9),
    "Minute": (0x48, 4, 8),
    "Hour": (0x23, 2, 3),
    "Day": (0x31, 3, 1),
    "Month": (0x12, 1, 2),
    "Year": (0x97, 9, 7),
    "SecondAlarm": (0x76, 7, 6),
    "MinuteAlarm": (0x76, 7, 6),
    "HourAlarm": (0x35, 3, 5),
    "DayAlarm": (0x38, 3, 8),
}


MOST = {  # name: tens, when every bit is set
    "Second": 7, "Minute": 7, "Hour": 3, "Day": 3, "Month": 1, "Year": 15,
    "SecondAlarm": 7, "MinuteAlarm": 7, "HourAlarm": 3, "DayAlarm": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(pcf85063a, name)
    assert (word.address, word.reset) == WORDS[name]
    assert word.width == 8
    assert word.writable


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    word = getattr(pcf85063a, name)
    for flag, position in FLAGS[name].items():
        for other, at in FLAGS[name].items():
            assert getattr(word.decode(1 << at), flag) is (other == flag), position


@pytest.mark.parametrize("name", DIGITS)
def test_digits(name):
    code, tens, ones = DIGITS[name]
    word = getattr(pcf85063a, name).decode(code)
    assert (word.tens, word.ones) == (tens, ones)
    assert word.encode() & 0x7F == code & 0x7F
    assert getattr(pcf85063a, name).decode(0).ones == 0
    most = getattr(pcf85063a, name).decode(0xFF)
    assert (most.tens, most.ones) == (MOST[name], 15)


@pytest.mark.parametrize("code", range(8))
def test_weekdays(code):
    assert pcf85063a.Weekday.decode(0xF8 | code).number == code
    assert pcf85063a.WeekdayAlarm.decode(0x78 | code).number == code


def test_whole_bytes():
    assert pcf85063a.RamByte.decode(0xA5).code == 0xA5
    assert pcf85063a.TimerValue.decode(0xA5).periods == 0xA5


@pytest.mark.parametrize(("code", "steps"), [(0x00, 0), (0x3F, 63), (0x40, -64), (0xFF, -1)])
def test_the_offset_has_a_sign(code, steps):
    assert pcf85063a.Offset.decode(code).steps == steps


def test_the_timer_as_it_comes_up():
    assert asdict(pcf85063a.TimerMode.decode(0x18)) == {
        "clock": TimerClock.HZ1_60, "running": False, "interrupt": False, "pulse": False,
    }  # fmt: skip


def test_bits_beyond_the_mode_of_the_timer():
    assert pcf85063a.TimerMode.decode(0xFF).clock == TimerClock.HZ1_60


def test_rates():
    assert [rate.name for rate in map(ClockOut, range(8))] == [
        "HZ32768", "HZ16384", "HZ8192", "HZ4096", "HZ2048", "HZ1024", "HZ1", "OFF",
    ]  # fmt: skip
    assert [rate.name for rate in map(TimerClock, range(4))] == ["HZ4096", "HZ64", "HZ1", "HZ1_60"]
    assert [TIMER_HZ[rate] for rate in map(TimerClock, range(4))] == [4096, 64, 1, 1 / 60]
    for code in range(8):
        assert pcf85063a.Control2.decode(0xF8 | code).clock_out == code


def test_numbers():
    assert pcf85063a.REGISTERS == 18
    assert pcf85063a.SOFTWARE_RESET == 0x58
    assert pcf85063a.FIRST_YEAR == 2000
    assert pcf85063a.OFFSET_STEP_PPM == 4.34
    assert pcf85063a.OFFSET_STEP_FAST_PPM == 4.069
    assert pcf85063a.FIRST_SECOND_S == 0.507813
