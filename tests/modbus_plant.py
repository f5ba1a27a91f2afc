"""A Modbus TCP host in virtual time, and what samples it: the real client, over a connection that
is only memory. What the host does with a request is a function of the test."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from wisgate.board.board import Placed
from wisgate.board.virtual_time import run
from wisgate.bus.lane import LoopLane
from wisgate.bus.tcp import TcpPeer
from wisgate.config.model import RegisterConfig, UnitConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Module, Reading
from wisgate.gateway.sampler import Sampled
from wisgate.gateway.turns import Turn, keep_sampling
from wisgate.gateway.walking import Holds
from wisgate.protocols.modbus_host import ModbusHost
from wisgate.protocols.modbus_tcp import HEADER, frame_size

HERE = Where("gateway.toml", 1)
SECONDS = 0.002
"""How long a prompt answer takes."""
HANG_UP = b""
"""The connection ends instead of an answer."""


@dataclass(frozen=True)
class Request:
    """Bytes of a request, and what it asks for."""

    frame: bytes

    @property
    def writes(self) -> bool:
        return self.frame[HEADER] > 4

    @property
    def unit(self) -> int:
        return self.frame[6]

    @property
    def address(self) -> int:
        return int.from_bytes(self.frame[8:10], "big")

    @property
    def count(self) -> int:
        return int.from_bytes(self.frame[10:12], "big")

    def answer(self, pdu: bytes) -> bytes:
        """The frame that answers it with `pdu`."""
        return self.frame[:4] + (len(pdu) + 1).to_bytes(2, "big") + self.frame[6:7] + pdu

    def words(self, *words: int) -> bytes:
        """The frame that brings these registers."""
        body = b"".join(word.to_bytes(2, "big") for word in words)
        return self.answer(self.frame[HEADER : HEADER + 1] + bytes([len(body)]) + body)

    def refusal(self, code: int) -> bytes:
        """The exception with this code."""
        return self.answer(bytes([self.frame[HEADER] | 0x80, code]))


Reaction = tuple[float, bytes] | None
"""After how many seconds what comes; None for silence."""


def own_number(request: Request) -> Reaction:
    """Every register shows the number of its unit, and takes any other."""
    if request.writes:
        return SECONDS, request.frame
    return SECONDS, request.words(*[request.unit] * request.count)


@dataclass
class VirtualHost:
    """Answers one request after the other, as its `reaction` says."""

    reaction: Callable[[Request], Reaction] = own_number
    heard: list[tuple[float, Request]] = field(default_factory=list)
    """Every request, and when it came, in seconds of the loop."""
    connections: int = 0

    def listen(self) -> None:
        """To whoever connects in the running loop, whatever the address."""
        loop: Any = asyncio.get_running_loop()

        async def connect(factory: Callable[[], asyncio.BufferedProtocol], *_: Any) -> Any:
            self.connections += 1
            protocol = factory()
            wire = _Wire(protocol, self)
            protocol.connection_made(wire)
            return wire, protocol

        loop.create_connection = connect


class _Wire(asyncio.Transport):
    def __init__(self, protocol: asyncio.BufferedProtocol, host: VirtualHost) -> None:
        socket = SimpleNamespace(setsockopt=lambda *_: None)
        super().__init__({"socket": socket})
        self._protocol, self._host, self._closed = protocol, host, False
        self._loop = asyncio.get_running_loop()

    def write(self, data: Any) -> None:
        if self._closed:
            return
        request = Request(bytes(data))
        self._host.heard.append((self._loop.time(), request))
        reaction = self._host.reaction(request)
        if reaction is not None:
            seconds, frame = reaction
            self._loop.call_later(seconds, self._bring, frame)

    def _bring(self, frame: bytes) -> None:
        if self._closed:
            return
        if frame == HANG_UP:
            self.abort()
            return
        buffer: Any = self._protocol.get_buffer(-1)
        buffer[: len(frame)] = frame
        self._protocol.buffer_updated(len(frame))

    def abort(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.call_soon(self._protocol.connection_lost, None)


def register(
    name: str, address: int = 0, table: str = "holding", encoding: str = "uint16", *,
    writable: bool = False, over: str = "",
) -> RegisterConfig:  # fmt: skip
    """As it stands in the file."""
    scale, unit = 1.0, ""
    return RegisterConfig(HERE, name, address, table, encoding, scale, unit, writable, over)


def unit_of_file(
    number: int, *registers: RegisterConfig, interval: float = 1.0, timeout: float = 0.5
) -> UnitConfig:
    """Unit `number` is called "u1"; without registers it has "level" at 0."""
    rows = registers or (register("level", writable=True),)
    return UnitConfig(HERE, number, f"u{number}", interval, timeout, rows)


class Plant:
    """A host with units, all in one turn of a sampling in virtual time. `alone` hides that it can
    be asked together."""

    def __init__(self, units: Sequence[UnitConfig], *, alone: bool = False) -> None:
        self.clock, self.counters, self.host = VirtualClock(), Counter[str](), VirtualHost()
        self.taken: list[tuple[float, Reading]] = []
        """Every reading, and when it was taken, in seconds."""
        self.peer = TcpPeer("10.0.0.5", 502, frame_size, self.clock)
        host = ModbusHost(self.peer, self.clock, units)
        module: Module = _Alone(host) if alone else host
        placed = Placed("10.0.0.5:502", "Modbus TCP", module, LoopLane("10.0.0.5:502"), ())
        self.sampled = Sampled(placed, self.clock, Holds(), self.counters)

    def play(self, story: Callable[[], Awaitable[None]]) -> None:
        """Sample them all the time, while the story is told."""
        run(self._main(story), self.clock)

    async def _main(self, story: Callable[[], Awaitable[None]]) -> None:
        self.host.listen()
        turn = Turn(self.sampled, tuple(self.sampled.placed.module.groups), 0.0)
        sampling = asyncio.create_task(keep_sampling(turn, self.clock, self._take, self.counters))
        try:
            await story()
        finally:
            sampling.cancel()
            await asyncio.wait([sampling])
            self.peer.close()
        assert sampling.cancelled()

    def _take(self, _: Sampled, readings: Sequence[Reading]) -> None:
        self.taken += [(self.clock.monotonic(), reading) for reading in readings]

    def last(self, name: str) -> tuple[float, Reading]:
        """When a channel was read last, and what."""
        return next((at, r) for at, r in reversed(self.taken) if r.name == name)

    @contextmanager
    def but(self, numbers: Sequence[int], reaction: Reaction) -> Iterator[None]:
        """Meanwhile these units do that, whatever they are asked."""
        before = self.host.reaction
        self.host.reaction = lambda asked: reaction if asked.unit in numbers else before(asked)
        yield
        self.host.reaction = before


class _Alone:
    """A host without what makes it a `Joint`."""

    def __init__(self, host: ModbusHost) -> None:
        self.groups = host.groups
        self.open, self.sample, self.write, self.close = (
            host.open, host.sample, host.write, host.close,
        )  # fmt: skip
