"""Modbus TCP: which bytes ask what, and which answer is believed. Waits for nothing by itself.

A frame is the MBAP header (transaction, protocol 0, length, unit) and a PDU. Source: Modbus
Messaging on TCP/IP Implementation Guide V1.0b, 3.1; Modbus Application Protocol V1.1b3, 6.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import lru_cache, partial
from struct import Struct
from typing import Any

from ..bus.peer import Peer, Question
from ..core.errors import NoAnswer, UnexpectedValue, Unreachable
from ..core.points import Await, Step, Writing
from .modbus_tables import EXCEPTION_BIT, READS, Table, check_request, refusal, title

LONGEST_PDU, HEADER = 253, 7
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16
COIL_ON = 0xFF00
NOBODY_BEHIND = (10, 11)
"""Exceptions of a gateway that did not reach the unit."""
_MBAP = Struct(">HHHB")
_REQUEST = Struct(">BHH")


def frame_size(heard: memoryview | bytes) -> int:
    """Bytes of the frame that begins with `heard`, 0 while too little came. Raises UnexpectedValue
    when it is no Modbus."""
    if len(heard) < HEADER:
        return 0
    _, protocol, length, _ = _MBAP.unpack_from(heard)
    if protocol != 0 or not 3 <= length <= 1 + LONGEST_PDU:
        begin = bytes(heard[:HEADER]).hex(" ")
        raise UnexpectedValue(f"what came, {begin}, is no Modbus TCP")
    return HEADER - 1 + length  # type: ignore[no-any-return]  # struct gives Any


class ModbusTcp:
    """The client of one host. An answer counts when it carries the transaction of its request, so
    that a late one is never taken for another. Threads: the event loop only."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._transaction = 0

    def reading(
        self, unit: int, table: Table, address: int, count: int, timeout: float
    ) -> Generator[Step, Any, bytes]:
        """`count` coils or registers from `address`, as they lie in the answer. Raises NoAnswer,
        UnitRefused, UnexpectedValue."""
        pdu = _read(table, address, count)
        answer = yield from self._asked(unit, table, address, pdu, timeout, again=True)
        payload = _payload(pdu, answer)
        if payload is None:
            raise _odd(title(unit, pdu[0], table, address), answer)
        return payload

    def question(
        self, unit: int, table: Table, address: int, count: int, timeout: float
    ) -> Question:
        """The same to be asked among others; `payload` has what came."""
        return self._question(unit, _read(table, address, count), timeout)

    @staticmethod
    def payload(question: Question) -> bytes | None:
        """What was asked for, as it lies in the answer; None for anything else."""
        return _payload(question.request[HEADER:], (question.answer or b"")[HEADER:])

    def writing(
        self,
        unit: int,
        table: Table,
        address: int,
        values: Sequence[int],
        *,
        single: bool,
        timeout: float,
    ) -> Writing:
        """Set coils or holding registers; `single` with functions 5 and 6, otherwise with 15 and
        16. Raises as `reading`."""
        check_request(address, len(values), 1 if single else table.write_limit)
        pdu = _single(table, address, values[0]) if single else _block(table, address, values)
        answer = yield from self._asked(unit, table, address, pdu, timeout, again=False)
        if answer != pdu[:5]:
            raise _odd(title(unit, pdu[0], table, address), answer)

    def _asked(
        self, unit: int, table: Table, address: int, pdu: bytes, timeout: float, *, again: bool
    ) -> Generator[Step, Any, bytes]:
        """The PDU of the answer, which is no exception."""
        question = self._question(unit, pdu, timeout)
        try:
            frame: bytes = yield Await(partial(self.peer.ask, question, again=again))
        except Unreachable:
            raise
        except NoAnswer as error:
            what = title(unit, pdu[0], table, address)
            raise NoAnswer(f"{what}: {error}; check its number and its supply") from None
        answer = frame[HEADER:]
        if answer[0] == pdu[0] | EXCEPTION_BIT and len(answer) == 2:
            refused = refusal(title(unit, pdu[0], table, address), answer[1])
            if refused.code in NOBODY_BEHIND:
                raise NoAnswer(str(refused))
            raise refused
        if answer[0] != pdu[0]:
            raise _odd(title(unit, pdu[0], table, address), answer)
        return answer

    def _question(self, unit: int, pdu: bytes, timeout: float) -> Question:
        """What carries its transaction answers it, be it with an exception."""
        transaction = self._transaction = (self._transaction + 1) & 0xFFFF
        request = _MBAP.pack(transaction, 0, 1 + len(pdu), unit) + pdu
        head = request[:2]
        return Question(request, lambda frame: frame[:2] == head, timeout)


@lru_cache(maxsize=4096)  # the same with every sampling
def _read(table: Table, address: int, count: int) -> bytes:
    """The PDU that asks for so many coils or registers."""
    check_request(address, count, table.read_limit)
    return _REQUEST.pack(table.read_function, address, count)


def _payload(asked: bytes, answer: bytes) -> bytes | None:
    """What the PDU of an answer brings of that which another one asked; None when it does not."""
    count = asked[3] << 8 | asked[4]
    size = READS[asked[0]].size(count)
    good = len(answer) == size + 2 and answer[0] == asked[0] and answer[1] == size
    return answer[2:] if good else None


def _single(table: Table, address: int, value: int) -> bytes:
    if table is Table.COIL:
        return _REQUEST.pack(WRITE_COIL, address, COIL_ON if value else 0)
    return _REQUEST.pack(WRITE_REGISTER, address, value)


def _block(table: Table, address: int, values: Sequence[int]) -> bytes:
    if table is Table.COIL:
        packed = sum(1 << n for n, value in enumerate(values) if value)
        body = packed.to_bytes((len(values) + 7) // 8, "little")
        function = WRITE_COILS
    else:
        body = b"".join(value.to_bytes(2, "big") for value in values)
        function = WRITE_REGISTERS
    return _REQUEST.pack(function, address, len(values)) + bytes([len(body)]) + body


def _odd(what: str, answer: bytes) -> UnexpectedValue:
    begin = answer[:16].hex(" ") + (" …" if len(answer) > 16 else "")
    return UnexpectedValue(f"{what}: {begin} came, which answers something else")
