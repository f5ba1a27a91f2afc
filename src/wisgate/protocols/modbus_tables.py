"""The four tables of a Modbus unit, and how much of each fits into one request."""

from __future__ import annotations

from enum import StrEnum


class Table(StrEnum):
    """Names as in the user's file."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def holds_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def writable(self) -> bool:
        return self in (Table.COIL, Table.HOLDING)

    @property
    def read_limit(self) -> int:
        """Coils or registers in one read; modules sheet 4.2."""
        return 2000 if self.holds_bits else 125

    @property
    def write_limit(self) -> int:
        """Coils or registers in one write; modules sheet 4.2."""
        return 1968 if self.holds_bits else 123
