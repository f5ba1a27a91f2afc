"""SHTC3 twin, from the Sensirion SHTC3 datasheet; written without looking at the driver.

World inputs: `temperature` in °C and `humidity` from 0 to 1; `look` is called before they are
sampled, at the start of a measurement. A stretched read takes its time on the clock.
Asleep, the chip acknowledges its address for a write and then no command but wake.
Not modelled: noise, the difference of low power mode in precision, self-heating, general call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.clock import Clock
from ...registers.shtc3 import CRC_INIT, CRC_POLYNOMIAL, SERIAL_ARGUMENT, Command

READY_AFTER = 240e-6
"""Seconds after wake, reset and power-up."""
MEASURE, MEASURE_LOW_POWER = 12.1e-3, 0.8e-3
ID = 0x0887

# command: (seconds, humidity first, clock stretching)
MEASUREMENTS = {
    Command.TEMPERATURE_FIRST: (MEASURE, False, False),
    Command.TEMPERATURE_FIRST_STRETCH: (MEASURE, False, True),
    Command.HUMIDITY_FIRST: (MEASURE, True, False),
    Command.HUMIDITY_FIRST_STRETCH: (MEASURE, True, True),
    Command.LOW_POWER_TEMPERATURE_FIRST: (MEASURE_LOW_POWER, False, False),
    Command.LOW_POWER_TEMPERATURE_FIRST_STRETCH: (MEASURE_LOW_POWER, False, True),
    Command.LOW_POWER_HUMIDITY_FIRST: (MEASURE_LOW_POWER, True, False),
    Command.LOW_POWER_HUMIDITY_FIRST_STRETCH: (MEASURE_LOW_POWER, True, True),
}


class Shtc3Twin:
    """Threads: lane only."""

    def __init__(
        self, clock: Clock, *, addresses: Sequence[int] = (0x70,), serial: int = 0x0391_1A5C
    ) -> None:
        self.addresses = tuple(addresses)
        self.temperature = 25.0
        self.humidity = 0.5
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no measurement ever ends."""
        self._clock = clock
        self._serial = serial
        self._asleep = self._stretch = self._measuring = False
        self._ready_at = 0.0
        self._answer = b""
        self._serial_words: list[int] = []
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        if address not in self.addresses:
            return False
        if read:
            return bool(self._answer) and (self._stretch or not self._busy)
        return not self._busy

    def write(self, data: bytes) -> int:
        if len(data) < 2:
            return len(data)
        command = data[0] << 8 | data[1]
        self._answer = b""
        if self._asleep and command != Command.WAKE:
            return 1
        if command == Command.SERIAL_START:
            return self._start_serial(data)
        return 2 if self._obey(command) else 1

    def read(self, count: int) -> bytes:
        if self._busy:
            self._clock.sleep(max(0.0, self._ready_at - self._clock.monotonic()))
        self._measuring = False
        answer, self._answer = self._answer, b""
        return answer[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Idle, not asleep, once the chip has come up."""
        self._asleep = False
        self._nothing_to_read()
        self._ready_at = self._clock.monotonic() + READY_AFTER

    @property
    def _busy(self) -> bool:
        if self._measuring and self.never_ready:
            return True
        return self._clock.monotonic() < self._ready_at

    def _obey(self, command: int) -> bool:
        if command in (Command.WAKE, Command.SOFT_RESET):
            self._asleep = False
            self._nothing_to_read()
            self._ready_at = self._clock.monotonic() + READY_AFTER
        elif command == Command.SLEEP:
            self._asleep = True
            self._nothing_to_read()
        elif command == Command.READ_ID:
            self._nothing_to_read()
            self._answer = _checked(ID)
        elif command == Command.SERIAL_NEXT and self._serial_words:
            self._answer = _checked(self._serial_words.pop(0))
        else:
            return self._measure(command)
        return True

    def _measure(self, command: int) -> bool:
        for measurement, (seconds, humidity_first, stretch) in MEASUREMENTS.items():
            if command == measurement:
                self.look()
                words = [_temperature(self.temperature), _humidity(self.humidity)]
                if humidity_first:
                    words.reverse()
                self._answer = b"".join(map(_checked, words))
                self._measuring, self._stretch = True, stretch
                self._ready_at = self._clock.monotonic() + seconds
                return True
        return False

    def _start_serial(self, data: bytes) -> int:
        if data[2:] != _checked(SERIAL_ARGUMENT):
            return min(len(data), 4)
        self._serial_words = [self._serial >> 16, self._serial & 0xFFFF]
        return len(data)

    def _nothing_to_read(self) -> None:
        self._answer, self._serial_words = b"", []
        self._stretch = self._measuring = False


def _temperature(celsius: float) -> int:
    return max(0, min(0xFFFF, round((celsius + 45) / 175 * 65536)))


def _humidity(fraction: float) -> int:
    return max(0, min(0xFFFF, round(fraction * 65536)))


def _checked(word: int) -> bytes:
    """A word with its checksum."""
    crc = CRC_INIT
    for byte in word.to_bytes(2, "big"):
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (CRC_POLYNOMIAL if crc & 0x80 else 0)
        crc &= 0xFF
    return word.to_bytes(2, "big") + bytes([crc])
