"""The CAN side of an MCP2518FD: modes, error counters, the transmit queue, receiving FIFOs.

A node of the bus; what it is told and what it receives stands in the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from ...core.clock import Clock
from ...registers import mcp2518fd as codes
from ...registers.mcp2518fd import Event, Mode
from ..can import CanBus, CanFrame, Outcome
from .mcp2518fd_memory import Memory

QUIET_BITS, RECOVERY_BITS = 11, 128 * 11
"""Recessive bits before a node takes part, and before it is back from bus-off. ISO 11898-1."""
WARNING, PASSIVE, OFF = 96, 128, 256
ADVANCE, REQUEST, RESTART, ABORT_ALL = 0x100, 0x200, 0x400, 1 << 27
REQUESTS = 0x030
"""C1TXREQ."""
TALKING = (Mode.NORMAL_FD, Mode.NORMAL_20)
POSSIBLE = (*TALKING, Mode.LISTEN_ONLY, Mode.INTERNAL_LOOPBACK, Mode.CONFIGURATION)


@dataclass
class Fifo:
    """A ring of objects that are received: `used` of them wait from `tail` on."""

    tail: int = 0
    used: int = 0
    overflow: bool = False


@dataclass
class Queue:
    """Objects to be sent: those that are `loaded`, and where the next one is written."""

    index: int = 0
    loaded: list[int] = field(default_factory=list)
    requested: bool = False
    aborted: bool = False
    error: bool = False
    exhausted: bool = False
    attempts: int = 0


class Controller:
    """Without an oscillator that `runs` no mode changes. Threads: lane only."""

    def __init__(
        self, clock: Clock, bus: CanBus, store: bytearray, runs: Callable[[], bool]
    ) -> None:
        self._clock, self._bus, self._runs = clock, bus, runs
        self._memory = Memory(store)
        self.reset()

    def reset(self) -> None:
        """Configuration mode, and nothing waits."""
        self.mode = Mode.CONFIGURATION
        self._target, self._change_at = Mode.CONFIGURATION, 0.0
        self._flags = Event(0)
        self._restart()

    def _restart(self) -> None:
        self._sent_errors = self._seen_errors = 0
        self._off_since: float | None = None
        self._queue = Queue()
        self._fifos = [Fifo() for _ in range(32)]

    # What the chip tells it.

    def control(self, value: int, written: int) -> None:
        """C1CON was written."""
        if written & ABORT_ALL and self._queue.requested:
            self._queue.requested, self._queue.aborted = False, True
        target = Mode(value >> 24 & 7)
        if target is not self._target:
            self._target = target
            quiet = 0.0 if target is Mode.INTERNAL_LOOPBACK else QUIET_BITS * self._memory.bit_s()
            self._change_at = self._clock.monotonic() + quiet

    def command(self, number: int, written: int) -> None:
        """UINC, TXREQ and FRESET of the queue (0) or of a FIFO."""
        if self.mode is Mode.CONFIGURATION:
            return
        if number == 0:
            self._command_queue(written)
        elif written & RESTART:
            self._fifos[number] = Fifo()
        elif written & ADVANCE and self._fifos[number].used:
            fifo = self._fifos[number]
            fifo.tail, fifo.used = (fifo.tail + 1) % self._memory.objects(number), fifo.used - 1

    def clear(self, flags: int) -> None:
        """Flags that were cleared by writing 0."""
        self._flags &= ~flags

    def clear_overflow(self, number: int, cleared: int) -> None:
        """The flag of a FIFO, cleared by writing 0."""
        if cleared & 8:
            self._fifos[number].overflow = False

    def settle(self) -> None:
        """Let happen what was due by now."""
        self._bus.settle()
        while self.mode is Mode.INTERNAL_LOOPBACK and (frame := self._next()) is not None:
            self._sent(frame)
            self._keep(frame)

    def register(self, address: int) -> int | None:
        """A register that tells how it stands; None for those that only keep what was written."""
        if address == codes.Control.address:
            return self._memory.word(address) & ~0x00E0_0000 | self.mode << 21
        if address == codes.ErrorCounts.address:
            return self._errors()
        if address == REQUESTS:
            return int(self._queue.requested)
        number, kind = divmod(address - codes.QueueControl.address, codes.FIFO_STEP)
        if not 0 <= number < len(self._fifos) or kind == 0:
            return None
        if kind == 4:
            return self._fifo_status(number) if number else self._queue_status()
        return self._memory.place(number, self._fifos[number].tail if number else self._queue.index)

    def flags(self) -> int:
        """C1INT, lower half."""
        flags = int(self._flags)
        for number, fifo in enumerate(self._fifos):
            if fifo.used or fifo.overflow:
                enabled = self._memory.word(self._memory.control(number))
                status = self._fifo_status(number) & enabled
                flags |= Event.RECEIVE if status & 7 else 0
                flags |= Event.OVERFLOW if status & 8 else 0
        enabled = self._memory.word(codes.QueueControl.address)
        return flags | (Event.TRANSMIT if self._queue_status() & enabled & 0x15 else 0)

    # What the bus asks of it.

    @property
    def rates(self) -> tuple[float, float] | None:
        """Bits per second; none while it takes no part."""
        if self._off_since is not None or self.mode not in (*TALKING, Mode.LISTEN_ONLY):
            return None
        return 1 / self._memory.bit_s(), 1 / self._memory.payload_bit_s()

    @property
    def active(self) -> bool:
        return self.mode in TALKING

    @property
    def knows_fd(self) -> bool:
        return self.mode is not Mode.NORMAL_20

    def wakes(self) -> float:
        changes = self._change_at if self._target is not self.mode else inf
        return min(changes, self._back_at())

    def arrive(self, at: float) -> None:
        if self._target is not self.mode and at >= self._change_at - 1e-9 and self._runs():
            self._enter(self._target)
        if at >= self._back_at() - 1e-9:
            self._sent_errors, self._seen_errors, self._off_since = 0, 0, None

    def offers(self, at: float) -> CanFrame | None:
        return self._next() if self.mode in TALKING else None

    def attempted(self, frame: CanFrame, outcome: Outcome, at: float) -> bool:
        if outcome is Outcome.SENT:
            self._sent(frame)
            self._count(sent=-1)
            return True
        self._flags |= Event.INVALID_MESSAGE
        self._queue.error = True
        self._queue.attempts += 1
        limit = self._attempts()
        if limit is not None and self._queue.attempts >= limit:
            self._queue.requested, self._queue.exhausted = False, True
        # Nobody's acknowledge does not lead beyond error passive. ISO 11898-1, 12.1.4.2.
        if outcome is Outcome.BIT_ERROR or self._sent_errors < PASSIVE:
            return self._count(sent=8, at=at)
        return not self._queue.requested

    def received(self, frame: CanFrame, at: float) -> None:
        self._count(seen=-1)
        self._keep(frame)

    def disturbed(self, at: float) -> bool:
        self._flags |= Event.INVALID_MESSAGE
        return self.mode in TALKING and self._count(seen=1)

    # Inside.

    def _back_at(self) -> float:
        """When bus-off ends."""
        if self._off_since is None or self._bus.shorted:
            return inf
        since = max(self._off_since, self._bus.clear_since)
        return since + RECOVERY_BITS * self._memory.bit_s()

    def _enter(self, mode: Mode) -> None:
        if mode not in POSSIBLE:
            return
        if Mode.CONFIGURATION in (mode, self.mode):
            self._restart()
        self.mode = mode
        self._flags |= Event.MODE_CHANGE

    def _count(self, *, sent: int = 0, seen: int = 0, at: float = 0.0) -> bool:
        before, counts = self._errors() >> 16, (self._sent_errors, self._seen_errors)
        self._sent_errors = max(0, self._sent_errors + sent)
        self._seen_errors = max(0, min(PASSIVE, self._seen_errors + seen))
        if self._sent_errors >= OFF:
            self._off_since = at
        if self._errors() >> 16 != before:
            self._flags |= Event.BUS_ERROR
        return counts != (self._sent_errors, self._seen_errors)

    def _errors(self) -> int:
        sent, seen = min(self._sent_errors, 255), self._seen_errors
        off = self._off_since is not None or self.mode is Mode.CONFIGURATION
        bits = (
            max(sent, seen) >= WARNING, seen >= WARNING, sent >= WARNING,
            seen >= PASSIVE, sent >= PASSIVE, off,
        )  # fmt: skip
        return sum(bit << place for place, bit in enumerate(bits, 16)) | sent << 8 | seen

    def _command_queue(self, written: int) -> None:
        if written & RESTART:
            self._queue = Queue()
        queue = self._queue
        if written & ADVANCE and queue.index not in queue.loaded:
            queue.loaded.append(queue.index)
            count = self._memory.objects(0)
            ring = ((queue.index + step) % count for step in range(count))
            queue.index = next((n for n in ring if n not in queue.loaded), queue.index)
        if written & REQUEST and queue.loaded:
            queue.requested, queue.attempts = True, 0
            queue.aborted = queue.error = queue.exhausted = False

    def _next(self) -> CanFrame | None:
        """The lowest identifier that waits in the queue."""
        if not self._queue.requested:
            return None
        return min((self._memory.frame(slot) for slot in self._queue.loaded), key=CanFrame.order)

    def _sent(self, frame: CanFrame) -> None:
        queue = self._queue
        slot = next((slot for slot in queue.loaded if self._memory.frame(slot) == frame), None)
        if slot is None:  # it was taken back meanwhile
            return
        if queue.index in queue.loaded:  # the queue was full
            queue.index = slot
        queue.loaded.remove(slot)
        queue.requested, queue.attempts = bool(queue.loaded), 0

    def _attempts(self) -> int | None:
        if not self._memory.word(codes.Control.address) & 1 << 16:
            return None
        return {0: 1, 1: 3}.get(self._memory.word(codes.QueueControl.address) >> 21 & 3)

    def _keep(self, frame: CanFrame) -> None:
        """A frame goes into the FIFO that wants it, if there is room."""
        found = self._memory.filter(frame)
        if found is None:
            return
        number, hit = found
        fifo, room = self._fifos[number], self._memory.objects(number)
        if fifo.used >= room:
            fifo.overflow = True
        else:
            self._memory.put(frame, number, (fifo.tail + fifo.used) % room, hit)
            fifo.used += 1

    def _queue_status(self) -> int:
        queue = self._queue
        full = len(queue.loaded) >= self._memory.objects(0)
        bits = (not full, False, not queue.loaded, False, queue.exhausted, queue.error, False,
                queue.aborted)  # fmt: skip
        return sum(bit << place for place, bit in enumerate(bits)) | queue.index << 8

    def _fifo_status(self, number: int) -> int:
        fifo, room = self._fifos[number], self._memory.objects(number)
        bits = (fifo.used > 0, 2 * fifo.used >= room, fifo.used >= room, fifo.overflow)
        index = (fifo.tail + fifo.used) % room
        return sum(bit << place for place, bit in enumerate(bits)) | index << 8
