"""Wires that could not be opened, for who wants to know what else works: each use fails with the
reason."""

from __future__ import annotations

from typing import NoReturn

from ..bus.lines import Input, Output
from ..core.errors import BusUnavailable


class BrokenI2c:
    def __init__(self, why: BusUnavailable) -> None:
        self._why = why

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> NoReturn:
        raise self._why

    def close(self) -> None:
        """Nothing is open."""


class BrokenLines:
    interrupts = False

    def __init__(self, why: BusUnavailable) -> None:
        self._why = why

    def request(self, offset: int, settings: Input | Output, consumer: str) -> NoReturn:
        raise self._why

    def close(self) -> None:
        """Nothing is open."""


class BrokenUart:
    baud = 9600

    def __init__(self, why: BusUnavailable) -> None:
        self._why = why

    def write(self, data: bytes) -> NoReturn:
        raise self._why

    def read(self, count: int, timeout: float) -> NoReturn:
        raise self._why

    def flush(self) -> NoReturn:
        raise self._why

    def send_break(self, seconds: float) -> NoReturn:
        raise self._why

    def set_baud(self, baud: int) -> NoReturn:
        raise self._why

    def close(self) -> None:
        """Nothing is open."""
