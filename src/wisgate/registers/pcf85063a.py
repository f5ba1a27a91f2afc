"""PCF85063A register map. NXP PCF85063A, revision 6, table 5 and sections 8.2 to 8.6.

A pointer byte, then bytes; the pointer counts on by itself and goes from 0x11 back to 0x00. What
counts time is binary coded decimal, tens in the high digit. The year is that since 2000, and every
fourth one is a leap year.
"""

from __future__ import annotations

from enum import IntEnum

from .word import Word, bit, bits

REGISTERS = 0x12
SOFTWARE_RESET = 0x58
"""Written to Control_1 it takes every register back to its reset value. 8.2.1.3."""
FIRST_YEAR = 2000
OFFSET_STEP_PPM = 4.34
"""What one step of the offset slows the clock by, in parts per million, `fast` being 0. 8.2.3."""
OFFSET_STEP_FAST_PPM = 4.069
"""The same, `fast` being 1."""
FIRST_SECOND_S = 0.507813
"""Seconds from releasing STOP to the first count, at least; 0.507935 at most. 8.2.1.2."""


class ClockOut(IntEnum):
    """Frequency at the CLKOUT pin. Table 12."""

    HZ32768 = 0b000
    HZ16384 = 0b001
    HZ8192 = 0b010
    HZ4096 = 0b011
    HZ2048 = 0b100
    HZ1024 = 0b101
    HZ1 = 0b110
    OFF = 0b111


class TimerClock(IntEnum):
    """What the timer counts. Table 41."""

    HZ4096 = 0b00
    HZ64 = 0b01
    HZ1 = 0b10
    HZ1_60 = 0b11


TIMER_HZ = {
    TimerClock.HZ4096: 4096.0,
    TimerClock.HZ64: 64.0,
    TimerClock.HZ1: 1.0,
    TimerClock.HZ1_60: 1 / 60,
}


class Control1(Word, address=0x00, width=8, source="PCF85063A 8.2.1"):
    """`stop` holds the dividers; `twelve_hours` counts 1 to 12 with AM and PM, and converts
    nothing when it changes; `high_load` is for a crystal of 12.5 pF, else 7 pF."""

    external_test: bool = bit(7)
    stop: bool = bit(5)
    software_reset: bool = bit(4)
    correction_interrupt: bool = bit(2)
    twelve_hours: bool = bit(1)
    high_load: bool = bit(0)


class Control2(Word, address=0x01, width=8, source="PCF85063A 8.2.2"):
    """Writing 0 to a flag clears it, writing 1 leaves it as it is. `timer_flag` is that of the
    minute and half minute interrupts as well."""

    alarm_interrupt: bool = bit(7)
    alarm_flag: bool = bit(6)
    minute_interrupt: bool = bit(5)
    half_minute_interrupt: bool = bit(4)
    timer_flag: bool = bit(3)
    clock_out: ClockOut = bits(2, 0)


class Offset(Word, address=0x02, width=8, source="PCF85063A 8.2.3"):
    """Correction of the crystal; `steps` slow the clock, negative ones speed it up. `fast` corrects
    every four minutes instead of every two hours."""

    fast: bool = bit(7)
    steps: int = bits(6, 0, signed=True)


class RamByte(Word, address=0x03, width=8, source="PCF85063A 8.2.4"):
    """Free."""

    code: int = bits(7, 0)


class Second(Word, address=0x04, width=8, reset=0x80, source="PCF85063A 8.3.1"):
    """`lost` (OS): the oscillator has stopped, or the supply was gone: the time is not right. It
    stays until a 0 is written."""

    lost: bool = bit(7)
    tens: int = bits(6, 4)
    ones: int = bits(3, 0)


class Minute(Word, address=0x05, width=8, source="PCF85063A 8.3.2"):
    tens: int = bits(6, 4)
    ones: int = bits(3, 0)


class Hour(Word, address=0x06, width=8, source="PCF85063A 8.3.3"):
    """0 to 23; with `Control1.twelve_hours` bit 5 is PM and the rest 1 to 12."""

    tens: int = bits(5, 4)
    ones: int = bits(3, 0)


class Day(Word, address=0x07, width=8, reset=0x01, source="PCF85063A 8.3.4"):
    tens: int = bits(5, 4)
    ones: int = bits(3, 0)


class Weekday(Word, address=0x08, width=8, reset=0x06, source="PCF85063A 8.3.5"):
    """0 is Sunday; it counts by itself and knows nothing of the date."""

    number: int = bits(2, 0)


class Month(Word, address=0x09, width=8, reset=0x01, source="PCF85063A 8.3.6"):
    tens: int = bit(4)
    ones: int = bits(3, 0)


class Year(Word, address=0x0A, width=8, source="PCF85063A 8.3.7"):
    tens: int = bits(7, 4)
    ones: int = bits(3, 0)


class SecondAlarm(Word, address=0x0B, width=8, reset=0x80, source="PCF85063A 8.5.1"):
    """An alarm compares the fields that are not `ignored`; when all of them are, there is none."""

    ignored: bool = bit(7)
    tens: int = bits(6, 4)
    ones: int = bits(3, 0)


class MinuteAlarm(Word, address=0x0C, width=8, reset=0x80, source="PCF85063A 8.5.2"):
    ignored: bool = bit(7)
    tens: int = bits(6, 4)
    ones: int = bits(3, 0)


class HourAlarm(Word, address=0x0D, width=8, reset=0x80, source="PCF85063A 8.5.3"):
    ignored: bool = bit(7)
    tens: int = bits(5, 4)
    ones: int = bits(3, 0)


class DayAlarm(Word, address=0x0E, width=8, reset=0x80, source="PCF85063A 8.5.4"):
    ignored: bool = bit(7)
    tens: int = bits(5, 4)
    ones: int = bits(3, 0)


class WeekdayAlarm(Word, address=0x0F, width=8, reset=0x80, source="PCF85063A 8.5.5"):
    ignored: bool = bit(7)
    number: int = bits(2, 0)


class TimerValue(Word, address=0x10, width=8, source="PCF85063A 8.6.1"):
    """Periods of the timer's clock; written as a start value, read as what is left. 0 stops it."""

    periods: int = bits(7, 0)


class TimerMode(Word, address=0x11, width=8, reset=0x18, source="PCF85063A 8.6.2"):
    """At the end of its time the timer sets `Control2.timer_flag` and begins anew. `pulse`: the
    interrupt pin gives a pulse instead of following the flag."""

    clock: TimerClock = bits(4, 3)
    running: bool = bit(2)
    interrupt: bool = bit(1)
    pulse: bool = bit(0)
