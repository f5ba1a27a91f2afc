"""LPS22HB twin, from STMicroelectronics DocID027083 Rev 6; written without looking at the driver.

World inputs: `pressure` in Pa and `temperature` in °C; `look` is called before they are sampled: at
the start of a single conversion, when a continuous one is found finished. Beyond the specified
range the codes go on.
Not modelled: noise, the low-pass filter and the low-current mode, FIFO, thresholds and their
interrupt, reference pressure and offset, block update (a read of several registers is one moment
here), SPI.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from ...core.clock import Clock
from ...registers.lps22hb import (
    CODES_PER_DEGREE,
    CODES_PER_HPA,
    PER_SECOND,
    Control1,
    Control2,
    Pressure,
    Rate,
    Resolution,
    State,
    Temperature,
    WhoAmI,
)

CONVERSION = 13.3e-3
"""Seconds of a single conversion: no longer than the period at 75 Hz."""
BOOT, INCREMENT, RESET, ONE_SHOT = 0x80, 0x10, 0x04, 0x01
PRESSURE_READY, TEMPERATURE_READY = 0x01, 0x02
OVERRUN = 4
"""From a ready flag to its overrun flag, in bits."""


class Lps22hbTwin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.pressure = 101325.0
        self.temperature = 25.0
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no conversion ever ends."""
        self._clock = clock
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        if data:
            self._pointer = data[0]
        for value in data[1:]:
            self._store(self._pointer, value)
            self._advance()
        return len(data)

    def read(self, count: int) -> bytes:
        self._convert()
        return bytes(self._load() for _ in range(count))

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to the reset values: powered down, and nothing converted yet."""
        words = (WhoAmI, Control1, Control2, Resolution, State)
        self._file = {word.address: word.reset for word in words}
        self._pointer = 0
        self._due = inf

    @property
    def _period(self) -> float:
        """Seconds from result to result, 0 in power-down."""
        rate = self._file[Control1.address] >> 4 & 7
        return 1 / PER_SECOND[Rate(rate)] if rate in PER_SECOND else 0.0

    def _advance(self) -> None:
        if self._file[Control2.address] & INCREMENT:
            self._pointer += 1

    def _load(self) -> int:
        register = self._pointer
        value = self._file.get(register, 0)
        if register == Pressure.address + 2:
            self._seen(PRESSURE_READY)
        elif register == Temperature.address + 1:
            self._seen(TEMPERATURE_READY)
        self._advance()
        return value

    def _seen(self, flag: int) -> None:
        self._file[State.address] &= ~(flag | flag << OVERRUN)

    def _store(self, register: int, value: int) -> None:
        self._convert()
        if register == Control1.address:
            self._file[register] = value
            self._due = self._clock.monotonic() + self._period if self._period else inf
        elif register == Control2.address and value & RESET:
            self.power_cycle()
        elif register == Control2.address:
            self._file[register] = value & ~BOOT
            if value & ONE_SHOT and not self._period:
                self._sample()
                self._due = self._clock.monotonic() + CONVERSION
        elif register == Resolution.address:
            self._file[register] = value

    def _convert(self) -> None:
        """Finish what is finished by now."""
        now = self._clock.monotonic()
        if self.never_ready or now < self._due:
            return
        if self._period:
            self._sample()
        unseen = int((now - self._due) / self._period) if self._period else 0
        flags = PRESSURE_READY | TEMPERATURE_READY
        replaced = flags if unseen else self._file[State.address] & flags
        self._file[State.address] |= flags | replaced << OVERRUN
        for address, size, code in (
            (Pressure.address, 3, self._pressure_code),
            (Temperature.address, 2, self._temperature_code),
        ):
            self._put(address, size, code)
        self._file[Control2.address] &= ~ONE_SHOT
        self._due = self._due + (unseen + 1) * self._period if self._period else inf

    def _sample(self) -> None:
        self.look()
        self._pressure_code = round(self.pressure / 100 * CODES_PER_HPA)
        self._temperature_code = round(self.temperature * CODES_PER_DEGREE)

    def _put(self, register: int, size: int, code: int) -> None:
        limit = 1 << 8 * size - 1
        code = max(-limit, min(limit - 1, code))
        for index, byte in enumerate(code.to_bytes(size, "little", signed=True)):
            self._file[register + index] = byte
