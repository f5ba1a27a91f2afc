"""Live values over Modbus TCP. Each point is a block of four registers, in the input and in the
holding table alike:

    +0, +1   value, high word first: float32, or int32 (a switch is 0 or 1)
    +2       status: 0 good, 1 uncertain, 2 stale, 3 saturated, 4 absent, 5 fault, 6 never read
    +3       seconds since it was read, 65535 for as many or more

Without a value the float is NaN and the int32 0x80000000. A switch is a coil and a discrete input
too, at the address of its block, and at the next whether it has a value.
"""

from __future__ import annotations

import asyncio
import logging
import math
import struct
from collections.abc import Sequence
from contextlib import suppress

from ...config.modbus_map import BLOCK, Mapped
from ...config.servers.modbus import ModbusServerConfig
from ...core.errors import BusError, ChipError, OutputRefused, UnexpectedValue, UnitRefused
from ...core.points import Kind, Point, Reading, Status, Value
from ...protocols.modbus_serving import (
    BUSY,
    FAILURE,
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    Read,
    Write,
    parsed,
    read_answer,
    refusal_answer,
    refused,
    write_answer,
)
from ...protocols.modbus_tables import Table
from ...protocols.modbus_tcp import HEADER, frame_size
from ..outputs import TooSoon
from .base import Clients, Served, cannot_listen

log = logging.getLogger(__name__)

STATUSES = {
    Status.GOOD: 0, Status.UNCERTAIN: 1, Status.STALE: 2, Status.SATURATED: 3, Status.ABSENT: 4,
    Status.FAULT: 5,
}  # fmt: skip
NEVER_READ, OLDEST_S = 6, 65535
NO_FLOAT, NO_INT = (0x7FC0, 0), (0x8000, 0)
INT32 = 2**31


def make(config: ModbusServerConfig, served: Served) -> ModbusServer:
    return ModbusServer(config, served)


class ModbusServer:
    """Threads: the event loop only."""

    def __init__(self, config: ModbusServerConfig, served: Served) -> None:
        self.name = config.name
        self.port = config.port
        """Where it listens, once it is open."""
        self._config, self._clients = config, Clients(config.clients)
        self._image = Image(config.rows, served)
        self._served = served
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._closing = False

    async def open(self) -> None:
        host, port = self._config.host, self._config.port
        try:
            self._server = await asyncio.start_server(self._connected, host, port)
        except OSError as error:
            raise cannot_listen(self.name, f"{host}:{port}", error) from None
        self.port = self._server.sockets[0].getsockname()[1]
        log.info("server %s: Modbus TCP on %s:%d", self.name, host, self.port)

    async def close(self) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        if self._server is not None:
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = str(writer.get_extra_info("peername", ("?",))[0])
        if self._closing or not self._welcome(client):
            log.debug("server %s: %s is turned away", self.name, client)
            writer.close()
            return
        self._open.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, UnexpectedValue):
                await self._talk(reader, writer, client)
        finally:
            self._open.discard(writer)
            writer.close()

    def _welcome(self, client: str) -> bool:
        return self._clients.welcome(client) and len(self._open) < self._config.connections

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: str
    ) -> None:
        """Answer until the client goes, says nothing for too long, or speaks something else."""
        while True:
            async with asyncio.timeout(self._config.idle):
                head = await reader.readexactly(HEADER)
                pdu = await reader.readexactly(frame_size(head) - HEADER)
            answer = await self._answer(pdu, client)
            writer.write(head[:4] + (len(answer) + 1).to_bytes(2, "big") + head[6:] + answer)
            async with asyncio.timeout(self._config.idle):
                await writer.drain()

    async def _answer(self, pdu: bytes, client: str) -> bytes:
        try:
            match parsed(pdu):
                case Read(table, address, count) if table.holds_bits:
                    return read_answer(pdu, self._image.bits(address, count))
                case Read(_, address, count):
                    return read_answer(pdu, self._image.words(address, count))
                case Write() as write:
                    await self._write(write, client)
                    return write_answer(pdu)
        except UnitRefused as refusal:
            return refusal_answer(pdu, refusal.code)

    async def _write(self, write: Write, client: str) -> None:
        if not self._config.commands:
            raise refused(ILLEGAL_FUNCTION)
        point, value = self._image.meant(write)
        try:
            await self._served.write(point, value, f"server {self.name} {client}")
        except TooSoon as error:
            raise refused(BUSY) from error
        except (OutputRefused, BusError, ChipError) as error:
            log.info("server %s: %s wanted %s = %r: %s", self.name, client, point, value, error)
            raise refused(FAILURE) from error


