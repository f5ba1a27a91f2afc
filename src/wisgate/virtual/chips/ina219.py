"""INA219 twin, from TI SBOS448G; written without looking at the driver.

World inputs: `bus_v` (volts at VIN-) and `load_a` (amperes through `shunt_ohm`); `look` is called
before they are sampled: at the start of a triggered conversion, when a continuous one is found
finished. Not modelled: noise, the coarser steps of 9 to 11 bits, what averaging does to the value,
SMBus time-out, high-speed mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.clock import Clock
from ...registers.ina219 import (
    BusVoltage,
    Calibration,
    Config,
    Current,
    Mode,
    Power,
    ShuntVoltage,
)

RESTART = 0x8000
CONFIG_MASK = 0x3FFF
CALIBRATION_MASK = 0xFFFE
READY, OVERFLOW = 0x0002, 0x0001
CONTINUOUS = 0x0004
SECONDS = (84e-6, 148e-6, 276e-6, 532e-6) * 2 + (
    532e-6, 1.06e-3, 2.13e-3, 4.26e-3, 8.51e-3, 17.02e-3, 34.05e-3, 68.10e-3
)  # fmt: skip
"""Conversion time by ADC code. SBOS448G table 5."""
STOPPED = (Mode.POWER_DOWN, Mode.ADC_OFF)


class Ina219Twin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int], shunt_ohm: float) -> None:
        self.addresses = tuple(addresses)
        self.bus_v = 0.0
        self.load_a = 0.0
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no conversion ever ends."""
        self._clock = clock
        self.shunt_ohm = shunt_ohm
        self._file: dict[int, int] = {}
        self._ready: bool
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
        if self._pointer == BusVoltage.address:
            value |= (READY if self._ready else 0) | (OVERFLOW if self._overflow else 0)
        elif self._pointer == Power.address:
            self._ready = False
        return value.to_bytes(2, "big")[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to the reset values: continuous, and nothing converted yet."""
        words = (Config, ShuntVoltage, BusVoltage, Power, Current, Calibration)
        self._file = {word.address: word.reset for word in words}
        self._pointer = 0
        self._ready = self._overflow = False
        self._arm()

    @property
    def _mode(self) -> int:
        return self._file[Config.address] & 7

    def _store(self, register: int, value: int) -> None:
        self._convert()
        if register == Calibration.address:
            self._file[register] = value & CALIBRATION_MASK
        elif register == Config.address and value & RESTART:
            self.power_cycle()
        elif register == Config.address:
            self._file[register] = value & CONFIG_MASK
            if self._mode in STOPPED:
                self._armed = False
            else:
                self._ready = False
                self._arm()

    def _arm(self) -> None:
        """Start a conversion; the result registers keep the last one meanwhile."""
        config = self._file[Config.address]
        takes = (SECONDS[config >> 3 & 15] if self._mode & 1 else 0.0) + (
            SECONDS[config >> 7 & 15] if self._mode & 2 else 0.0
        )
        if not self._mode & CONTINUOUS:
            self._sample()
        self._armed = True
        self._due = self._clock.monotonic() + takes

    def _convert(self) -> None:
        if not self._armed or self.never_ready or self._clock.monotonic() < self._due:
            return
        if self._mode & CONTINUOUS:
            self._sample()
        if self._mode & 1:
            self._file[ShuntVoltage.address] = self._shunt_code & 0xFFFF
        if self._mode & 2:
            self._file[BusVoltage.address] = self._bus_code << 3
        self._compute()
        self._ready = True
        if self._mode & CONTINUOUS:
            self._arm()
        else:
            self._armed = False

    def _sample(self) -> None:
        self.look()
        config = self._file[Config.address]
        limit = 4000 << (config >> 11 & 3)
        self._shunt_code = max(-limit, min(limit, round(self.load_a * self.shunt_ohm / 10e-6)))
        limit = 8000 if config & 0x2000 else 4000
        self._bus_code = max(0, min(limit, round(self.bus_v / 4e-3)))

    def _compute(self) -> None:
        shunt = self._file[ShuntVoltage.address]
        shunt -= (shunt & 0x8000) << 1
        current = int(shunt * self._file[Calibration.address] / 4096)
        power = abs(current) * (self._file[BusVoltage.address] >> 3) // 5000
        self._overflow = not -0x8000 <= current < 0x8000
        self._file[Current.address] = current & 0xFFFF
        self._file[Power.address] = power & 0xFFFF
