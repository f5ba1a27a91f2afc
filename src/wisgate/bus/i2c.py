"""The I2C contract. Everything above this line works on a wire, a twin or a script."""

from __future__ import annotations

from typing import Protocol


class I2c(Protocol):
    """One I2C bus. Threads: lane only."""

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        """One transaction: START, write, repeated START, read, STOP; empty halves are skipped.

        `address` is right-aligned, 7 bits (0x41, not 0x82). Returns `read` bytes. Blocks until the
        bus is idle again. Both halves empty is the SMBus quick command: is anybody there?
        One write and one read are all that the CM4's controller can do in one transaction.
        Raises BusError.
        """
        ...
