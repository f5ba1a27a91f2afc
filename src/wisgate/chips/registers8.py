"""Registers of 8 bits behind a pointer byte."""

from __future__ import annotations

from typing import TypeVar

from ..bus.i2c import I2c
from ..registers.word import Word

W = TypeVar("W", bound=Word)


class Registers8:
    """The registers of one chip. Threads: lane only."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus, self._address = bus, address

    def read_raw(self, word: type[Word]) -> int:
        """The bits as they came. Raises BusError."""
        return self._bus.transfer(self._address, bytes([word.address]), 1)[0]

    def read(self, word: type[W]) -> W:
        """Raises BusError, UnexpectedValue for a reserved code."""
        return word.decode(self.read_raw(word))

    def write(self, *words: Word) -> None:
        """Write registers whose addresses follow each other, the first one's given: a chip whose
        pointer does not count on takes one. Raises BusError."""
        content = bytes(word.encode() for word in words)
        self._bus.transfer(self._address, bytes([words[0].address]) + content)
