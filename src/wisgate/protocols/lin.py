"""The commander of a LIN bus over a serial port, and whoever only listens on it.

A break is a 0x00 at 9/13 of the baud rate: the port's own break is far longer than the transceiver
allows. The port hears everything it sends, so that a line that says nothing back has no supply, and
one that says something else has somebody who speaks at the same time. Source: modules sheet 4.7.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bus.uart import Uart
from ..core.clock import Clock
from ..core.errors import ChecksumMismatch, NoAnswer, UnexpectedValue
from .lin_frames import (
    BYTE_BITS,
    GO_TO_SLEEP,
    REQUEST,
    SLACK,
    SYNC,
    checksum,
    protected,
)

BREAK_SHARE = 9, 13
"""Nine low bits at this share of the baud rate are thirteen."""
BURST_S = 0.02
"""A USB bridge may deliver one frame in pieces up to 16 ms apart."""
WAKE_READY_S = 0.1
"""From a wake-up until everybody answers."""
IDLE_SLEEP_S = 4.0
"""A silence after which responders may fall asleep by themselves; 4 to 10 s."""
_DELIMITERS = 2
"""Bytes that may come back before the sync byte: the break, perhaps in two."""


@dataclass
class Counts:
    """What happened on the bus since the start."""

    frames: int = 0
    """Good responses, ours included."""
    no_echo: int = 0
    collisions: int = 0
    no_response: int = 0
    short: int = 0
    checksum: int = 0
    parity: int = 0

    @property
    def errors(self) -> int:
        """Everything that went wrong, except that nobody answered."""
        return self.no_echo + self.collisions + self.short + self.checksum + self.parity


class LinPort:
    """A LIN bus of `baud` bits per second. Each call is one frame and raises NoAnswer (the line
    is dead), ChecksumMismatch (damaged or too short), UnexpectedValue (somebody speaks at
    the same time) or BusError (the port is gone). Threads: lane only."""

    def __init__(self, uart: Uart, clock: Clock, baud: int) -> None:
        self.counts = Counts()
        self.active_at = float("-inf")
        """When something was on the bus last."""
        self._uart, self._clock, self._baud = uart, clock, baud

    def request(self, identifier: int, size: int, *, enhanced: bool) -> bytes | None:
        """Send a header; the `size` bytes that a responder answers, None when nobody does."""
        self._send(identifier)
        wanted = size + 1
        heard = self._uart.read(wanted, SLACK * BYTE_BITS * wanted / self._baud + BURST_S)
        self.active_at = self._clock.monotonic()
        if not heard:
            self.counts.no_response += 1
            return None
        if len(heard) < wanted:
            self.counts.short += 1
            title = _title(identifier)
            raise ChecksumMismatch(f"{title}: {len(heard)} bytes came, {wanted} are expected")
        self._check(identifier, heard, enhanced=enhanced)
        self.counts.frames += 1
        return heard[:-1]

    def publish(self, identifier: int, content: bytes, *, enhanced: bool) -> None:
        """Send a header and the response to it, in one go: a responder does not wait long."""
        self._send(identifier, _response(identifier, content, enhanced=enhanced))
        self.counts.frames += 1

    def respond(self, identifier: int, content: bytes, *, enhanced: bool) -> float:
        """Send the response to a header that was heard; returns the seconds until its first byte
        came back."""
        response = _response(identifier, content, enhanced=enhanced)
        begin = self._clock.monotonic()
        self._uart.write(response)
        first = self._uart.read(1, BYTE_BITS / self._baud + BURST_S)
        took = self._clock.monotonic() - begin
        rest = self._uart.read(len(response) - 1, BURST_S) if first else b""
        self._compare(_title(identifier), response, first + rest)
        self.counts.frames += 1
        return took

    def go_to_sleep(self) -> None:
        """Tell every responder to sleep."""
        self.publish(REQUEST, GO_TO_SLEEP, enhanced=False)

    def wake_up(self) -> None:
        """Hold the line dominant for nine bits, which wakes everybody within WAKE_READY_S. Between
        2400 and 20000 baud that is 0.45 to 3.75 ms; 0.25 to 5 ms are allowed."""
        self._uart.flush()
        self._uart.write(b"\x00")
        self._compare("wake-up", b"\x00", self._uart.read(1, BURST_S))

    def heard(self) -> bytes:
        """What has come unasked, at once."""
        found = self._uart.read(4096, 0.0)
        if found:
            self.active_at = self._clock.monotonic()
        return found

    def listen(self, count: int, seconds: float) -> bytes:
        """Up to `count` bytes within some seconds."""
        found = self._uart.read(count, seconds)
        if found:
            self.active_at = self._clock.monotonic()
        return found

    def _send(self, identifier: int, response: bytes = b"") -> None:
        """Break, header and perhaps the response, and hear whether all of it came back."""
        sent = bytes([SYNC, protected(identifier)]) + response
        self._uart.flush()
        self._uart.set_baud(self._baud * BREAK_SHARE[0] // BREAK_SHARE[1])
        try:
            self._uart.write(b"\x00")
        finally:
            self._uart.set_baud(self._baud)
        self._uart.write(sent)
        heard = self._uart.read(len(sent), len(sent) * BYTE_BITS / self._baud + BURST_S)
        while not heard.endswith(sent) and len(heard) < _DELIMITERS + len(sent):
            more = self._uart.read(1, BURST_S)
            if not more:
                break
            heard += more
        self._compare(_title(identifier), sent, heard[-len(sent) :])

    def _compare(self, title: str, sent: bytes, heard: bytes) -> None:
        if not heard:
            self.counts.no_echo += 1
            raise NoAnswer(
                f"{title}: the line says nothing back; it needs 5.5 to 27 V at its terminal, and"
                " must not be shorted to ground"
            )
        self.active_at = self._clock.monotonic()
        if heard == sent:
            return
        self.counts.collisions += 1
        raise UnexpectedValue(
            f"{title}: sent {sent.hex(' ')}, heard {heard.hex(' ')}; somebody else speaks at the"
            " same time"
        )

    def _check(self, identifier: int, response: bytes, *, enhanced: bool) -> None:
        content, check = response[:-1], response[-1]
        wanted = checksum(identifier, content, enhanced=enhanced)
        if check == wanted:
            return
        self.counts.checksum += 1
        other = checksum(identifier, content, enhanced=not enhanced)
        cure = "look for noise on the line"
        if self._uart.read(1, BYTE_BITS / self._baud + BURST_S):
            cure = f"it has more than {len(content)} bytes; look at its size"
        elif check == other:
            cure = f'write checksum = "{"classic" if enhanced else "enhanced"}" for this frame'
        raise ChecksumMismatch(
            f"{_title(identifier)}: the checksum reads {check:#04x}, expected {wanted:#04x}; {cure}"
        )


def _response(identifier: int, content: bytes, *, enhanced: bool) -> bytes:
    return content + bytes([checksum(identifier, content, enhanced=enhanced)])


def _title(identifier: int) -> str:
    return f"frame {identifier:#04x}"
