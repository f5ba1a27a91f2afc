"""Ends that several lanes use: one lock around every access keeps what is behind them whole.

A lane is the one thread of its bus, with one exception: a module on a serial line or SPI has lines
behind the expander of the I2C bus. An expander's line is a read and a write of a whole port.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ..bus.i2c import I2c
from ..bus.lines import Edge, Input, Line, Lines, Output
from ..bus.spi import Spi

Lock = AbstractContextManager[object]


class LockedI2c:
    def __init__(self, bus: I2c, lock: Lock) -> None:
        self._bus, self._lock = bus, lock

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        with self._lock:
            return self._bus.transfer(address, write, read)


class LockedLines:
    def __init__(self, lines: Lines, lock: Lock) -> None:
        self._lines, self._lock = lines, lock
        self.interrupts = lines.interrupts

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        with self._lock:
            return LockedLine(self._lines.request(offset, settings, consumer), self._lock)


class LockedLine:
    def __init__(self, line: Line, lock: Lock) -> None:
        self._line, self._lock = line, lock

    def get(self) -> bool:
        with self._lock:
            return self._line.get()

    def set(self, value: bool) -> None:
        with self._lock:
            self._line.set(value)

    def edges(self) -> list[Edge]:
        with self._lock:
            return self._line.edges()

    def release(self) -> None:
        with self._lock:
            self._line.release()


class LockedSpi:
    def __init__(self, spi: Spi, lock: Lock) -> None:
        self._spi, self._lock = spi, lock

    def transfer(self, data: bytes) -> bytes:
        with self._lock:
            return self._spi.transfer(data)
