"""A Modbus RTU unit of our own, from the Modbus Application Protocol 1.1b3 and the serial line
guide 1.02. Judged from outside by other people's clients.

A request is one whole frame per call: the port gives what was sent in one go, which stands for the
silence of 3.5 characters that ends a frame. Not modelled: units that answer in pieces, function
codes beyond 1 to 6, 15, 16 and 23, diagnostics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

Value = int | Callable[[], int]
"""A register or coil: a number, or where to get one."""

BROADCAST = 0
MAX_FRAME, MIN_FRAME = 256, 4
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS, READ_WRITE = 5, 6, 15, 16, 23
COIL_STATES = {0x0000: 0, 0xFF00: 1}


class _Exception(Exception):
    """The code that the unit answers with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Tables:
    """The four tables of a unit; an address that is not in them does not exist. A callable is
    read-only: a write to it is an illegal address."""

    coils: MutableMapping[int, Value] = field(default_factory=dict)
    discrete: Mapping[int, Value] = field(default_factory=dict)
    holding: MutableMapping[int, Value] = field(default_factory=dict)
    inputs: Mapping[int, Value] = field(default_factory=dict)


class ModbusUnit:
    """One unit on a serial line. `delay` is the silence before its answer, in seconds; `baud` the
    only rate it understands, or None for any. Threads: lane only."""

    def __init__(
        self, unit_id: int, tables: Tables, *, delay: float = 0.005, baud: int | None = None
    ) -> None:
        if not 1 <= unit_id <= 247:
            raise ValueError(f"no unit {unit_id}; units are 1 to 247")
        self.tables = tables
        self.busy: int | None = None
        """An exception code with which it answers everything (6: busy, 4: failure)."""
        self._id, self._delay, self._baud = unit_id, delay, baud

    @property
    def baud(self) -> int | None:
        return self._baud

    def received(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        """Answer a frame; a damaged frame or one for another unit gets silence."""
        if not MIN_FRAME <= len(data) <= MAX_FRAME or crc16(data) != 0:
            return ()
        unit, pdu = data[0], data[1:-2]
        if unit not in (self._id, BROADCAST):
            return ()
        answer = self.respond(pdu)
        if unit == BROADCAST:
            return ()
        frame = bytes([self._id]) + answer
        return ((self._delay, frame + crc16(frame).to_bytes(2, "little")),)

    def respond(self, pdu: bytes) -> bytes:
        """The PDU that answers `pdu`, which has at least a function and two more bytes."""
        function = pdu[0]
        try:
            if self.busy is not None:
                raise _Exception(self.busy)
            return bytes([function]) + self._perform(function, pdu[1:])
        except _Exception as error:
            return bytes([function | 0x80, error.code])

    def _perform(self, function: int, body: bytes) -> bytes:
        match function:
            case 1:
                return _read_bits(self.tables.coils, body)
            case 2:
                return _read_bits(self.tables.discrete, body)
            case 3:
                return _read_words(self.tables.holding, body)
            case 4:
                return _read_words(self.tables.inputs, body)
            case 5:
                return self._write_coil(body)
            case 6:
                return self._write_register(body)
            case 15:
                return self._write_coils(body)
            case 16:
                return self._write_registers(body)
            case 23:
                return self._read_write(body)
        raise _Exception(ILLEGAL_FUNCTION)

    def _write_coil(self, body: bytes) -> bytes:
        address, state = _words(body, 2)
        if state not in COIL_STATES:
            raise _Exception(ILLEGAL_VALUE)
        _write(self.tables.coils, address, [COIL_STATES[state]])
        return body

    def _write_register(self, body: bytes) -> bytes:
        address, value = _words(body, 2)
        _write(self.tables.holding, address, [value])
        return body

    def _write_coils(self, body: bytes) -> bytes:
        address, count = _words(body[:4], 2)
        packed = body[5:]
        room = (count + 7) // 8
        if not 1 <= count <= 1968 or len(packed) != room or body[4] != room:
            raise _Exception(ILLEGAL_VALUE)
        states = [packed[n // 8] >> (n % 8) & 1 for n in range(count)]
        _write(self.tables.coils, address, states)
        return body[:4]

    def _write_registers(self, body: bytes) -> bytes:
        address, count = _words(body[:4], 2)
        if not 1 <= count <= 123 or len(body) != 5 + 2 * count or body[4] != 2 * count:
            raise _Exception(ILLEGAL_VALUE)
        _write(self.tables.holding, address, _words(body[5:], count))
        return body[:4]

    def _read_write(self, body: bytes) -> bytes:
        _read, _count, address, count = _words(body[:8], 4)
        if not 1 <= count <= 121 or len(body) != 9 + 2 * count or body[8] != 2 * count:
            raise _Exception(ILLEGAL_VALUE)
        _read_words(self.tables.holding, body[:4])  # an illegal read must not write
        _write(self.tables.holding, address, _words(body[9:], count))
        return _read_words(self.tables.holding, body[:4])


def crc16(data: bytes) -> int:
    """CRC-16 of the serial line, low byte first on the wire; 0 over a whole good frame."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _crc_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE = [_crc_entry(byte) for byte in range(256)]


def _words(body: bytes, count: int) -> list[int]:
    if len(body) != 2 * count:
        raise _Exception(ILLEGAL_VALUE)
    return [body[n] << 8 | body[n + 1] for n in range(0, 2 * count, 2)]


def _look_up(table: Mapping[int, Value], address: int, count: int) -> list[int]:
    try:
        values = [table[n] for n in range(address, address + count)]
    except KeyError:
        raise _Exception(ILLEGAL_ADDRESS) from None
    return [value() if callable(value) else value for value in values]


def _read_bits(table: Mapping[int, Value], body: bytes) -> bytes:
    address, count = _words(body, 2)
    if not 1 <= count <= 2000:
        raise _Exception(ILLEGAL_VALUE)
    packed = bytearray((count + 7) // 8)
    for n, state in enumerate(_look_up(table, address, count)):
        packed[n // 8] |= bool(state) << n % 8
    return bytes([len(packed)]) + packed


def _read_words(table: Mapping[int, Value], body: bytes) -> bytes:
    address, count = _words(body, 2)
    if not 1 <= count <= 125:
        raise _Exception(ILLEGAL_VALUE)
    values = _look_up(table, address, count)
    return bytes([2 * count]) + b"".join((v & 0xFFFF).to_bytes(2, "big") for v in values)


def _write(table: MutableMapping[int, Value], address: int, values: Sequence[int]) -> None:
    for n in range(address, address + len(values)):
        if n not in table or callable(table[n]):
            raise _Exception(ILLEGAL_ADDRESS)
    table.update(zip(range(address, address + len(values)), values, strict=True))
