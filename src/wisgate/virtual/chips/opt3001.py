"""OPT3001 twin, from Texas Instruments SBOS681C; written without looking at the driver.

World input: `illuminance` in lx; `look` is called before it is sampled: at the start of a single
conversion, when a continuous one is found finished.
Not modelled: noise, the spectral response, the interrupt pin with its limits, flags and fault
count, the end-of-conversion mode, the mask of the exponent, SMBus alert response, high speed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from ...core.clock import Clock
from ...registers.opt3001 import (
    AUTOMATIC,
    HIGHEST_RANGE,
    LSB_LX,
    Config,
    HighLimit,
    Identity,
    LowLimit,
    Manufacturer,
    Mode,
    Result,
)

CONVERSION, CONVERSION_SLOW = 0.1, 0.8
"""Seconds, by CT. SBOS681C 7.6.1.1.2."""
CHOOSING = 0.01
"""Seconds that the chip takes to find the range. SBOS681C 7.4.1."""
SLOW, OVERFLOW, READY = 0x0800, 0x0100, 0x0080
MODE_SHIFT, RANGE_SHIFT = 9, 12
WRITABLE = 0xFE1F
"""Bits of the configuration that are not the chip's own."""
FULL_MANTISSA = 0x0FFF


class Opt3001Twin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.illuminance = 0.0
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
        if len(data) >= 3:
            self._store(self._pointer, data[1] << 8 | data[2])
        return len(data)

    def read(self, count: int) -> bytes:
        self._convert()
        value = self._file.get(self._pointer, 0)
        if self._pointer == Config.address:
            self._file[Config.address] &= ~READY
        return value.to_bytes(2, "big")[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to the reset values: shut down."""
        words = (Result, Config, LowLimit, HighLimit, Manufacturer, Identity)
        self._file = {word.address: word.reset for word in words}
        self._pointer = 0
        self._due = inf

    @property
    def _range(self) -> int:
        return self._file[Config.address] >> RANGE_SHIFT

    @property
    def _mode(self) -> Mode:
        return Mode(self._file[Config.address] >> MODE_SHIFT & 3)

    @property
    def _period(self) -> float:
        seconds = CONVERSION_SLOW if self._file[Config.address] & SLOW else CONVERSION
        return seconds + (CHOOSING if self._range >= AUTOMATIC else 0.0)

    def _store(self, register: int, value: int) -> None:
        self._convert()
        if register in (LowLimit.address, HighLimit.address):
            self._file[register] = value
        elif register == Config.address:
            self._file[register] = value & WRITABLE
            running = self._mode is not Mode.SHUTDOWN
            if self._mode is Mode.SINGLE:
                self._sample()
            self._due = self._clock.monotonic() + self._period if running else inf

    def _convert(self) -> None:
        """Finish what is finished by now."""
        now = self._clock.monotonic()
        if self.never_ready or now < self._due:
            return
        if self._mode is not Mode.SINGLE:
            self._sample()
        exponent = self._range if self._range < AUTOMATIC else self._fitting()
        code = round(self._seen / (LSB_LX * 2**exponent))
        over = OVERFLOW if code > FULL_MANTISSA else 0
        self._file[Result.address] = exponent << RANGE_SHIFT | min(code, FULL_MANTISSA)
        config = self._file[Config.address] & ~OVERFLOW | READY | over
        if self._mode is Mode.SINGLE:
            config &= ~(0b11 << MODE_SHIFT)
            self._due = inf
        else:
            self._due += ((now - self._due) // self._period + 1) * self._period
        self._file[Config.address] = config

    def _sample(self) -> None:
        self.look()
        self._seen = max(0.0, self.illuminance)

    def _fitting(self) -> int:
        """The lowest range that holds the light."""
        for exponent in range(HIGHEST_RANGE):
            if round(self._seen / (LSB_LX * 2**exponent)) <= FULL_MANTISSA:
                return exponent
        return HIGHEST_RANGE
