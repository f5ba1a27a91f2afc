"""The other side of Modbus: requests as values, answers as bytes. Waits for nothing by itself.

Source: Modbus Application Protocol V1.1b3, 6 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct, pack, unpack

from ..core.errors import UnitRefused
from .modbus_tables import EXCEPTION_BIT, READS, Table, refusal

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, FAILURE, BUSY = 1, 2, 3, 4, 6
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16
COIL_STATES = {0x0000: 0, 0xFF00: 1}
_HEAD = Struct(">BHH")


def refused(code: int) -> UnitRefused:
    """The exception that a client gets instead of an answer."""
    return refusal("the request", code)


@dataclass(frozen=True)
class Read:
    table: Table
    address: int
    count: int


@dataclass(frozen=True)
class Write:
    table: Table
    address: int
    values: tuple[int, ...]
    """Words, or 0 and 1."""


def parsed(pdu: bytes) -> Read | Write:
    """What a client wants. Raises UnitRefused."""
    function = pdu[0]
    if function not in (*READS, WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS):
        raise refused(ILLEGAL_FUNCTION)
    if len(pdu) < _HEAD.size:
        raise refused(ILLEGAL_VALUE)
    _, address, number = _HEAD.unpack_from(pdu)
    if function in READS:
        return _read(pdu, READS[function], address, number)
    if function in (WRITE_COIL, WRITE_REGISTER):
        values = _single(pdu, function, number)
    else:
        values = _block(pdu, function, number)
    table = Table.COIL if function in (WRITE_COIL, WRITE_COILS) else Table.HOLDING
    _demand_room(address, len(values))
    return Write(table, address, values)


def read_answer(pdu: bytes, values: Sequence[int]) -> bytes:
    """The PDU with the words, or 0 and 1, that the read in `pdu` asked for."""
    if READS[pdu[0]].holds_bits:
        packed = sum(1 << n for n, value in enumerate(values) if value)
        body = packed.to_bytes((len(values) + 7) // 8, "little")
    else:
        body = pack(f">{len(values)}H", *values)
    return bytes([pdu[0], len(body)]) + body


def write_answer(pdu: bytes) -> bytes:
    """The PDU that confirms the write in `pdu`."""
    return pdu[: _HEAD.size]


def refusal_answer(pdu: bytes, code: int) -> bytes:
    return bytes([pdu[0] | EXCEPTION_BIT, code])


def _read(pdu: bytes, table: Table, address: int, count: int) -> Read:
    if len(pdu) != _HEAD.size or not 1 <= count <= table.read_limit:
        raise refused(ILLEGAL_VALUE)
    _demand_room(address, count)
    return Read(table, address, count)


def _single(pdu: bytes, function: int, number: int) -> tuple[int, ...]:
    if len(pdu) != _HEAD.size or (function == WRITE_COIL and number not in COIL_STATES):
        raise refused(ILLEGAL_VALUE)
    return (COIL_STATES[number] if function == WRITE_COIL else number,)


def _block(pdu: bytes, function: int, count: int) -> tuple[int, ...]:
    coils = function == WRITE_COILS
    table = Table.COIL if coils else Table.HOLDING
    size, body = table.size(count), pdu[_HEAD.size + 1 :]
    if not 1 <= count <= table.write_limit or len(body) != size or pdu[_HEAD.size] != size:
        raise refused(ILLEGAL_VALUE)
    if coils:
        return tuple(body[n >> 3] >> (n & 7) & 1 for n in range(count))
    return unpack(f">{count}H", body)


def _demand_room(address: int, count: int) -> None:
    if address + count > 0x10000:
        raise refused(ILLEGAL_ADDRESS)
