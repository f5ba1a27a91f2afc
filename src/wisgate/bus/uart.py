"""The contract of a serial port."""

from __future__ import annotations

from typing import Protocol


class Uart(Protocol):
    """One serial port, 8 data bits, no parity, 1 stop bit unless opened otherwise.
    Threads: lane only."""

    @property
    def baud(self) -> int: ...

    def write(self, data: bytes) -> None:
        """Send all of `data`; returns when the last bit has left. Raises BusError."""
        ...

    def read(self, count: int, timeout: float) -> bytes:
        """Wait until `count` bytes are there or `timeout` seconds are over; returns what came, at
        most `count` bytes, possibly none. Raises BusError when the port is gone."""
        ...

    def flush(self) -> None:
        """Throw away what was received and not read."""
        ...

    def send_break(self, seconds: float) -> None:
        """Hold the line at its dominant level for that long (LIN)."""
        ...

    def set_baud(self, baud: int) -> None: ...
