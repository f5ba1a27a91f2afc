"""A bus that writes down what passes, in the notation of transcripts, and counts it.

    41: 00 01 9B           written            70: 35 17 !            not acknowledged
    41: 01 -> 07 D0        written and read   wait 1172 us           nothing for that long
    70: -> 66 66 93        read               # BusTimeout …         any other failure

Written to a sink (a file), a session with real hardware becomes a transcript to replay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..core.clock import Clock
from ..core.errors import BusError, NoAcknowledge
from .i2c import I2c
from .lane import Lane
from .uart import Uart

LOG = logging.getLogger(__name__)

Sink = Callable[[str], None]
"""Takes one line, without its end."""

BITS_PER_BYTE = 9
"""Eight bits and the acknowledge. NXP UM10204, 3.1.5."""
FRAME_BITS = 2
"""START and STOP, about one clock each; a repeated START is one more."""

T = TypeVar("T")


@dataclass
class Counters:
    """What passed since the start. Bytes include addresses; bus seconds are computed from bytes
    and clock rate, so that they hold for twins too. Threads: lane only."""

    transactions: int = 0
    failures: int = 0
    bytes: int = 0
    bus_seconds: float = 0.0


class TracedI2c:
    """Any I2C bus, traced. Threads: lane only.

    Without a sink, lines go to this module's log at DEBUG, and cost nothing while that is off.
    `rate` is the clock of the bus in Hz.
    """

    def __init__(
        self,
        bus: I2c,
        clock: Clock,
        sink: Sink | None = None,
        *,
        name: str = "i2c",
        rate: float = 100_000,
    ) -> None:
        self.counters = Counters()
        self._bus = bus
        self._bit_s = 1 / rate
        self._lines = _Lines(clock, sink, name)

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        """See `I2c.transfer`."""
        self._count(len(write), read)
        lines = self._lines
        if not lines.wanted:
            return self._counted(address, write, read)
        lines.pause()
        sent = f"{address:02X}:{_spaced(write)}"
        try:
            answer = self._counted(address, write, read)
        except NoAcknowledge:
            lines.put(f"{sent}{' ->' if read else ''} !")
            raise
        except Exception as error:
            lines.put(_failure(f"{sent}{f' -> {read} bytes' if read else ''}", error))
            raise
        lines.put(f"{sent} ->{_spaced(answer)}" if read else sent)
        return answer

    def _counted(self, address: int, write: bytes, read: int) -> bytes:
        try:
            return self._bus.transfer(address, write, read)
        except BusError:
            self.counters.failures += 1
            raise

    def _count(self, written: int, read: int) -> None:
        both = 1 if written and read else 0
        size = 1 + both + written + read
        counters = self.counters
        counters.transactions += 1
        counters.bytes += size
        counters.bus_seconds += (size * BITS_PER_BYTE + FRAME_BITS + both) * self._bit_s


class TracedUart:
    """Any serial port, traced: `> 01 03` sent, `< 01 83` received; nothing is written out while
    nobody wants lines. Threads: lane only."""

    def __init__(
        self, uart: Uart, clock: Clock, sink: Sink | None = None, *, name: str = "uart"
    ) -> None:
        self.counters = Counters()
        self._uart = uart
        self._lines = _Lines(clock, sink, name)

    @property
    def baud(self) -> int:
        return self._uart.baud

    def write(self, data: bytes) -> None:
        """See `Uart.write`."""
        self._tell(lambda: self._uart.write(data), lambda: f">{_spaced(data)}")
        self._count(len(data))

    def read(self, count: int, timeout: float) -> bytes:
        """See `Uart.read`. A `wait` before what came includes the time until it came; nothing
        received writes no line."""
        try:
            data = self._uart.read(count, timeout)
        except BusError as error:
            self._failed(f"< {count} bytes", error)
            raise
        if data:
            if self._lines.wanted:
                self._lines.pause()
                self._lines.put(f"<{_spaced(data)}")
            self._count(len(data))
        return data

    def flush(self) -> None:
        """See `Uart.flush`."""
        self._tell(self._uart.flush, lambda: "# flush")

    def send_break(self, seconds: float) -> None:
        """See `Uart.send_break`."""
        self._tell(lambda: self._uart.send_break(seconds), lambda: f"# break {_us(seconds)} us")

    def set_baud(self, baud: int) -> None:
        """See `Uart.set_baud`."""
        self._tell(lambda: self._uart.set_baud(baud), lambda: f"# baud {baud}")

    def _tell(self, act: Callable[[], None], line: Callable[[], str]) -> None:
        wanted = self._lines.wanted
        if wanted:
            self._lines.pause()
        try:
            act()
        except BusError as error:
            self._failed(line(), error)
            raise
        if wanted:
            self._lines.put(line())

    def _failed(self, line: str, error: BusError) -> None:
        self.counters.failures += 1
        self._lines.put(_failure(line, error))

    def _count(self, size: int) -> None:
        self.counters.transactions += 1
        self.counters.bytes += size
        self.counters.bus_seconds += size * 10 / self._uart.baud


class TracedLane:
    """Any lane, its jobs timed. `longest_hold` is in seconds: what the clock showed, or what the
    traced bus would have needed, whichever is more (a twin answers in no time). Threads: any."""

    def __init__(self, lane: Lane, clock: Clock, counters: Counters | None = None) -> None:
        self.name = lane.name
        self.jobs = 0
        self.longest_hold = 0.0
        self._lane = lane
        self._clock = clock
        self._counters = counters or Counters()

    @property
    def busy_s(self) -> float:
        """See `Lane`."""
        return self._lane.busy_s

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        """See `Lane.run`."""
        return await self._lane.run(lambda: self._timed(job), urgent=urgent)

    async def close(self) -> None:
        """See `Lane.close`."""
        await self._lane.close()

    def _timed(self, job: Callable[[], T]) -> T:
        start, bus = self._clock.monotonic(), self._counters.bus_seconds
        try:
            return job()
        finally:
            elapsed = self._clock.monotonic() - start
            self.jobs += 1
            self.longest_hold = max(self.longest_hold, elapsed, self._counters.bus_seconds - bus)


class _Lines:
    """Where the lines go, and how long nothing happened between two."""

    def __init__(self, clock: Clock, sink: Sink | None, name: str) -> None:
        self._clock = clock
        self._sink = sink
        self._name = name
        self._last: float | None = None

    @property
    def wanted(self) -> bool:
        return self._sink is not None or LOG.isEnabledFor(logging.DEBUG)

    def pause(self) -> None:
        """Before something happens: write down how long nothing did."""
        if self._last is not None and (waited := _us(self._clock.monotonic() - self._last)) > 0:
            self._write(f"wait {waited} us")

    def put(self, line: str) -> None:
        self._write(line)
        self._last = self._clock.monotonic()

    def _write(self, line: str) -> None:
        if self._sink is not None:
            self._sink(line)
        else:
            LOG.debug("%s %s", self._name, line)


def _spaced(data: bytes) -> str:
    return " " + data.hex(" ").upper() if data else ""


def _us(seconds: float) -> int:
    return round(seconds * 1e6)


def _failure(line: str, error: Exception) -> str:
    """A comment in the notation; the transaction is in it, because it cannot be replayed."""
    return f"# {type(error).__name__} at {line}: {error}"
