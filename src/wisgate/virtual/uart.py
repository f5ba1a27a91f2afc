"""A virtual serial port with twins on the other end of the line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from random import Random
from typing import Protocol

from ..core.clock import Clock
from ..core.errors import BusUnavailable

BITS_PER_BYTE = 10
"""Start, eight data bits, stop."""


class SerialTwin(Protocol):
    """Something on a serial line."""

    @property
    def baud(self) -> int | None:
        """The only rate it understands, or None for any."""
        ...

    def received(self, data: bytes) -> Iterable[tuple[float, bytes]]:
        """Take what was sent in one go; returns answers, each with the silence before it in
        seconds."""
        ...


class VirtualUart:
    """The `Uart` contract. `gone`, `silent`, `noise` and `echo` are its faults.
    Threads: lane only.

    Bytes take their time at the baud rate. Not modelled: parity, framing errors (a twin of another
    baud rate hears nothing), what a break means to a twin, two twins talking at once.
    """

    def __init__(self, clock: Clock, baud: int = 9600, *, seed: int = 1) -> None:
        self.twins: list[SerialTwin] = []
        self.gone = False
        """The port has left the USB: every call raises BusUnavailable."""
        self.silent = False
        """The wire is broken: nothing arrives on either side."""
        self.noise = 0.0
        """Probability that a received byte is damaged."""
        self.echo = False
        """The transceiver hears itself."""
        self._clock, self._baud = clock, baud
        self._arriving: deque[tuple[float, int]] = deque()
        self._random = Random(f"{seed}/uart")

    @property
    def baud(self) -> int:
        return self._baud

    def write(self, data: bytes) -> None:
        self._present()
        sent = self._clock.monotonic()
        self._clock.sleep(len(data) * self._byte_s)
        if self.echo:
            self._arrive(sent, data)
        if not self.silent:
            for twin in self.twins:
                if twin.baud in (None, self._baud):
                    self._answer(twin.received(data))

    def read(self, count: int, timeout: float) -> bytes:
        self._present()
        deadline = self._clock.monotonic() + timeout
        if len(self._arriving) >= count:
            until = min(deadline, self._arriving[count - 1][0])
        else:
            until = deadline
        self._clock.sleep(max(0.0, until - self._clock.monotonic()))
        self._present()
        now = self._clock.monotonic() + 1e-9  # the clock counts whole nanoseconds
        got = bytearray()
        while self._arriving and len(got) < count and self._arriving[0][0] <= now:
            got.append(self._arriving.popleft()[1])
        return bytes(got)

    def flush(self) -> None:
        self._present()
        now = self._clock.monotonic()
        while self._arriving and self._arriving[0][0] <= now:
            self._arriving.popleft()

    def send_break(self, seconds: float) -> None:
        self._present()
        self._clock.sleep(seconds)

    def set_baud(self, baud: int) -> None:
        self._present()
        self._baud = baud

    @property
    def _byte_s(self) -> float:
        return BITS_PER_BYTE / self._baud

    def _present(self) -> None:
        if self.gone:
            self._arriving.clear()
            raise BusUnavailable(
                "the serial port is gone; look for the USB hub and the Type-C plug"
            )

    def _answer(self, answers: Iterable[tuple[float, bytes]]) -> None:
        start = self._clock.monotonic()
        for silence, data in answers:
            start += silence
            self._arrive(start, data)
            start += len(data) * self._byte_s

    def _arrive(self, start: float, data: bytes) -> None:
        for index, byte in enumerate(data, 1):
            if self.noise and self._random.random() < self.noise:
                byte ^= 1 << self._random.randrange(8)
            self._arriving.append((start + index * self._byte_s, byte))
