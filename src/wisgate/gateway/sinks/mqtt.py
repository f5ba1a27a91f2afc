"""MQTT sink: one JSON message per record, or one per batch, at QoS 1.

`<prefix>/<gateway>/<point>`, `/batch` and `/gap` are not retained; `/state` is: online or offline,
the latter also as the last will. `/<point>/set` brings commands when they are switched on. With
Home Assistant readings are retained, too: it knows them again as soon as it starts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import aiomqtt

from ...config.sinks.mqtt import MqttConfig
from ...core.complaints import Complaints
from ...core.errors import SinkError
from ...mqtt.connection import Connection
from ...mqtt.message import Message
from ...store.entries import Records, parts_of, seqs_of
from ...store.records import Entry, Gap, Record
from ..payloads import batch_json, columns_json, command_value, gap_json, record_json
from .base import Access
from .home_assistant import HomeAssistant

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Between two announcements: they are large, and whoever may publish can ask for them."""

Together = Callable[[Sequence[Record | Records]], bytes]
TOGETHER: Mapping[str, Together] = {"batch": batch_json, "columns": columns_json}
"""How readings of one delivery become one message, by what `per` says."""


class MqttSink:
    """One broker. Threads: the event loop only."""

    def __init__(self, config: MqttConfig, gateway: str, access: Access) -> None:
        """`gateway` is its name, a level of every topic."""
        self.name = config.name
        self._root = f"{config.prefix}/{gateway}"
        self._together = TOGETHER.get(config.per)
        self._record_bytes = 0.0
        """What each took in the last message."""
        self._on_command = access.command if config.commands else None
        self._home: HomeAssistant | None = None
        self._kept: frozenset[str] = frozenset()
        if config.home_assistant:
            self._home = HomeAssistant(
                config.home_assistant, self._root, access, config.points, config.commands
            )
            self._kept = frozenset(p.name for p in access.config.points if not p.event)
        self._announcing: set[asyncio.Task[None]] = set()
        self._asked = False
        self._broker = Connection(
            config.name, config, f"wisgate-{gateway}-{config.name}", self._arrived
        )
        self._complaints = Complaints(log, config.name)

    async def open(self) -> None:
        """Connect unless connected. Raises SinkError."""
        if self._broker.alive:
            return
        await self._broker.open(aiomqtt.Will(f"{self._root}/state", b"offline", 1, retain=True))
        if self._on_command is not None:  # before we say online: who sees that can command us
            await self._broker.subscribe([f"{self._root}/+/set"])
        if self._home is not None:
            await self._broker.subscribe(self._home.topics)
            await self._broker.settle()
            await self._announce()
        await self._state(b"online")

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Publish and wait for every acknowledgement. Raises SinkError, SinkRefused."""
        await self.open()
        await self._broker.publish(list(self._messages(batch)))

    async def close(self, deadline: float) -> None:
        """Publish offline and disconnect."""
        for task in self._announcing:
            task.cancel()
        await asyncio.gather(*self._announcing, return_exceptions=True)
        try:
            with suppress(SinkError, TimeoutError):
                async with asyncio.timeout(deadline):
                    if self._broker.alive:
                        await self._state(b"offline")
        finally:
            await self._broker.drop()

    async def _state(self, state: bytes) -> None:
        await self._broker.publish([Message(f"{self._root}/state", state, retain=True)])

    # Messages

    def _messages(self, batch: Sequence[Entry]) -> Iterator[Message]:
        if self._together is None:
            yield from map(self._message, batch)
            return
        together: list[Record | Records] = []
        for part in parts_of(batch):
            if isinstance(part, Records) or (isinstance(part, Record) and not part.is_alarm):
                together.append(part)
                continue
            if together:
                yield from self._batches(together, self._together)
                together = []
            yield self._message(part)
        if together:
            yield from self._batches(together, self._together)

    def _message(self, entry: Entry) -> Message:
        if isinstance(entry, Gap):
            return Message(f"{self._root}/gap", gap_json(entry), (entry.seq,))
        topic = f"{self._root}/{entry.point}"
        # the state of an alarm stays with the broker
        retain = entry.is_alarm or entry.point in self._kept
        return Message(topic, record_json(entry), (entry.seq,), retain=retain)

    def _batches(self, parts: Sequence[Record | Records], json: Together) -> Iterator[Message]:
        """Records delivered together are one message, halved until none is too large; at once where
        the last message tells that it will be."""
        seqs = seqs_of(parts)
        if len(seqs) == 1 or len(seqs) * self._record_bytes <= self._broker.largest:
            message = Message(f"{self._root}/batch", json(parts), seqs)
            self._record_bytes = len(message.payload) / len(seqs)
            if len(seqs) == 1 or self._broker.fits(message):
                yield message
                return
        if len(parts) == 1:
            parts = [record for part in parts if isinstance(part, Records) for record in part]
        middle = len(parts) // 2
        yield from self._batches(parts[:middle], json)
        yield from self._batches(parts[middle:], json)

    # Home Assistant

    async def _announce(self) -> None:
        if self._home is not None:
            await self._broker.publish(self._home.messages(self._broker.largest // 2))

    async def _announce_again(self) -> None:
        while self._asked:
            self._asked = False
            with suppress(SinkError):  # told with the next record; a new connection announces, too
                await self._announce()
            await asyncio.sleep(PAUSE_S)

    def _heard(self, home: HomeAssistant, topic: str, message: aiomqtt.Message) -> None:
        payload = message.payload if isinstance(message.payload, bytes) else b""
        # What is retained is there for who asks again meanwhile; nobody can pile up announcements.
        self._asked = home.heard(topic, payload, message.retain) or self._asked
        if self._asked and not self._announcing:
            task = asyncio.get_running_loop().create_task(self._announce_again())
            self._announcing.add(task)
            task.add_done_callback(self._announcing.discard)

    # Commands

    def _arrived(self, message: aiomqtt.Message) -> None:
        topic = str(message.topic)
        if self._home is not None and not topic.startswith(f"{self._root}/"):
            self._heard(self._home, topic, message)
            return
        point = topic.removeprefix(f"{self._root}/").removesuffix("/set")
        if self._on_command is None:
            return
        try:
            if message.retain:
                raise ValueError("a retained command would be carried out at every reconnect")
            payload = message.payload
            value = command_value(payload if isinstance(payload, bytes) else b"")
        except ValueError as error:
            self._complaints.tell(topic, f"command on {topic} ignored: {error}")
            return
        self._on_command(point, value)


def make(config: MqttConfig, gateway: str, access: Access) -> MqttSink:
    return MqttSink(config, gateway, access)
