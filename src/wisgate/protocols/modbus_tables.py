"""The four tables of a Modbus unit, how much of each fits into one request, and what a refusal
means. Source: Modbus Application Protocol V1.1b3, 4.3, 6 and 7."""

from __future__ import annotations

from enum import StrEnum

from ..core.errors import UnitRefused


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
    def read_function(self) -> int:
        return _READ_FUNCTIONS[self]

    def size(self, count: int) -> int:
        """Bytes that so many coils or registers take in a frame."""
        return (count + 7) // 8 if self.holds_bits else 2 * count

    @property
    def read_limit(self) -> int:
        """Coils or registers in one read; modules sheet 4.2."""
        return 2000 if self.holds_bits else 125

    @property
    def write_limit(self) -> int:
        """Coils or registers in one write; modules sheet 4.2."""
        return 1968 if self.holds_bits else 123


EXCEPTION_BIT = 0x80
_READ_FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
READS = {function: table for table, function in _READ_FUNCTIONS.items()}
"""What each function reads."""
_REFUSALS = {
    1: "illegal function", 2: "illegal address", 3: "illegal value", 4: "unit failure",
    5: "acknowledged, still working", 6: "busy", 8: "memory parity error",
    10: "gateway path unavailable", 11: "no answer behind the gateway",
}  # fmt: skip


def title(unit: int, function: int, table: Table, address: int) -> str:
    """Of an exchange, for messages: "unit 42: read of holding 0x6000"."""
    verb = "read" if function in _READ_FUNCTIONS.values() else "write"
    return f"unit {unit}: {verb} of {table.value} {address:#06x}"


def refusal(title: str, code: int) -> UnitRefused:
    """The error that an exception of a unit becomes."""
    return UnitRefused(f"{title} refused: {_REFUSALS.get(code, 'unknown reason')} ({code})", code)


def bits(payload: bytes, count: int) -> list[bool]:
    """The first `count` coils in an answer, the lowest bit of each byte first."""
    return [bool(payload[n >> 3] >> (n & 7) & 1) for n in range(count)]


def check_request(address: int, count: int, limit: int) -> None:
    """Raises ValueError for a request that no unit can answer."""
    if not 1 <= count <= limit:
        raise ValueError(f"{count} values in one request; 1 to {limit} are possible")
    if not 0 <= address <= 0x10000 - count:
        raise ValueError(f"address {address:#x} with {count} values leaves 0 to 0xffff")
