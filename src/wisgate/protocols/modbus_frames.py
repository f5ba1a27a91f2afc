"""Modbus RTU frames: a request as bytes, and what tells its answer from everything else.

Framing and PDUs are pymodbus'; this is the only file that imports it. Its own decoder accepts any
frame; on a shared line we accept one only: same unit, same function, the length that was asked for.
Source: modules sheet 4.2 (facts, limits) and 9.2 (vectors).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from .modbus_tables import EXCEPTION_BIT, Table, check_request, refusal, title

SHORTEST = 5
"""Bytes of the shortest answer: unit, function, exception code, CRC."""
_READS: dict[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
}
_FRAMER = FramerRTU(DecodePDU(is_server=False))


@dataclass(frozen=True)
class Exchange:
    """A request, and the shape of its answer: `size` bytes that begin with `head`."""

    unit: int
    table: Table
    address: int
    request: bytes
    head: bytes
    size: int

    @property
    def title(self) -> str:
        """For messages."""
        return title(self.unit, self.request[1], self.table, self.address)

    @property
    def ambiguous(self) -> bool:
        """Whether an echo of the request would pass as the answer: every single write, and a read
        of 17 to 24 coils at 0x03xx."""
        return self.size == len(self.request) and self.request.startswith(self.head)

    @property
    def _shapes(self) -> tuple[tuple[bytes, int], ...]:
        refusal = bytes((self.head[0], self.head[1] | EXCEPTION_BIT))
        return (self.head, self.size), (refusal, SHORTEST)

    def _candidates(self, heard: bytes) -> Iterator[tuple[bytes, int]]:
        """Every place where an answer may begin: what is there of it, and its full size."""
        shapes, unit = self._shapes, self.head[0]
        for start in range(len(heard)):
            if heard[start] != unit:
                continue
            for head, size in shapes:
                part = heard[start : start + size]
                if part[: len(head)] == head[: len(part)]:
                    yield part, size

    def find(self, heard: bytes) -> bytes | None:
        """The intact answer or exception in what came, whatever stands before or after it."""
        whole = (part for part, size in self._candidates(heard) if len(part) == size)
        return next(filter(intact, whole), None)

    def missing(self, heard: bytes) -> int:
        """How many more bytes may be awaited without waiting beyond the end of an answer."""
        begun = (size - len(part) for part, size in self._candidates(heard) if len(part) < size)
        return min(begun, default=SHORTEST)

    def damaged(self, heard: bytes) -> bool:
        """Whether a whole answer came with a wrong checksum."""
        return any(len(part) == size and not intact(part) for part, size in self._candidates(heard))

    def payload(self, frame: bytes) -> bytes:
        """What the answer in `frame` carries behind its head. Raises UnitRefused."""
        if frame[1] & EXCEPTION_BIT:
            raise refusal(self.title, frame[2])
        return frame[len(self.head) : -2]


def intact(frame: bytes) -> bool:
    """Whether the last two bytes are the CRC of the others."""
    return FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


def foreign(heard: bytes) -> bool:
    """Whether what came begins with an intact frame, so that it is another's answer, not noise."""
    return any(intact(heard[:end]) for end in range(SHORTEST, len(heard) + 1))


@lru_cache(maxsize=1024)
def read_request(unit: int, table: Table, address: int, count: int) -> Exchange:
    """Read `count` coils or registers from `address`, 0-based. Raises ValueError. Kept: a unit is
    asked the same all its life."""
    _check(unit, address, count, table.read_limit)
    request = _FRAMER.buildFrame(_READS[table](address=address, count=count, dev_id=unit))
    size = table.size(count)
    head = bytes((*request[:2], size))
    return Exchange(unit, table, address, request, head, size + SHORTEST)


def write_request(
    unit: int, table: Table, address: int, values: Sequence[int], *, single: bool
) -> Exchange:
    """Write coils or holding registers from `address`; `single` with functions 5 and 6, which take
    one value, otherwise with 15 and 16. Raises ValueError."""
    _check(unit, address, len(values), 1 if single else table.write_limit)
    if bad := [v for v in values if not 0 <= v <= (1 if table.holds_bits else 0xFFFF)]:
        raise ValueError(f"{bad[0]} does not fit a {table.value}")
    request = _FRAMER.buildFrame(_write(unit, table, address, values, single))
    return Exchange(unit, table, address, request, request[:6], 8)


def _write(unit: int, table: Table, address: int, values: Sequence[int], single: bool) -> ModbusPDU:
    if table is Table.COIL:
        coils = WriteSingleCoilRequest if single else WriteMultipleCoilsRequest
        return coils(address=address, bits=[bool(v) for v in values], dev_id=unit)
    if table is Table.HOLDING:
        registers = WriteSingleRegisterRequest if single else WriteMultipleRegistersRequest
        return registers(address=address, registers=list(values), dev_id=unit)
    raise ValueError(f"{table.value} is read-only; coil and holding can be written")


def _check(unit: int, address: int, count: int, limit: int) -> None:
    if not 1 <= unit <= 247:
        raise ValueError(f"unit {unit} does not exist; units are 1 to 247")
    check_request(address, count, limit)
