"""LTR-390UV-01 twin, from Lite-On DS86-2015-0004 Ver. 1.1; written without looking at the driver.

World inputs: `illuminance` in lx and `uv_index`; `look` is called before they are sampled, when a
conversion ends. The reset is not acknowledged (Adafruit's library says so). With 13 bit, 125 ms
stand in the formula for lux (modules sheet C-31).
Not modelled: noise, the spectral responses, interrupt and thresholds, a window over the chip, the
wake-up from standby, what a change of gain does to a conversion that runs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from ...core.clock import Clock
from ...registers.ltr_390uv import (
    BITS,
    CODES_PER_UVI,
    CONVERSION_S,
    GAINS,
    LUX_FACTOR,
    LUX_TIME,
    PERIOD_S,
    Amplification,
    Control,
    Gain,
    Light,
    Measurement,
    PartId,
    Rate,
    Resolution,
    State,
    Ultraviolet,
)

RESET, UVS, ENABLED = 0x10, 0x08, 0x02
READY = 0x08


class Ltr390uvTwin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x53,)

    def __init__(self, clock: Clock) -> None:
        self.illuminance = 0.0
        self.uv_index = 0.0
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
        for index, value in enumerate(data[1:], 1):
            if self._pointer == Control.address and value & RESET:
                self.power_cycle()
                return index
            self._store(self._pointer, value)
            self._pointer += 1
        return len(data)

    def read(self, count: int) -> bytes:
        self._convert()
        return bytes(self._load() for _ in range(count))

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to the reset values: standby."""
        words = (Control, Measurement, Amplification, PartId, State)
        self._file = {word.address: word.reset for word in words}
        self._pointer = 0
        self._due = inf

    @property
    def _resolution(self) -> Resolution:
        """The two reserved codes as the coarsest resolution."""
        return Resolution(min(self._file[Measurement.address] >> 4 & 7, Resolution.BITS13))

    @property
    def _period(self) -> float:
        rate = Rate(self._file[Measurement.address] & 7)
        return max(PERIOD_S[rate], CONVERSION_S[self._resolution])

    @property
    def _gain(self) -> int:
        return GAINS[Gain(min(self._file[Amplification.address] & 7, Gain.X18))]

    def _load(self) -> int:
        value = self._file.get(self._pointer, 0)
        if self._pointer == State.address:
            self._file[State.address] = 0
        self._pointer += 1
        return value

    def _store(self, register: int, value: int) -> None:
        self._convert()
        if register not in (Control.address, Measurement.address, Amplification.address):
            return
        self._file[register] = value
        if register == Control.address:
            conversion = CONVERSION_S[self._resolution]
            self._due = self._clock.monotonic() + conversion if value & ENABLED else inf

    def _convert(self) -> None:
        """Finish what is finished by now."""
        now = self._clock.monotonic()
        if self.never_ready or now < self._due:
            return
        self.look()
        resolution = self._resolution
        if self._file[Control.address] & UVS:
            scale = CODES_PER_UVI * self._gain / GAINS[Gain.X18] * 2 ** (BITS[resolution] - 20)
            self._put(Ultraviolet.address, self.uv_index * scale)
        else:
            scale = self._gain * LUX_TIME[resolution] / LUX_FACTOR
            self._put(Light.address, self.illuminance * scale)
        self._file[State.address] |= READY
        self._due += ((now - self._due) // self._period + 1) * self._period

    def _put(self, register: int, code: float) -> None:
        code = max(0, min((1 << BITS[self._resolution]) - 1, round(code)))
        for index, byte in enumerate(code.to_bytes(3, "little")):
            self._file[register + index] = byte
