"""PCF85063A real-time clock (NXP PCF85063A, revision 6). It keeps UTC, in 24 hours.

Setting takes three transactions: the clock is held (STOP, 8.2.1.2) while it is written, so that
every field belongs to the same second. The first second after that is half a second long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..bus.i2c import I2c
from ..core.errors import UnexpectedValue
from ..registers.pcf85063a import (
    FIRST_YEAR,
    ClockOut,
    Control1,
    Control2,
    Day,
    DayAlarm,
    Hour,
    HourAlarm,
    Minute,
    MinuteAlarm,
    Month,
    Second,
    SecondAlarm,
    Weekday,
    WeekdayAlarm,
    Year,
)
from .registers8 import Registers8

TIME = (Second, Minute, Hour, Day, Weekday, Month, Year)  # read in one burst: 8.4
CENTURY = 100
RUNNING = Control1.decode(Control1.reset)


@dataclass(frozen=True)
class ClockTime:
    """`utc` is what the clock says; with `lost` it means nothing, because the clock stood still
    since it was set."""

    utc: datetime
    lost: bool


class Pcf85063a:
    """One chip. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x51) -> None:
        self._bus, self._address = bus, address
        self._registers = Registers8(bus, address)

    def clock_out_off(self) -> None:
        """Switch the clock output off, which costs current and nobody needs; flags and interrupts
        stay as they are. Raises BusError."""
        control = self._registers.read(Control2)
        self._registers.write(
            replace(control, alarm_flag=True, timer_flag=True, clock_out=ClockOut.OFF)
        )

    def read(self) -> ClockTime:
        """The time. Raises UnexpectedValue when the fields are no date, BusError."""
        raw = self._bus.transfer(self._address, bytes([Second.address]), len(TIME))
        second = Second.decode(raw[0])
        day, hour, minute = Day.decode(raw[3]), Hour.decode(raw[2]), Minute.decode(raw[1])
        month, year = Month.decode(raw[5]), Year.decode(raw[6])
        try:
            utc = datetime(
                FIRST_YEAR + _number(year),
                _number(month),
                _number(day),
                _number(hour),
                _number(minute),
                _number(second),
                tzinfo=UTC,
            )
        except ValueError:
            raise UnexpectedValue(
                f"{self._address:#04x}: the clock reads {raw.hex(' ')}, which is no date; set it"
            ) from None
        return ClockTime(utc, second.lost)

    def set(self, utc: datetime) -> None:
        """Set the time, to the second, and thereby say that it is right. Raises ValueError outside
        2000 to 2099, BusError."""
        if not FIRST_YEAR <= utc.year < FIRST_YEAR + CENTURY:
            raise ValueError(f"the year {utc.year}; the clock counts 2000 to 2099")
        fields = (
            Second(lost=False, **_digits(utc.second)),
            Minute(**_digits(utc.minute)),
            Hour(**_digits(utc.hour)),
            Day(**_digits(utc.day)),
            Weekday(number=utc.isoweekday() % 7),
            Month(**_digits(utc.month)),
            Year(**_digits(utc.year - FIRST_YEAR)),
        )
        self._registers.write(replace(RUNNING, stop=True))
        self._registers.write(*fields)
        self._registers.write(RUNNING)

    def set_alarm(self, utc: datetime | None) -> None:
        """Pull the interrupt line when it is that day of the month, hour, minute and second, and
        again every month until it is cleared; None: never. What came before is forgotten. Raises
        BusError."""
        if utc is None:
            fields = (
                SecondAlarm(ignored=True, tens=0, ones=0),
                MinuteAlarm(ignored=True, tens=0, ones=0),
                HourAlarm(ignored=True, tens=0, ones=0),
                DayAlarm(ignored=True, tens=0, ones=0),
            )
        else:
            fields = (
                SecondAlarm(ignored=False, **_digits(utc.second)),
                MinuteAlarm(ignored=False, **_digits(utc.minute)),
                HourAlarm(ignored=False, **_digits(utc.hour)),
                DayAlarm(ignored=False, **_digits(utc.day)),
            )
        self._registers.write(*fields, WeekdayAlarm(ignored=True, number=0))
        control = self._registers.read(Control2)
        self._registers.write(
            replace(control, alarm_interrupt=utc is not None, alarm_flag=False, timer_flag=True)
        )

    def alarm_came(self) -> bool:
        """Whether the time of the alarm came since it was set. Raises BusError."""
        return self._registers.read(Control2).alarm_flag


def _number(field: Second | Minute | Hour | Day | Month | Year) -> int:
    """Of a field in binary coded decimal. Raises ValueError."""
    if field.ones > 9 or field.tens > 9:
        raise ValueError(f"{field.tens} and {field.ones} are no digits")
    return 10 * field.tens + field.ones


def _digits(number: int) -> dict[str, int]:
    tens, ones = divmod(number, 10)
    return {"tens": tens, "ones": ones}
