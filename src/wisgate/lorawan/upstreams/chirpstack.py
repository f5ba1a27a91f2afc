"""ChirpStack v4 through its MQTT broker: `<prefix>/gateway/<EUI>/event/up`, `stats` and `ack`,
`state/conn`, `command/down`.

A broker publishes one will for each connection, so that every gateway has a connection of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import aiomqtt

from ...config.upstreams.chirpstack import ChirpstackConfig
from ...core.clock import SteadyClock
from ...core.complaints import Complaints
from ...core.errors import SinkError
from ...mqtt.connection import Connection
from ...mqtt.message import Message
from .. import chirpstack
from ..chirpstack_messages import Codec, DownlinkFrame, UplinkFrame
from ..chirpstack_uplinks import written
from ..radio import Downlink, Eui, Heard, Status
from .asked import Asked
from .base import Access
from .several import Several

log = logging.getLogger(__name__)

GOODBYE_S = 1.0


class _Gateway:
    """One gateway at the broker. Threads: the event loop only."""

    def __init__(self, eui: Eui, prefix: str, config: ChirpstackConfig, access: Access) -> None:
        self._eui, self._name, self._access = eui, config.name, access
        self._root = f"{prefix}/gateway/{eui}"
        self._up = f"{self._root}/event/up"
        self._codec = Codec(config.encoding)
        self._broker = Connection(
            config.name, config, f"wisgate-{eui}-{config.name}", self._arrived
        )
        self._asked = Asked()
        self._complaints = Complaints(log, config.name)
        self._told: dict[str, str] = {}
        """What the boards last told of themselves."""

    @property
    def alive(self) -> bool:
        return self._broker.alive

    async def open(self) -> None:
        """Connect unless connected. Raises SinkError."""
        if self._broker.alive:
            return
        await self._broker.open(
            aiomqtt.Will(f"{self._root}/state/conn", self._connection(False), 1, retain=True)
        )
        await self._broker.subscribe([f"{self._root}/command/+"])  # before we say: online
        await self._state(online=True)

    async def deliver(self, batch: Sequence[Heard]) -> None:
        """Raises SinkError, SinkRefused."""
        await self.open()
        number, encoded, dated = self._access.number, self._codec.encoded, self._dated
        await self._broker.publish(
            [
                Message(
                    self._up,
                    encoded(
                        UplinkFrame, written(heard, number(heard.uplinks[0].moment.board), dated)
                    ),
                    (heard.number,),
                )
                for heard in batch
            ]
        )

    async def tell(self, status: Status) -> None:
        """Raises SinkError."""
        number = self._access.number(status.board)
        told = {"eui": status.board, "version": status.version}
        if status.temperature is not None:
            told["temperature"] = f"{status.temperature:g}"
        self._told |= {f"board_{number}_{key}": text for key, text in told.items() if text}
        message = chirpstack.stats(self._eui, status, self._dated, self._told)
        await self._publish("event/stats", self._codec.encode(message))

    async def close(self) -> None:
        """Say that the gateway is offline, and disconnect."""
        await self._asked.close()
        try:
            with suppress(SinkError, TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    if self._broker.alive:
                        await self._state(online=False)
        finally:
            await self._broker.drop()

    @property
    def _dated(self) -> bool:
        clock = self._access.clock
        return not isinstance(clock, SteadyClock) or clock.trusted

    def _connection(self, online: bool) -> bytes:
        return self._codec.encode(chirpstack.connection(self._eui, online))

    async def _state(self, *, online: bool) -> None:
        payload = self._connection(online)
        await self._broker.publish([Message(f"{self._root}/state/conn", payload, retain=True)])

    async def _publish(self, topic: str, payload: bytes) -> None:
        await self._broker.publish([Message(f"{self._root}/{topic}", payload)])

    # Commands

    def _arrived(self, message: aiomqtt.Message) -> None:
        topic = str(message.topic)
        try:
            if message.retain:
                raise ValueError("a retained command would be carried out at every reconnect")
            if not topic.endswith("/down"):
                raise ValueError("only downlinks are taken; the rest is set here")
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self._take(self._codec.decode(DownlinkFrame, payload))
        except ValueError as error:
            self._access.counters["refused_commands"] += 1
            self._complaints.tell(topic, f"command on {topic} ignored: {error}")

    def _take(self, frame: object) -> None:
        """Raises ValueError."""
        if self._asked.full:
            raise ValueError("too many downlinks at once")
        try:
            downlink = chirpstack.downlink(self._name, self._eui, frame)
        except ValueError:
            refusal = self._codec.encode(chirpstack.refusal(self._eui, frame))
            self._asked.carry_out(self._answer(refusal))
            raise
        self._asked.carry_out(self._carry_out(downlink))

    async def _carry_out(self, downlink: Downlink) -> None:
        result = await self._access.send(downlink)
        await self._answer(self._codec.encode(chirpstack.answer(result)))

    async def _answer(self, payload: bytes) -> None:
        """One that gets lost does no harm: who waited for it has given up long before we are
        connected again."""
        with suppress(SinkError):
            await self._publish("event/ack", payload)


class ChirpstackUpstream(Several[_Gateway]):
    """One broker. Threads: the event loop only."""

    def __init__(self, config: ChirpstackConfig, access: Access) -> None:
        prefixes = dict(config.prefixes)

        def make(eui: Eui) -> _Gateway:
            return _Gateway(eui, prefixes[access.gateways()[eui]], config, access)

        super().__init__(config, access, make)

    async def tell(self, status: Status) -> None:
        """Publish the statistics of a board, if its gateway is connected."""
        gateway = self.of(status.board)
        if gateway is not None and gateway.alive:
            with suppress(SinkError):  # the next telling has counts of its own
                await gateway.tell(status)


def make(config: ChirpstackConfig, access: Access) -> ChirpstackUpstream:
    return ChirpstackUpstream(config, access)
