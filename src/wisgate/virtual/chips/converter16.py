"""What the twins of the ADS1115 and of its kin share: four pins, one converter, 16 bits.

A conversion samples at its start; `look` is called before. OS written while a conversion runs
starts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import inf

from ...core.clock import Clock
from ...registers.word import Word

CONVERSION, CONFIG = 0x00, 0x01
VDD = 3.3
"""Volts; no pin reads beyond it, whatever the gain."""
BELOW_GROUND = -0.3
"""Volts at which the protection of a pin conducts."""
OS, SINGLE = 0x8000, 0x0100
FULL_SCALES = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
DIFFERENCES = {0: (0, 1), 1: (0, 3), 2: (1, 3), 3: (2, 3)}


class Converter16:
    """A slow, exact converter with four inputs. Threads: lane only."""

    words: Sequence[type[Word]]

    def __init__(self, clock: Clock, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.ain0 = self.ain1 = self.ain2 = self.ain3 = 0.0
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no conversion ever ends."""
        self._clock = clock
        self._file = defaultdict[int, int](int)
        self._due = inf
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        if data:
            self._pointer = self._select(data[0])
        if len(data) >= 3:
            self._store(self._pointer, data[1] << 8 | data[2])
        return len(data)

    def read(self, count: int) -> bytes:
        self._convert()
        value = self._file[self._pointer]
        if self._pointer == CONFIG:
            value = value & ~OS | (0 if self._busy else OS)
        return value.to_bytes(2, "big")[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to the reset values; a running conversion is lost."""
        self._file = defaultdict(int, {word.address: word.reset for word in self.words})
        self._pointer = 0
        self._converting: int | None = None

    def _select(self, pointer: int) -> int:
        """The register that a pointer byte means."""
        return pointer

    def _rate(self, code: int) -> float:
        """Samples per second."""
        raise NotImplementedError

    @property
    def _continuous(self) -> bool:
        return not self._file[CONFIG] & SINGLE

    @property
    def _busy(self) -> bool:
        return self._converting is not None or self._continuous

    @property
    def _period(self) -> float:
        return 1 / self._rate(self._file[CONFIG] >> 5 & 7)

    def _store(self, register: int, value: int) -> None:
        if not any(word.address == register and word.writable for word in self.words):
            return
        self._convert()
        self._file[register] = value
        if register != CONFIG:
            return
        if self._continuous:
            self._converting = None
            self._due = self._clock.monotonic() + self._period
        elif value & OS and self._converting is None:
            self._converting = self._sample()
            self._due = self._clock.monotonic() + self._period

    def _convert(self) -> None:
        """Finish what is finished by now."""
        if self.never_ready or self._clock.monotonic() < self._due:
            return
        if self._converting is not None:
            self._file[CONVERSION] = self._converting & 0xFFFF
            self._converting = None
        elif self._continuous:
            self._file[CONVERSION] = self._sample() & 0xFFFF
            self._due = self._clock.monotonic() + self._period

    def _sample(self) -> int:
        self.look()
        config = self._file[CONFIG]
        pins = [
            min(VDD, max(BELOW_GROUND, v)) for v in (self.ain0, self.ain1, self.ain2, self.ain3)
        ]
        mux = config >> 12 & 7
        if mux in DIFFERENCES:
            plus, minus = DIFFERENCES[mux]
            volts = pins[plus] - pins[minus]
        else:
            volts = pins[mux - 4]
        code = round(volts * 32768 / FULL_SCALES[config >> 9 & 7])
        return max(-32768, min(32767, code))
