"""A serial port with a script on its other end, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wisgate.core.clock import VirtualClock

BITS = 10  # 8N1


def crc16(data: bytes) -> bytes:
    """Modbus' CRC, written for the tests: polynomial 0xA001 reflected, from 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def framed(text: str) -> bytes:
    """A frame from its hex text, with the checksum appended."""
    return bytes.fromhex(text) + crc16(bytes.fromhex(text))


Answer = Callable[[bytes], bytes]


@dataclass
class ScriptedUart:
    """Gives `answers` in turn, one for each write, `delay` seconds after it; b"" is silence.
    `echo`: its own bytes come back first. Time passes as on the wire."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    answers: list[bytes] = field(default_factory=list)
    baud: int = 9600
    echo: bool = False
    delay: float = 0.0
    sent: list[bytes] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    reads: int = 0
    respond: Answer | None = None
    """Instead of `answers`: called with each request."""
    _waiting: bytes = b""
    _ready_at: float = 0.0

    def write(self, data: bytes) -> None:
        self.sent_at.append(self.clock.monotonic())
        self.sent.append(data)
        self.clock.advance(len(data) * BITS / self.baud)
        answer = self.respond(data) if self.respond else self.answers.pop(0)
        self._waiting += (data if self.echo else b"") + answer
        self._ready_at = self.clock.monotonic() + self.delay

    def read(self, count: int, timeout: float) -> bytes:
        self.reads += 1
        pause = max(0.0, self._ready_at - self.clock.monotonic())
        in_time = max(0, int((timeout - pause) * self.baud / BITS + 1e-6))
        came = self._waiting[: min(count, in_time)]
        self._waiting = self._waiting[len(came) :]
        whole = len(came) == count
        self.clock.advance(min(timeout, pause + count * BITS / self.baud) if whole else timeout)
        return came

    def inject(self, data: bytes) -> None:
        """Bytes that come without having been asked for."""
        self._waiting += data

    def flush(self) -> None:
        self._waiting = b""

    def send_break(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def set_baud(self, baud: int) -> None:
        self.baud = baud
