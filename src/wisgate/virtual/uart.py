"""A virtual serial port with twins on the other end of the line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from operator import itemgetter
from random import Random
from typing import Protocol

from ..core.clock import Clock
from ..core.errors import BusUnavailable

BITS_PER_BYTE = 10
"""Start, eight data bits, stop."""
BUFFER = 4096
"""Bytes that wait to be read; the host throws away what comes beyond."""


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


class LineTwin(ABC):
    """A twin that hears the line itself, at any baud rate, breaks included, and may speak unasked.

    What `sent` and `held` return begins now; a first piece with a negative silence began that long
    ago: what the port hears while it sends.
    """

    @abstractmethod
    def sent(self, data: bytes, baud: int) -> Iterable[tuple[float, bytes]]:
        """Take what was sent in one go, whose last bit has just left."""

    @abstractmethod
    def held(self, seconds: float) -> Iterable[tuple[float, bytes]]:
        """The line was held at its dominant level for that long, until now."""

    @abstractmethod
    def spoken(self, until: float) -> Iterable[tuple[float, bytes]]:
        """The next thing that it says unasked and that begins before `until`, each piece with its
        begin, both in monotonic seconds; nothing if it stays silent till then."""


class VirtualUart:
    """The `Uart` contract. `gone`, `silent`, `noise` and `echo` are its faults; `guard` is held
    while twins work, who look at the world. Threads: lane only.

    Bytes take their time at the baud rate. Bytes of several twins at one time come in the order of
    their ends; a bus on which they collide is a twin of its own (see `units.lin`). Not modelled:
    parity, framing errors (a twin of another baud rate hears nothing).
    """

    def __init__(self, clock: Clock, baud: int = 9600, *, seed: int = 1) -> None:
        self.twins: list[SerialTwin | LineTwin] = []
        self.guard: AbstractContextManager[object] = nullcontext()
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
        self._listen(self._clock.monotonic(), BUFFER)
        if self.echo:
            self._arrive(sent, data)
        if self.silent:
            return
        for twin in self.twins:
            if isinstance(twin, LineTwin):
                with self.guard:
                    answers = tuple(twin.sent(data, self._baud))
            elif twin.baud in (None, self._baud):
                with self.guard:
                    answers = tuple(twin.received(data))
            else:
                continue
            self._answer(answers)

    def read(self, count: int, timeout: float) -> bytes:
        self._present()
        deadline = self._clock.monotonic() + timeout
        self._listen(deadline, count)
        if len(self._arriving) >= count:
            until = min(deadline, self._arriving[count - 1][0])
        else:
            until = deadline
        self._clock.sleep(max(0.0, until - self._clock.monotonic()))
        self._present()
        now = self._clock.monotonic() + 1e-9  # the clock counts whole nanoseconds
        got, arriving = bytearray(), self._arriving
        while arriving and len(got) < count and arriving[0][0] <= now:
            got.append(arriving.popleft()[1])
        return bytes(got)

    def flush(self) -> None:
        self._present()
        now = self._clock.monotonic()
        self._listen(now, BUFFER)
        while self._arriving and self._arriving[0][0] <= now:
            self._arriving.popleft()

    def send_break(self, seconds: float) -> None:
        self._present()
        self._clock.sleep(seconds)
        self._listen(self._clock.monotonic(), BUFFER)
        for twin in () if self.silent else self.twins:
            if isinstance(twin, LineTwin):
                with self.guard:
                    answers = tuple(twin.held(seconds))
                self._answer(answers)

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

    def _listen(self, until: float, count: int) -> None:
        """Take in what twins say unasked before `until`, till `count` bytes wait."""
        while len(self._arriving) < count:
            with self.guard:
                heard = [
                    piece
                    for twin in self.twins
                    if isinstance(twin, LineTwin)
                    for piece in twin.spoken(until)
                ]
            if not heard:
                return
            for start, data in heard:
                if not self.silent:
                    self._arrive(start, data)

    def _arrive(self, start: float, data: bytes) -> None:
        last = self._arriving[-1][0] if self._arriving else start
        arriving, noise, byte_s = self._arriving, self.noise, self._byte_s
        for index, byte in enumerate(data[: BUFFER - len(arriving)], 1):
            if noise and self._random.random() < noise:
                byte ^= 1 << self._random.randrange(8)
            arriving.append((start + index * byte_s, byte))
        if start < last:
            self._arriving = deque(sorted(self._arriving, key=itemgetter(0)))
