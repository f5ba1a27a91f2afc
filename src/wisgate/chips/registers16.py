"""Registers of 16 bits, big-endian, behind a pointer byte (TI, SG Micro and many others)."""

from __future__ import annotations

from typing import TypeVar

from ..bus.i2c import I2c
from ..registers.word import Word

W = TypeVar("W", bound=Word)


class Registers16:
    """The registers of one chip. Threads: lane only."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus, self._address = bus, address

    def read_raw(self, word: type[Word]) -> int:
        """The bits as they came. Raises BusError."""
        return int.from_bytes(self._bus.transfer(self._address, bytes([word.address]), 2), "big")

    def read(self, word: type[W]) -> W:
        """Raises BusError, UnexpectedValue for a reserved code."""
        return word.decode(self.read_raw(word))

    def write(self, word: Word) -> None:
        """Raises BusError."""
        self._bus.transfer(self._address, bytes([word.address]) + word.encode().to_bytes(2, "big"))
