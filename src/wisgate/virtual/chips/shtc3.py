"""SHTC3 twin, from the Sensirion SHTC3 datasheet; written without looking at the driver.

World inputs: `temperature` in °C and `humidity` from 0 to 1; `look` is called before they are
sampled, at the start of a measurement. A stretched read takes its time on the clock.
Asleep, the chip acknowledges its address for a write and then no command but wake.
Not modelled: noise, the difference of low power mode in precision, self-heating, general call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...core.clock import Clock
from ...registers.shtc3 import SERIAL_ARGUMENT, Command
from .sensirion import checked

READY_AFTER = 240e-6
"""Seconds after wake, reset and power-up."""
MEASURE, MEASURE_LOW_POWER = 12.1e-3, 0.8e-3
ID = 0x0887


class Measurement(NamedTuple):
    """`stretch` holds the clock when it is read too early; without it the chip refuses."""

    seconds: float
    humidity_first: bool
    stretch: bool


MEASUREMENTS: dict[int, Measurement] = {
    Command.TEMPERATURE_FIRST: Measurement(MEASURE, False, False),
    Command.TEMPERATURE_FIRST_STRETCH: Measurement(MEASURE, False, True),
    Command.HUMIDITY_FIRST: Measurement(MEASURE, True, False),
    Command.HUMIDITY_FIRST_STRETCH: Measurement(MEASURE, True, True),
    Command.LOW_POWER_TEMPERATURE_FIRST: Measurement(MEASURE_LOW_POWER, False, False),
    Command.LOW_POWER_TEMPERATURE_FIRST_STRETCH: Measurement(MEASURE_LOW_POWER, False, True),
    Command.LOW_POWER_HUMIDITY_FIRST: Measurement(MEASURE_LOW_POWER, True, False),
    Command.LOW_POWER_HUMIDITY_FIRST_STRETCH: Measurement(MEASURE_LOW_POWER, True, True),
}


class Shtc3Twin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x70,)

    def __init__(self, clock: Clock, *, serial: int = 0x0391_1A5C) -> None:
        self.temperature = 25.0
        self.humidity = 0.5
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no measurement ever ends."""
        self._clock = clock
        self._serial = serial
        self._measurement: Measurement | None
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        if address not in self.addresses or (read and not self._answer):
            return False
        return not self._busy or (read and self._stretches)

    def write(self, data: bytes) -> int:
        if len(data) < 2:
            return len(data)
        command = data[0] << 8 | data[1]
        self._forget()
        if self._asleep and command != Command.WAKE:
            return 1
        if command == Command.SERIAL_START:
            return self._start_serial(data)
        return 2 if self._obey(command) else 1

    def read(self, count: int) -> bytes:
        self._clock.sleep(max(0.0, self._ready_at - self._clock.monotonic()))
        answer = self._answer
        self._forget()
        return answer[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Idle, not asleep, once the chip has come up."""
        self._forget()
        self._serial_words: list[int] = []
        self._come_up()

    @property
    def _busy(self) -> bool:
        if self._measurement and self.never_ready:
            return True
        return self._clock.monotonic() < self._ready_at

    @property
    def _stretches(self) -> bool:
        return self._measurement is not None and self._measurement.stretch and not self.never_ready

    def _obey(self, command: int) -> bool:
        if command == Command.WAKE:
            self._come_up()
        elif command == Command.SOFT_RESET:
            self.power_cycle()
        elif command == Command.SLEEP:
            self._asleep = True
        elif command == Command.READ_ID:
            self._answer = checked(ID)
        elif command == Command.SERIAL_NEXT and self._serial_words:
            self._answer = checked(self._serial_words.pop(0))
        else:
            return self._measure(command)
        return True

    def _measure(self, command: int) -> bool:
        measurement = MEASUREMENTS.get(command)
        if measurement is None:
            return False
        self.look()
        words = [_temperature(self.temperature), _humidity(self.humidity)]
        if measurement.humidity_first:
            words.reverse()
        self._answer = b"".join(map(checked, words))
        self._measurement = measurement
        self._ready_at = self._clock.monotonic() + measurement.seconds
        return True

    def _start_serial(self, data: bytes) -> int:
        if data[2:] != checked(SERIAL_ARGUMENT):
            return min(len(data), 4)
        self._serial_words = [self._serial >> 16, self._serial & 0xFFFF]
        return len(data)

    def _come_up(self) -> None:
        self._asleep = False
        self._ready_at = self._clock.monotonic() + READY_AFTER

    def _forget(self) -> None:
        """A command, taken or not, drops what was not read before it."""
        self._answer = b""
        self._measurement = None


def _temperature(celsius: float) -> int:
    return max(0, min(0xFFFF, round((celsius + 45) / 175 * 65536)))


def _humidity(fraction: float) -> int:
    return max(0, min(0xFFFF, round(fraction * 65536)))
