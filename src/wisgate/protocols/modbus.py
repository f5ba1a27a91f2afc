"""Modbus RTU client over a serial port: what is sent when, and which answer is believed."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from struct import unpack
from typing import Any

from ..bus.uart import Uart
from ..core.clock import Clock
from ..core.errors import ChecksumMismatch, ChipError, NoAnswer, UnexpectedValue
from ..core.points import Step, Writing
from .modbus_frames import SHORTEST, Exchange, foreign, read_request, write_request
from .modbus_tables import Table, bits

_CHARACTER_BITS = 11  # start, 8 data, parity or second stop, stop: what the standard counts with
_FAST_BAUD = 19200  # above it the silence is fixed
_FAST_SILENCE_S = 1.75e-3
_BURST_S = 0.02  # a USB bridge may deliver one frame in pieces up to 16 ms apart


def silence(baud: int) -> float:
    """Seconds of silence between two frames, t3.5; modules sheet 4.2."""
    return _FAST_SILENCE_S if baud > _FAST_BAUD else 3.5 * _CHARACTER_BITS / baud


class ModbusRtu:
    """The one client of an RS485 line. `timeout` is what a unit may take to begin its answer, in
    seconds; the answer's own time on the wire comes on top.

    Each call is one exchange and raises NoAnswer (silence), ChecksumMismatch (damaged),
    UnitRefused (an exception of the unit), UnexpectedValue (only others' or late answers came) or
    BusError (the port is gone). ValueError is a mistake of the caller: the limits are 125 registers
    or 2000 coils per read, 123 or 1968 per write.

    An answer that is late and has the very shape of the one expected cannot be told from it: RTU
    frames carry no number. What came before a request was sent is thrown away.
    Threads: lane only.
    """

    def __init__(self, uart: Uart, clock: Clock, *, timeout: float = 1.0) -> None:
        self.asked, self.damaged = 0, 0
        """How many requests were sent, and to how many of them a damaged answer came."""
        self._uart, self._clock, self._timeout = uart, clock, timeout
        self._active_at = clock.monotonic()
        self._echoes: bool | None = None  # whether the line returns our own bytes; None: not seen

    @property
    def echoes(self) -> bool:
        """Whether the line was seen to return our own bytes."""
        return self._echoes is True

    def read(
        self, unit: int, table: Table, address: int, count: int, *, timeout: float | None = None
    ) -> list[int] | list[bool]:
        """`count` registers or coils from `address` (0-based, as on the wire)."""
        payload = self._settle(read_request(unit, table, address, count), timeout)
        return bits(payload, count) if table.holds_bits else list(unpack(f">{count}H", payload))

    def reading(
        self, unit: int, table: Table, address: int, count: int, timeout: float
    ) -> Generator[Step, Any, bytes]:
        """As `read`, for a unit: its coils or registers as they lie in the answer."""
        yield from ()  # the wire is waited for in the lane
        return self._settle(read_request(unit, table, address, count), timeout)

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
        """Set coils or holding registers, for a unit; `single` with functions 5 and 6, otherwise
        with 15 and 16."""
        yield from ()
        self._settle(write_request(unit, table, address, values, single=single), timeout)

    def write_coil(
        self, unit: int, address: int, value: bool, *, timeout: float | None = None
    ) -> None:
        """Set one coil, function 5."""
        self._settle(write_request(unit, Table.COIL, address, [int(value)], single=True), timeout)

    def write_coils(
        self, unit: int, address: int, values: Sequence[bool], *, timeout: float | None = None
    ) -> None:
        """Set neighbouring coils, function 15."""
        coils = [int(v) for v in values]
        self._settle(write_request(unit, Table.COIL, address, coils, single=False), timeout)

    def write_register(
        self, unit: int, address: int, value: int, *, timeout: float | None = None
    ) -> None:
        """Set one holding register (0 to 0xFFFF), function 6."""
        self._settle(write_request(unit, Table.HOLDING, address, [value], single=True), timeout)

    def write_registers(
        self, unit: int, address: int, values: Sequence[int], *, timeout: float | None = None
    ) -> None:
        """Set neighbouring holding registers in one message, function 16."""
        self._settle(write_request(unit, Table.HOLDING, address, values, single=False), timeout)

    def _settle(self, exchange: Exchange, timeout: float | None) -> bytes:
        return exchange.payload(self._ask(exchange, timeout))

    def _ask(self, exchange: Exchange, timeout: float | None) -> bytes:
        if exchange.ambiguous and self._echoes is None:
            # The answer may equal the request. A read of one value, whatever comes of it, tells
            # whether the line echoes; without that a dead unit on such a line seems to obey.
            with suppress(NoAnswer, ChipError):
                probe = read_request(exchange.unit, exchange.table, exchange.address, 1)
                self._ask(probe, timeout)
        self._keep_silence()
        self._uart.flush()
        self._uart.write(exchange.request)
        self.asked += 1
        self._active_at = self._clock.monotonic()
        return self._listen(exchange, self._timeout if timeout is None else timeout)

    def _keep_silence(self) -> None:
        rest = self._active_at + silence(self._uart.baud) - self._clock.monotonic()
        if rest > 0:
            self._clock.sleep(rest)

    def _listen(self, exchange: Exchange, timeout: float) -> bytes:
        """The frame that answers. Its end is where its length says: silence means little behind a
        USB bridge."""
        on_wire = (len(exchange.request) + exchange.size) * _CHARACTER_BITS / self._uart.baud
        deadline = self._clock.monotonic() + timeout + on_wire
        heard, echo = b"", False
        while (patience := deadline - self._clock.monotonic()) > 0:
            if exchange.damaged(heard):
                patience = min(patience, _BURST_S)
            came = self._uart.read(exchange.missing(heard), patience)
            if not came:
                break
            self._active_at = self._clock.monotonic()
            heard += came
            if not echo and self._may_echo(exchange) and heard.startswith(exchange.request):
                heard, echo = heard[len(exchange.request) :], True
            if (frame := exchange.find(heard)) is not None:
                self._learn_echo(exchange, echo)
                return frame
        self._learn_echo(exchange, echo)
        failure = _failure(exchange, heard, timeout)
        self.damaged += isinstance(failure, ChecksumMismatch)
        raise failure

    def _may_echo(self, exchange: Exchange) -> bool:
        return not exchange.ambiguous or self._echoes is True

    def _learn_echo(self, exchange: Exchange, echo: bool) -> None:
        if not exchange.ambiguous:
            self._echoes = echo


def _failure(exchange: Exchange, heard: bytes, timeout: float) -> Exception:
    if len(heard) < SHORTEST and not exchange.damaged(heard):
        return NoAnswer(
            f"{exchange.title}: no answer within {timeout:g} s; check its address, the baud rate, "
            "the supply and that A and B are not swapped"
        )
    came = heard[:16].hex(" ") + (" …" if len(heard) > 16 else "")
    if foreign(heard) and not exchange.damaged(heard):
        return UnexpectedValue(
            f"{exchange.title}: {came} came, which answers something else; "
            "a late answer, two units with one address or a second client"
        )
    return ChecksumMismatch(
        f"{exchange.title}: the answer {came} is damaged; check termination, bias and baud rate"
    )
