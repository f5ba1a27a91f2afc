"""A LIN bus with its transceiver on the end of a serial port: LIN 2.x and the TLE7259-3GE as the
modules sheet 4.7 gives them; written without looking at the client.

The port hears itself. Where several answer at once, a bit that one of them holds dominant is 0,
byte by byte from the begin of the answers. A break is any dominant level of 11 bits: `send_break`,
or a 0x00 at a lower rate. A level of 8 ms switches the transmitter off for the rest of it.

Not modelled: two commanders, an answer of the port that begins later than one of a node (both are
heard), tolerance of the baud rate, level and slope of the line, frames that the port neither sends
nor is asked for while it is not connected, event-triggered frames, diagnostic transport.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from functools import reduce
from itertools import zip_longest
from typing import NamedTuple

from ...core.clock import Clock
from ..uart import LineTwin
from .lin_nodes import Commander, Responder, protected

Piece = tuple[float, bytes]
_Answers = Sequence[tuple[Responder, bytes]]

SYNC = 0x55
BYTE_BITS = 10
BREAK_BITS, SENT_BREAK_BITS = 11, 13
"""What is heard as a break, and what a commander sends."""
DELIMITER_S = 0.05
"""How long a node waits for the sync byte after a break: a long slot of a schedule."""
SPACE_BITS = 4
"""Between a header and its answer."""
WAKE_S = 150e-6
"""The shortest dominant level that wakes."""
WAKE_PULSE = b"\xf0"
"""What a port makes of a pulse of 250 us at 19200 baud: start bit and four low ones."""
TRANSMITTER_OFF_S = 8e-3
"""The shortest time-out of TXD."""
KEPT_S = 1.0
"""What a commander said longer ago and nobody read is not made up for."""


class _State(Enum):
    IDLE = auto()
    SYNC = auto()
    IDENTIFIER = auto()
    RESPONSE = auto()


class _Header(NamedTuple):
    """A header of the commander that no node answered: the port may, until the next one."""

    end: float
    until: float
    identifier: int


class LinBus(LineTwin):
    """One bus. `connected` says whether the transceiver is in normal mode and has
    its supply; without it nothing is heard and nothing sent. Threads: lane only."""

    def __init__(
        self, clock: Clock, baud: int = 19200, connected: Callable[[], bool] = lambda: True
    ) -> None:
        self.nodes: list[Responder] = []
        self.commander: Commander | None = None
        self._clock, self._baud, self._connected = clock, baud, connected
        self._stuck = False
        self._unasked: list[Piece] = []
        self._state = _State.IDLE
        self._broken_at = 0.0
        self._identifier = 0
        self._response = b""
        self._headers: deque[_Header] = deque(maxlen=32)

    @property
    def stuck(self) -> bool:
        """A fault: the line is held dominant, a short to ground."""
        return self._stuck

    @stuck.setter
    def stuck(self, stuck: bool) -> None:
        if stuck and not self._stuck and self._connected():
            self._unasked.append((self._clock.monotonic(), b"\x00"))
        self._stuck = stuck

    def add(self, node: Responder) -> None:
        """Connect a responder and power it."""
        node.power_up(self._clock.monotonic())
        self.nodes.append(node)

    def wake_up(self) -> None:
        """A node pulls the line low to wake everybody."""
        now = self._clock.monotonic()
        if not self._stuck:
            self._wake(now)
            self._unasked.append((now, WAKE_PULSE if self._connected() else b"\x00"))

    def sent(self, data: bytes, baud: int) -> Iterable[Piece]:
        if self._stuck or not self._connected():
            return ()
        took = len(data) * BYTE_BITS / baud
        begin = self._clock.monotonic() - took
        self._answer_of_the_port(begin)
        for index, byte in enumerate(data, 1):
            end = begin + index * BYTE_BITS / baud
            if self._byte(byte, baud, end) and (answers := self._answers(self._identifier, end)):
                left, self._state = data[index:], _State.IDLE
                line = self._mixed(self._identifier, answers, left, end)
                echo = data[:index] + line[: len(left)]
                return (-took, echo), (SPACE_BITS / self._baud, line[len(left) :])
        return ((-took, data),)

    def held(self, seconds: float) -> Iterable[Piece]:
        if self._stuck or not self._connected():
            return ()
        low = min(seconds, TRANSMITTER_OFF_S)
        self._dominant(low, self._clock.monotonic() - seconds + low)
        return ((-seconds, b"\x00"),)

    def spoken(self, until: float) -> Iterable[Piece]:
        if self._unasked and self._unasked[0][0] <= until:
            return (self._unasked.pop(0),)
        commander = self.commander
        if commander is None or commander.asleep:
            return ()
        commander.catch_up(self._clock.monotonic() - KEPT_S)
        if self._stuck or not self._connected():
            commander.catch_up(until)
            return ()
        return self._frame(commander) if commander.next_at <= until else ()

    def _frame(self, commander: Commander) -> Sequence[Piece]:
        """A frame of the commander, with its own response or those of nodes."""
        bit, begin = 1 / self._baud, commander.next_at
        identifier, own = commander.step()
        sync = begin + (SENT_BREAK_BITS + 1) * bit
        end = sync + 2 * BYTE_BITS * bit
        for node in self.nodes:
            node.wake(sync)
        self._state = _State.IDLE
        header = (begin, b"\x00"), (sync, bytes([SYNC, protected(identifier)]))
        line = self._mixed(identifier, self._answers(identifier, end), own or b"", end)
        if not line:
            self._headers.append(_Header(end, commander.next_at, identifier))
            return header
        if own is None:
            commander.hear(identifier, line)
        return *header, (end + SPACE_BITS * bit, line)

    def _answers(self, identifier: int, now: float) -> _Answers:
        """What nodes put on the line after a header."""
        asked = ((node, node.answer(identifier, now)) for node in self.nodes)
        return [(node, answer) for node, answer in asked if answer is not None]

    def _mixed(self, identifier: int, answers: _Answers, other: bytes, now: float) -> bytes:
        """What is on the line when nodes answer and `other` is sent at the same time."""
        line = _wired_and([answer for _node, answer in answers] + [other])
        for node, answer in answers:
            node.errors += line[: len(answer)] != answer
        self._pass_on(identifier, line, now)
        return line

    def _pass_on(self, identifier: int, response: bytes, now: float) -> None:
        for node in self.nodes:
            if node.takes.get(identifier) == len(response) - 1:
                node.hear(identifier, response, now)

    def _answer_of_the_port(self, begin: float) -> None:
        """What the port sends from `begin` on may be its answer to a header of the commander."""
        for header in self._headers:
            if header.end <= begin + 1e-9 and begin < header.until:
                self._headers.remove(header)
                self._state, self._identifier = _State.RESPONSE, header.identifier
                self._response = b""
                return

    def _byte(self, byte: int, baud: int, end: float) -> bool:
        """Whether this byte of the port ends a good header."""
        for node in self.nodes:
            node.notice(end)
        self._dominant(min(_low_bits(byte) / baud, TRANSMITTER_OFF_S), end)
        if baud != self._baud:
            self._state = _State.SYNC if self._broken_at == end else _State.IDLE
        elif self._state is _State.SYNC:
            late = end - self._broken_at > DELIMITER_S
            self._state = _State.IDLE if late or byte != SYNC else _State.IDENTIFIER
        elif self._state is _State.IDENTIFIER:
            self._identifier, self._response = byte & 0x3F, b""
            good = protected(self._identifier) == byte
            self._state = _State.RESPONSE if good else _State.IDLE
            return good
        elif self._state is _State.RESPONSE:
            self._collect(byte, end)
        return False

    def _collect(self, byte: int, now: float) -> None:
        self._response += bytes([byte])
        self._pass_on(self._identifier, self._response, now)
        if self.commander is not None:
            self.commander.hear(self._identifier, self._response)

    def _dominant(self, seconds: float, end: float) -> None:
        if seconds >= WAKE_S:
            self._wake(end)
        if seconds >= BREAK_BITS / self._baud:
            self._state, self._broken_at = _State.SYNC, end

    def _wake(self, now: float) -> None:
        for node in self.nodes:
            node.wake(now)
        if self.commander is not None:
            self.commander.wake(now)


def _low_bits(byte: int) -> int:
    """The longest dominant level in a byte as it is sent: start bit, eight bits lowest first."""
    sent = "0" + f"{byte:08b}"[::-1]
    return max(len(run) for run in sent.split("1"))


def _wired_and(answers: Sequence[bytes]) -> bytes:
    """What is on a line that everybody can pull low."""
    columns = zip_longest(*answers, fillvalue=0xFF)
    return bytes(reduce(int.__and__, column) for column in columns)
