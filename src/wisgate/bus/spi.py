"""The SPI contract: one chip select of one bus."""

from __future__ import annotations

from typing import Protocol


class Spi(Protocol):
    """One chip select. Mode and clock belong to the opened port. Threads: lane only."""

    def transfer(self, data: bytes) -> bytes:
        """Full duplex with the chip select held low; returns as many bytes as were sent.

        Raises BusError.
        """
        ...
