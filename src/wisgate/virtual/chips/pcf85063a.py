"""PCF85063A twin, from NXP PCF85063A revision 6; written without looking at the driver.

World input: `crystal_ppm`, how much too fast the crystal is. `backup` is a battery: with it a power
cycle changes nothing, without it the time is lost. A fault: `crystal_stopped`.
Not modelled: INT# and CLKOUT themselves, load capacitors, the external test mode, how uneven the
offset is corrected, what a date that does not exist does (it stands still), the first period of the
timer (it is whole), registers that change while they are read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ...core.clock import Clock
from ...registers.pcf85063a import (
    FIRST_SECOND_S,
    FIRST_YEAR,
    OFFSET_STEP_FAST_PPM,
    OFFSET_STEP_PPM,
    REGISTERS,
    SOFTWARE_RESET,
    TIMER_HZ,
    Control1,
    Control2,
    Day,
    DayAlarm,
    Hour,
    HourAlarm,
    Minute,
    MinuteAlarm,
    Month,
    Offset,
    RamByte,
    Second,
    SecondAlarm,
    TimerMode,
    TimerValue,
    Weekday,
    WeekdayAlarm,
    Year,
)

WORDS = (
    Control1, Control2, Offset, RamByte, Second, Minute, Hour, Day, Weekday, Month, Year,
    SecondAlarm, MinuteAlarm, HourAlarm, DayAlarm, WeekdayAlarm, TimerValue, TimerMode,
)  # fmt: skip
STORED = bytes.fromhex("A7 FF FF FF FF 7F 3F 3F 07 1F FF FF FF BF BF 87 FF 1F")
"""The bits that each register holds."""
LOST, IGNORED, PM = 0x80, 0x80, 0x20
ALARM_FLAG, TIMER_FLAG = 0x40, 0x08
START = datetime(FIRST_YEAR, 1, 1)
CENTURY = timedelta(days=36525)
DAY = timedelta(days=1)
UNITS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), DAY, DAY)
"""Of the fields of the alarm."""


class Pcf85063aTwin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x51,)

    def __init__(self, clock: Clock, *, backup: bool = False) -> None:
        self.crystal_ppm = 0.0
        self.backup = backup
        self.crystal_stopped = False
        self._clock = clock
        self._file = bytearray(REGISTERS)
        self._left: float  # of the timer, in its periods, once it was set
        self._start()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        self._catch_up()
        if data:
            self._pointer = data[0] % REGISTERS
        for value in data[1:]:
            self._store(self._pointer, value)
            self._pointer = (self._pointer + 1) % REGISTERS
        return len(data)

    def read(self, count: int) -> bytes:
        self._catch_up()
        answer = bytes(self._load((self._pointer + n) % REGISTERS) for n in range(count))
        self._pointer = (self._pointer + count) % REGISTERS
        return answer

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Everything is lost, unless there is a battery."""
        if not self.backup:
            self._start()

    def keep(self, seconds_utc: float) -> None:
        """Be a clock that was set at some time before: it runs, and this is the time (from 2000
        to 2099)."""
        self._catch_up()
        whole = int(seconds_utc)
        self._fraction = seconds_utc - whole
        moment = datetime(1970, 1, 1) + timedelta(seconds=whole)
        self._put(moment, moment.isoweekday() % 7)
        self._file[Second.address] &= ~LOST

    # Registers.

    def _start(self) -> None:
        self._last = self._clock.monotonic()
        self._pointer = 0
        self._reset()

    def _reset(self) -> None:
        self._file[:] = bytes(word.reset for word in WORDS)
        self._fraction = 0.0

    def _load(self, register: int) -> int:
        if register == TimerValue.address and self._counts_down:
            return -int(-self._left // 1)
        return self._file[register]

    def _store(self, register: int, value: int) -> None:
        old = self._file[register]
        if register == Control1.address and value == SOFTWARE_RESET:
            self._reset()
            return
        new = value & STORED[register]
        if register == Control1.address and self._held and not Control1.decode(new).stop:
            self._fraction = 1 - FIRST_SECOND_S
        elif register == Control2.address:
            new &= old | ~(ALARM_FLAG | TIMER_FLAG)
        elif register == Second.address:
            new &= old | ~LOST
        self._file[register] = new
        if register in (TimerValue.address, TimerMode.address):
            self._left = self._file[TimerValue.address]

    @property
    def _held(self) -> bool:
        return Control1.decode(self._file[Control1.address]).stop

    @property
    def _counts_down(self) -> bool:
        running = TimerMode.decode(self._file[TimerMode.address]).running
        return running and self._file[TimerValue.address] > 0

    # Time.

    def _catch_up(self) -> None:
        now = self._clock.monotonic()
        passed, self._last = now - self._last, now
        if self.crystal_stopped:
            self._file[Second.address] |= LOST
            return
        offset = Offset.decode(self._file[Offset.address])
        step = OFFSET_STEP_FAST_PPM if offset.fast else OFFSET_STEP_PPM
        passed *= 1 + (self.crystal_ppm - offset.steps * step) * 1e-6
        if self._held:
            return
        self._count_down(passed)
        seconds, self._fraction = divmod(self._fraction + passed, 1.0)
        if seconds:
            self._count(timedelta(seconds=seconds))

    def _count_down(self, passed: float) -> None:
        if not self._counts_down:
            return
        self._left -= passed * TIMER_HZ[TimerMode.decode(self._file[TimerMode.address]).clock]
        if self._left <= 0:
            begin = self._file[TimerValue.address]
            self._left = begin - -self._left % begin
            self._file[Control2.address] |= TIMER_FLAG

    def _count(self, passed: timedelta) -> None:
        begin = self._moment()
        if begin is None:
            return
        end, weekday = begin + passed, self._file[Weekday.address]
        if self._alarm_within(begin, end, weekday):
            self._file[Control2.address] |= ALARM_FLAG
        control = Control2.decode(self._file[Control2.address])
        for wanted, seconds in (
            (control.minute_interrupt, 60), (control.half_minute_interrupt, 30),
        ):  # fmt: skip
            period = timedelta(seconds=seconds)
            if wanted and (end - START) // period > (begin - START) // period:
                self._file[Control2.address] |= TIMER_FLAG
        self._put(START + (end - START) % CENTURY, (weekday + (end.date() - begin.date()).days) % 7)

    def _moment(self) -> datetime | None:
        """What the registers say; None for what is no date."""
        second, minute, hour, day, _weekday, month, year = self._file[
            Second.address : Year.address + 1
        ]
        hours = _number(hour)
        if self._twelve:
            hours = _number(hour & ~PM) % 12 + (12 if hour & PM else 0)
        try:
            return datetime(
                FIRST_YEAR + _number(year), _number(month), _number(day),
                hours, _number(minute), _number(second & ~LOST),
            )  # fmt: skip
        except ValueError:
            return None

    def _put(self, moment: datetime, weekday: int) -> None:
        lost = self._file[Second.address] & LOST
        self._file[Second.address : Year.address + 1] = bytes(
            [
                lost | _digits(moment.second), _digits(moment.minute), self._hour(moment.hour),
                _digits(moment.day), weekday, _digits(moment.month),
                _digits(moment.year - FIRST_YEAR),
            ]
        )  # fmt: skip

    @property
    def _twelve(self) -> bool:
        return Control1.decode(self._file[Control1.address]).twelve_hours

    def _hour(self, hour: int) -> int:
        if not self._twelve:
            return _digits(hour)
        return _digits((hour + 11) % 12 + 1) | (PM if hour >= 12 else 0)

    def _alarm_within(self, begin: datetime, end: datetime, weekday: int) -> bool:
        """Whether the time comes to match the alarm after `begin`, up to `end`; a match in which
        `begin` lies does not count."""
        fields = self._file[SecondAlarm.address : TimerValue.address]
        used = [unit for unit, field in zip(UNITS, fields, strict=True) if not field & IGNORED]
        if not used:
            return False
        unit = self._mismatch(fields, begin, weekday)
        at = _next(begin, unit or used[0])
        while at <= end:
            unit = self._mismatch(fields, at, (weekday + (at.date() - begin.date()).days) % 7)
            if unit is None:
                return True
            at = _next(at, unit)
        return False

    def _mismatch(self, fields: bytearray, at: datetime, weekday: int) -> timedelta | None:
        """The unit of the largest field of the alarm that does not match; None if all do."""
        codes = (
            _digits(at.second), _digits(at.minute), self._hour(at.hour), _digits(at.day), weekday,
        )  # fmt: skip
        for unit, field, code in reversed(list(zip(UNITS, fields, codes, strict=True))):
            if not field & IGNORED and field != code:
                return unit
        return None


def _next(at: datetime, unit: timedelta) -> datetime:
    """The moment at which the next unit begins."""
    return at + unit - (at - START) % unit


def _number(code: int) -> int:
    return code // 16 * 10 + code % 16


def _digits(number: int) -> int:
    return number // 10 * 16 + number % 10
