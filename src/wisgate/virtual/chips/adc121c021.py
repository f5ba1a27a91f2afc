"""ADC121C021 twin, from Texas Instruments SNAS415F; written without looking at the driver.

World inputs: `vin`, volts at the input, and `supply`, volts, which is the reference; `look` is
called before they are sampled. `powered` is False while the supply is off: nobody answers.
`alert_level` is what the alert pin shows. `cleared_by_ones` says which bit clears a flag of the
alert status: the datasheet says 1 in two places and 0 in a third.

In the automatic mode the input is sampled when somebody looks, at most once per cycle: what comes
and goes between two looks is not seen by the limits, the lowest and the highest. Limits are
compared in the automatic mode only. Not modelled: noise and the errors of the converter, the high
speed mode of the bus, a supply below 2.7 V.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor

from ...core.clock import Clock
from ...registers.adc121c021 import (
    CODES,
    POINTER_MASK,
    SAMPLES_PER_SECOND,
    AlertStatus,
    Configuration,
    Conversion,
    Cycle,
    HighestConversion,
    HighLimit,
    Hysteresis,
    LowestConversion,
    LowLimit,
)

WORDS = (
    Conversion, AlertStatus, Configuration, LowLimit, HighLimit, Hysteresis, LowestConversion,
    HighestConversion,
)  # fmt: skip
CODE = 0x0FFF
STORED = {AlertStatus.address: 0x03, Configuration.address: 0xFD}
"""The bits that can be written; of all other registers those of a code."""
OVER, UNDER = 0b10, 0b01


class Adc121c021Twin:
    """Threads: lane only."""

    _begin: float
    _cycles: int
    """Since when it converts by itself, and how often it has: set with the configuration."""

    def __init__(
        self,
        clock: Clock,
        *,
        addresses: Sequence[int],
        supply: float = 5.0,
        cleared_by_ones: bool = True,
    ) -> None:
        self.addresses = tuple(addresses)
        self.vin, self.supply = 0.0, supply
        self.look: Callable[[], None] = lambda: None
        self.cleared_by_ones = cleared_by_ones
        self._clock = clock
        self._powered = True
        self.power_cycle()

    # The wire.

    def addressed(self, address: int, read: bool) -> bool:
        return self._powered and address in self.addresses

    def write(self, data: bytes) -> int:
        if data:
            self._pointer = data[0] & POINTER_MASK
        content = data[1:][: self._size]
        if len(content) == self._size:
            self._store(int.from_bytes(content, "big"))
        return len(data)

    def read(self, count: int) -> bytes:
        answer = b""
        while len(answer) < count:
            answer += self._load().to_bytes(self._size, "big")
        return answer[:count]

    def stop(self) -> None:
        return None

    # The pins.

    @property
    def powered(self) -> bool:
        """Whether the supply is on."""
        return self._powered

    @powered.setter
    def powered(self, on: bool) -> None:
        if on and not self._powered:
            self.power_cycle()
        self._powered = on

    def alert_level(self) -> bool | None:
        """The alert pin: driven while enabled, else (None) left alone."""
        self._convert_by_itself()
        configuration = self._configuration
        if not self._powered or not configuration.alert_pin:
            return None
        return (self._file[AlertStatus.address] != 0) == configuration.alert_high

    def power_cycle(self) -> None:
        """Every register back to its reset value."""
        self._file = [word.reset for word in WORDS]
        self._pointer = 0

    # Inside.

    @property
    def _size(self) -> int:
        """Bytes of the register that the pointer selects."""
        return 1 if WORDS[self._pointer].width == 8 else 2

    @property
    def _configuration(self) -> Configuration:
        return Configuration.decode(self._file[Configuration.address])

    def _store(self, value: int) -> None:
        self._convert_by_itself()
        register = self._pointer
        value &= STORED.get(register, CODE)
        if register == AlertStatus.address:
            cleared = value if self.cleared_by_ones else ~value
            self._file[register] &= ~cleared
            return
        if register != Conversion.address:
            self._file[register] = value
        if register == Configuration.address:
            self._begin, self._cycles = self._clock.monotonic(), 0

    def _load(self) -> int:
        self._convert_by_itself()
        if self._pointer != Conversion.address:
            return self._file[self._pointer]
        configuration = self._configuration
        if configuration.cycle is Cycle.OFF:
            self._file[Conversion.address] = self._sample()
        alert = configuration.alert_flag and self._file[AlertStatus.address] != 0
        return alert << 15 | self._file[Conversion.address]

    def _convert_by_itself(self) -> None:
        """The automatic mode, up to now: one sample if a cycle has ended since the last look."""
        cycle = self._configuration.cycle
        if cycle is Cycle.OFF:
            return
        elapsed = self._clock.monotonic() - self._begin
        cycles = floor(elapsed * SAMPLES_PER_SECOND[cycle])
        if cycles == self._cycles:
            return
        self._cycles = cycles
        code = self._sample()
        self._file[Conversion.address] = code
        self._file[LowestConversion.address] = min(code, self._file[LowestConversion.address])
        self._file[HighestConversion.address] = max(code, self._file[HighestConversion.address])
        self._compare(code)

    def _compare(self, code: int) -> None:
        low, high = self._file[LowLimit.address], self._file[HighLimit.address]
        hysteresis = self._file[Hysteresis.address]
        flags = self._file[AlertStatus.address]
        if not self._configuration.alert_hold:
            if code < high - hysteresis:
                flags &= ~OVER
            if code > low + hysteresis:
                flags &= ~UNDER
        if code > high:
            flags |= OVER
        if code < low:
            flags |= UNDER
        self._file[AlertStatus.address] = flags

    def _sample(self) -> int:
        self.look()
        code = floor(self.vin / self.supply * CODES + 0.5)
        return max(0, min(CODES - 1, code))
