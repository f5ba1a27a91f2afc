"""Twins on a serial line of a virtual board, served to programs that are not ours."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ..bus.lane import InlineLane
from ..bus.linux.pty import Pty
from ..core.clock import SystemClock
from ..core.errors import Unavailable
from ..plan.plan import Plan
from ..virtual.uart import LineTwin, VirtualUart
from .board import build
from .memory import forgetful
from .twins import Twins

POLL_S = 0.002
SILENCE_CHARACTERS = 3.5
"""What ends a frame of Modbus, and is more than LIN leaves between two bytes."""
SHORTEST_S = 0.002
BREAK_AND_SYNC, BREAK_BITS = b"\x00\x55", 13
"""How a frame of LIN begins. LIN 2.1, 2.3.1.1: the break is 13 bits at least."""


class Visitor(Protocol):
    """Where the foreign program is."""

    @property
    def name(self) -> str: ...
    @property
    def speed(self) -> int | None:
        """The baud rate it has set; None when nobody can tell."""
        ...

    def receive(self, timeout: float) -> bytes: ...
    def send(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class TcpVisitor:
    """Raw bytes of the line over TCP, for one program at a time."""

    def __init__(self, host: str, port: int) -> None:
        """Raises Unavailable when nobody can listen there."""
        try:
            self._listener = socket.create_server((host, port))
        except OSError as error:
            raise Unavailable(f"{host}:{port}: cannot listen there: {error.strerror}") from error
        self._peer: socket.socket | None = None
        host, port = self._listener.getsockname()[:2]
        self.name = f"tcp://{host}:{port}"
        self.speed: int | None = None

    def receive(self, timeout: float) -> bytes:
        waited = self._peer or self._listener
        if not select.select([waited], [], [], timeout)[0]:
            return b""
        if self._peer is None:
            self._peer, _ = self._listener.accept()
            return b""
        with suppress(OSError):
            if received := self._peer.recv(4096):
                return received
        self._part()
        return b""

    def send(self, data: bytes) -> None:
        if self._peer is not None:
            try:
                self._peer.sendall(data)
            except OSError:
                self._part()

    def _part(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def close(self) -> None:
        self._part()
        self._listener.close()


def open_visitor(link: Path | None, address: tuple[str, int] | None) -> Visitor:
    """A TCP port where an address is given, otherwise a pseudo-terminal. Raises Unavailable."""
    return TcpVisitor(*address) if address else Pty(link)


def served_uart(plan: Plan, slot: str | None, scenario: Path | None) -> tuple[str, VirtualUart]:
    """The serial line of a slot of a virtual board in real time, with its twins; of the only one,
    when no slot is named. Its module is open: a transceiver is on. Raises Unavailable."""
    serial = [p.slot.name for p in plan.driven if p.serial]
    if slot is None and len(serial) == 1:
        (slot,) = serial
    if slot not in serial:
        named = ", ".join(serial) or "none: put a module with a serial line into the file"
        raise Unavailable(f"{slot or 'choose a slot'}: slots with a serial line are {named}")
    twins = Twins(plan, SystemClock(), 1, scenario, forgetful())
    board = build(plan, twins.ends, InlineLane)
    next(p for p in board.placed if p.name == slot).module.open()
    return slot, twins.board.uarts[slot]


def serve(uart: VirtualUart, visitor: Visitor, stop: Callable[[], bool]) -> None:
    """Pass bytes between the visitor and the twins until `stop`; what comes without a pause is
    one frame to them."""
    waiting = bytearray()
    quiet = 0.0
    while not stop():
        received = visitor.receive(POLL_S)
        if received:
            waiting += received
            quiet = 0.0
        else:
            quiet += POLL_S
        if waiting and quiet >= max(SHORTEST_S, SILENCE_CHARACTERS * 10 / uart.baud):
            if visitor.speed is not None and visitor.speed != uart.baud:
                uart.set_baud(visitor.speed)
            _pass(uart, bytes(waiting))
            waiting.clear()
        if answer := uart.read(4096, 0.0):
            visitor.send(answer)


def _pass(uart: VirtualUart, frame: bytes) -> None:
    """A pseudo-terminal carries no break: programs for LIN make one of a zero byte at a lower baud
    rate, and the sync byte follows."""
    if frame.startswith(BREAK_AND_SYNC) and any(isinstance(t, LineTwin) for t in uart.twins):
        uart.send_break(BREAK_BITS / uart.baud)
        frame = frame[1:]
    uart.write(frame)
