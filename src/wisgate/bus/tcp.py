"""A TCP connection to a host that answers frames: opened when it is needed, left alone while it
cannot be, and opened again."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from ..core.clock import Clock
from ..core.errors import NoAnswer, UnexpectedValue, Unreachable
from .peer import Question

CONNECT_S = 3.0
"""How long a host may take to accept a connection."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""How long a host that was not reached is left alone: twice as long after each time."""
MOST_SILENCES = 2
"""Answers in a row that may be missing before the connection itself is held for dead."""
BUFFER = 8192
"""Bytes; far more than a host that answers one question at a time has to say."""

FrameSize = Callable[[memoryview], int]
"""Bytes of the frame at the beginning, 0 while that cannot be told. Raises UnexpectedValue when
what stands there is no frame."""


class TcpPeer:
    """The `Peer` contract over TCP. Threads: the event loop only."""

    def __init__(self, host: str, port: int, frame_size: FrameSize, clock: Clock) -> None:
        self.name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.passed_over = 0
        """Frames that answered nothing that was asked: late ones, and those of others."""
        self._host, self._port, self._frame_size = host, port, frame_size
        self._clock = clock
        self._connecting = asyncio.Lock()
        self._open: _Connection | None = None
        self._failures, self._not_before, self._why = 0, 0.0, ""

    async def ask(self, question: Question, *, again: bool = False) -> bytes:
        while True:
            connection, old = await self._connected()
            await connection.ask([question], at_once=True)
            if question.answer is not None:
                return question.answer
            if question.silent:
                raise NoAnswer(f"{self.name}: no answer within {question.patience:g} s")
            if question.asked is not None:
                if not (again and old):
                    raise self._unreachable(connection.ended)
                again, question.asked = False, None

    async def ask_all(self, questions: Sequence[Question]) -> None:
        if questions:
            connection, _ = await self._connected()
            await connection.ask(questions, at_once=False)

    def close(self) -> None:
        if self._open is not None:
            self._open.end("it was closed")
        self._open = None

    async def _connected(self) -> tuple[_Connection, bool]:
        """A connection, and whether it was there before."""
        async with self._connecting:
            if self._open is not None and not self._open.ended:
                return self._open, True
            return await self._connect(), False

    def _pass_over(self) -> None:
        self.passed_over += 1

    async def _connect(self) -> _Connection:
        if self._clock.monotonic() < self._not_before:
            raise self._unreachable(self._why)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                transport, connection = await loop.create_connection(
                    lambda: _Connection(self._frame_size, self._pass_over, self._clock),
                    self._host,
                    self._port,
                )
        except OSError as error:  # TimeoutError is one
            self._failures += 1
            pause = min(FIRST_PAUSE_S * 2.0 ** (self._failures - 1), LONGEST_PAUSE_S)
            self._not_before = self._clock.monotonic() + pause
            self._why = _reason(error)
            raise self._unreachable(self._why) from None
        with suppress(OSError):  # what follows a request must not wait for its acknowledgement
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._failures, self._open = 0, connection
        return connection

    def _unreachable(self, why: str) -> Unreachable:
        cure = "check the address, the network and whether it listens there"
        return Unreachable(f"{self.name}: no connection: {why}; {cure}")


class _Round:
    """Questions of one who waits until each has its end."""

    def __init__(self, left: int, over: asyncio.Future[None]) -> None:
        self.left, self.over = left, over

    def count(self) -> None:
        """One more has."""
        self.left -= 1
        if not self.left and not self.over.done():
            self.over.set_result(None)


_Waiting = tuple[Question, _Round]


class _Connection(asyncio.BufferedProtocol):
    """One connection as long as it lasts. The next question leaves as soon as the answer to the one
    before is there, before anybody looks at that, but after all that came with it: nothing of that
    answers what was not asked yet. Threads: the event loop only."""

    def __init__(self, frame_size: FrameSize, pass_over: Callable[[], None], clock: Clock) -> None:
        self.ended = ""
        """Why it is over; "" while it is not."""
        self._frame_size, self._pass_over, self._clock = frame_size, pass_over, clock
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer, self._filled = memoryview(bytearray(BUFFER)), 0
        self._asked: _Waiting | None = None
        self._at_once: deque[_Waiting] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._silences = 0

    async def ask(self, questions: Sequence[Question], *, at_once: bool) -> None:
        """Return when each has an answer, or none came in time, or the connection has ended."""
        mine = _Round(len(questions), self._loop.create_future())
        waiting = self._at_once if at_once else self._waiting
        waiting.extend((question, mine) for question in questions)
        if self._asked is None:
            self._go_on()
        try:
            await mine.over
        finally:
            if self._asked is not None and self._asked[1] is mine:  # nobody waits any more
                self._go_on()

    def end(self, why: str) -> None:
        """Close it at once."""
        self.ended = self.ended or why
        self._give_up()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self.ended or (_reason(exc) if exc is not None else "it was closed")
        self._give_up()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        start = 0
        try:
            while start < self._filled:
                size = self._frame_size(self._buffer[start : self._filled])
                if not 0 < size <= self._filled - start:
                    break
                self._take(bytes(self._buffer[start : start + size]))
                start += size
        except UnexpectedValue as error:
            self.end(str(error))
            return
        if start:
            rest = bytes(self._buffer[start : self._filled])
            self._buffer[: len(rest)] = rest
            self._filled = len(rest)
        if self._asked is None:
            self._go_on()

    def _take(self, frame: bytes) -> None:
        if self._asked is not None and self._asked[0].accepts(frame):
            question = self._asked[0]
            question.answer, question.answered = frame, self._clock.monotonic()
            self._silences = 0
            self._settle()
        else:
            self._pass_over()

    def _watch(self) -> None:
        """Until the deadline. One timer for many questions: nearly all are answered before."""
        if self._timer is None or self._timer.when() > self._deadline:
            self._unwatch()
            self._timer = self._loop.call_at(self._deadline, self._look)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """The timer is over, which was set for this question or one before."""
        over, self._timer = self._timer, None
        if self._asked is None or over is None:
            return
        if over.when() < self._deadline:
            self._watch()
        else:
            self._fall_silent()

    def _fall_silent(self) -> None:
        self._silences += 1
        if self._asked is not None:
            self._asked[0].silent = True
        if self._silences >= MOST_SILENCES:
            self.end("it fell silent")
        else:
            self._give_up()

    def _settle(self) -> None:
        """Nothing more comes to what was asked."""
        if self._asked is not None:
            self._asked[1].count()
        self._asked = None

    def _give_up(self) -> None:
        """No answer comes to what was asked."""
        self._unwatch()
        self._settle()
        self._go_on()

    def _go_on(self) -> None:
        """Ask what waits first."""
        self._asked = None
        while waiting := self._at_once or self._waiting:
            question, of = waiting.popleft()
            if of.over.done():  # nobody waits for it any more
                continue
            if self.ended or self._transport is None:
                of.count()
                continue
            self._asked, question.asked = (question, of), self._clock.monotonic()
            self._transport.write(question.request)
            self._deadline = self._loop.time() + question.patience
            self._watch()
            return


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_S:g} s"
    if not isinstance(error, OSError) or error.errno is None:
        return str(error) or type(error).__name__
    if isinstance(error, socket.gaierror):
        return "no address is known of this name"
    text = os.strerror(error.errno)  # asyncio says "connect call failed" of everything
    return text[0].lower() + text[1:]
