"""Sparkplug sink: the gateway as an edge node whose metrics are its points and alarms.

Sparkplug demands QoS 0 for data, which nobody acknowledges. So every batch is followed by
subscribing once more to our own commands: a broker answers packets of a connection in their order
(decision 0016), and its answer says that it has all of them. What was under way when a connection
breaks is sent again, as history, after the next birth.

Source: Eclipse Sparkplug 3.0.0; sections in brackets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

import aiomqtt
import msgspec

from ...config.sinks.sparkplug import SparkplugConfig
from ...core.clock import Clock, SystemClock
from ...core.complaints import Complaints
from ...core.errors import SinkError, SinkRefused
from ...mqtt.connection import Connection
from ...mqtt.message import Message
from ...store.records import Entry
from .base import Access
from .sparkplug_node import MS, REBIRTH, Node, death

log = logging.getLogger(__name__)

NUMBERS = 256
"""Sequence and birth numbers begin again after so many (6.4.19)."""


class _HostState(msgspec.Struct):
    """What a host application says of itself (6.4.27)."""

    online: bool
    timestamp: int


class SparkplugSink:
    """One edge node. Threads: the event loop only."""

    def __init__(
        self, config: SparkplugConfig, gateway: str, access: Access, clock: Clock | None = None
    ) -> None:
        """`gateway` is its name: the edge node id."""
        self.name = config.name
        self._config, self._access = config, access
        self._clock = clock or SystemClock()
        self._topic = f"spBv1.0/{config.group}/{{}}/{gateway}"
        self._commands = self._topic.format("NCMD")
        self._host = f"spBv1.0/STATE/{config.primary_host}" if config.primary_host else ""
        self._node = Node(access, config.points, config.commands)
        self._broker = Connection(
            config.name, config, f"wisgate-{gateway}-{config.name}", self._arrived
        )
        self._turn = asyncio.Lock()
        """Of who sends: births, data and deaths never mix."""
        self._birth_number = NUMBERS - 1
        self._seq = 0
        self._known = 0
        """Records up to this number are older than the last birth."""
        self._born = False
        self._host_state = _HostState(False, 0)
        self._doing: set[asyncio.Task[None]] = set()
        self._complaints = Complaints(log, config.name)

    # What the forwarder calls

    async def open(self) -> None:
        """Connect and publish the birth, unless that was done. Raises SinkError."""
        async with self._turn:
            await self._live()

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Publish, and wait until the broker has it. Raises SinkError, SinkRefused."""
        async with self._turn:
            await self._live()
            refused = {e.seq: why for e in batch if (why := self._node.unfit(e))}
            for message in self._messages([e for e in batch if e.seq not in refused], refused):
                await self._broker.publish([message], qos=0)
            await self._broker.subscribe([self._commands])
        if refused:
            first = next(iter(refused.values()))
            raise SinkRefused(f"{self._broker.place}: {first}", sorted(refused))

    async def close(self, deadline: float) -> None:
        """Publish the death and disconnect."""
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline), self._turn:
                await self._leave()
        await self._broker.drop()

    # Birth and death

    async def _live(self) -> None:
        if not self._broker.alive:
            await self._connect()
        if self._host and not self._host_state.online:
            if self._born:
                await self._leave()
            raise SinkError(
                f"{self._broker.place}: host application {self._config.primary_host} is not online"
            )
        if not self._born:
            await self._give_birth()

    async def _connect(self) -> None:
        """Each connection has a number, which its will and its births tell (5.4)."""
        self._born, self._host_state.online = False, False
        number = (self._birth_number + 1) % NUMBERS
        await self._broker.open(aiomqtt.Will(self._topic.format("NDEATH"), death(number), qos=1))
        self._birth_number = number
        await self._broker.subscribe([self._commands, *([self._host] if self._host else [])])
        await self._broker.settle()

    async def _give_birth(self) -> None:
        self._known, self._seq = self._access.newest(), 0
        payload = self._node.birth(self._birth_number, self._now_ms())
        birth = Message(self._topic.format("NBIRTH"), payload, whole=True)
        await self._broker.publish([birth], qos=0)
        self._born = True

    async def _leave(self) -> None:
        """Say good-bye and disconnect."""
        with suppress(SinkError):
            if self._broker.alive and self._born:
                message = Message(self._topic.format("NDEATH"), death(self._birth_number))
                await self._broker.publish([message])
        self._born = False
        await self._broker.drop()

    # Data

    def _messages(self, batch: Sequence[Entry], refused: dict[int, str]) -> Iterator[Message]:
        """Entries in messages that a broker takes; those that are too large by themselves go to
        `refused`."""
        for part in _in_time(batch):
            yield from self._sized(part, refused)

    def _sized(self, part: Sequence[Entry], refused: dict[int, str]) -> Iterator[Message]:
        seq = (self._seq + 1) % NUMBERS
        payload = self._node.changes(part, self._known, seq, self._now_ms())
        message = Message(self._topic.format("NDATA"), payload)
        if self._broker.fits(message):
            self._seq = seq
            yield message
        elif len(part) == 1:
            limit = self._broker.largest
            refused[part[0].seq] = f"larger than the {limit} bytes that the broker takes"
        else:
            middle = len(part) // 2
            yield from self._sized(part[:middle], refused)
            yield from self._sized(part[middle:], refused)

    def _now_ms(self) -> int:
        return self._clock.utc_ns() // MS

    # What arrives

    def _arrived(self, message: aiomqtt.Message) -> None:
        topic = str(message.topic)
        payload = message.payload if isinstance(message.payload, bytes) else b""
        if topic == self._host:
            self._host_says(payload)
        elif topic == self._commands and not message.retain:
            wanted, wrong = self._node.wishes(payload)
            for what in wrong:
                self._complaints.tell(what, f"ignored: {what}")
            for point, value in wanted:
                if point == REBIRTH:
                    self._do(self._bear_again)
                else:
                    self._access.command(point, value)

    def _host_says(self, payload: bytes) -> None:
        """The host came, or went; what is older than what it said last does not count (5.4)."""
        try:
            said = msgspec.json.decode(payload, type=_HostState)
        except msgspec.DecodeError:
            what = "the host application's STATE is not what Sparkplug 3 says"
            self._complaints.tell(what, f"ignored: {what}")
            return
        if said.timestamp < self._host_state.timestamp:
            return
        self._host_state = said
        if said.online != self._born:
            self._do(self._begin if said.online else self._end)

    async def _begin(self) -> None:
        with suppress(SinkError):  # the forwarder finds out by itself
            await self.open()

    async def _end(self) -> None:
        async with self._turn:
            if not self._host_state.online:
                await self._leave()

    async def _bear_again(self) -> None:
        async with self._turn:
            with suppress(SinkError):
                if self._broker.alive and self._born:
                    await self._give_birth()

    def _do(self, what: Callable[[], Awaitable[None]]) -> None:
        """Start what takes time; never twice at once, however often a host asks."""
        name = what.__name__
        if not any(task.get_name() == name for task in self._doing):
            task = asyncio.ensure_future(what())
            task.set_name(name)
            self._doing.add(task)
            task.add_done_callback(self._doing.discard)


def _in_time(batch: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Cut where time goes back: inside a message it must not (5.16)."""
    cuts = [n for n, (one, two) in enumerate(pairwise(batch), 1) if two.time_ns < one.time_ns]
    for start, end in pairwise([0, *cuts, len(batch)]):
        if start < end:
            yield batch[start:end]


def make(config: SparkplugConfig, gateway: str, access: Access) -> SparkplugSink:
    return SparkplugSink(config, gateway, access)