class Image:
    """The registers of all points, made of live values when they are asked for."""

    def __init__(self, rows: Sequence[Mapped], served: Served) -> None:
        self._live = served.live
        self._blocks = {row.address: row.point for row in rows if row.point is not None}
        self._starts = {start + n: (start, n) for start in self._blocks for n in range(BLOCK)}

    def words(self, address: int, count: int) -> list[int]:
        """Raises UnitRefused."""
        words: list[int] = []
        at = address
        while at < address + count:
            start, offset = self._place(at)
            block = self._block(self._blocks[start])[offset:]
            words += block
            at += len(block)
        return words[:count]

    def bits(self, address: int, count: int) -> list[int]:
        """Raises UnitRefused."""
        return [self._bit(at) for at in range(address, address + count)]

    def meant(self, write: Write) -> tuple[str, Value]:
        """The point that a client writes, and its value. Raises UnitRefused."""
        point = self._blocks.get(write.address)
        coil = write.table is Table.COIL
        if point is None or not point.writable or (coil and point.kind is not Kind.BOOL):
            raise refused(ILLEGAL_ADDRESS)
        if len(write.values) != (1 if coil else 2):
            raise refused(ILLEGAL_ADDRESS)  # no part of a value, and no more than one
        return point.name, bool(write.values[0]) if coil else _value(point, write.values)

    def _place(self, address: int) -> tuple[int, int]:
        if address not in self._starts:
            raise refused(ILLEGAL_ADDRESS)
        return self._starts[address]

    def _bit(self, address: int) -> int:
        start, offset = self._place(address)
        point = self._blocks[start]
        if point.kind is not Kind.BOOL or offset > 1:
            raise refused(ILLEGAL_ADDRESS)
        reading = self._live.get(point.name)
        known = reading is not None and reading.value is not None
        return int(known) if offset else int(known and bool(reading and reading.value))

    def _block(self, point: Point) -> list[int]:
        reading = self._live.get(point.name)
        if reading is None:
            none = NO_FLOAT if point.kind is Kind.FLOAT else NO_INT
            return [*none, NEVER_READ, OLDEST_S]
        value, status = _words(point, reading)
        age = self._live.age(point.name)
        return [*value, status, OLDEST_S if age is None else min(int(age), OLDEST_S)]


def _words(point: Point, reading: Reading) -> tuple[tuple[int, int], int]:
    """The two words of a value, and its status; what a register cannot carry is saturated."""
    value, status = reading.value, STATUSES[reading.status]
    none = NO_FLOAT if point.kind is Kind.FLOAT else NO_INT
    if not isinstance(value, (bool, int, float)):
        return none, status
    try:
        packed = struct.pack(">f" if point.kind is Kind.FLOAT else ">i", value)
    except (OverflowError, struct.error):
        return none, STATUSES[Status.SATURATED]
    return struct.unpack(">HH", packed), status


def _value(point: Point, words: Sequence[int]) -> Value:
    packed = struct.pack(">HH", *words)
    if point.kind is Kind.FLOAT:
        number = float(struct.unpack(">f", packed)[0])
        if not math.isfinite(number):
            raise refused(ILLEGAL_VALUE)
        return number
    whole = int(struct.unpack(">i", packed)[0])
    if point.kind is Kind.BOOL and whole not in (0, 1):
        raise refused(ILLEGAL_VALUE)
    return bool(whole) if point.kind is Kind.BOOL else whole
