"""A connection to an MQTT broker: it is there or an error says why not.

Every connection begins without a session: what is not acknowledged waits in our store, and a
command that came while we were away must not be carried out when we are back.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.reasoncodes import ReasonCode

from ..config.brokers import BrokerConfig
from ..config.secret_files import text_in
from ..core import tls
from ..core.errors import SinkError, SinkRefused
from .client import REFUSED, Client, ClosingSocket
from .message import Message
from .reasons import NEVER, TIMEOUT_S, gave_reason, reason, why

_log = logging.getLogger(f"{__name__}.client")
_log.setLevel(logging.CRITICAL)  # every outage is told once, by the forwarder

MAX_PAYLOAD = 128 * 1024
"""Bytes. What every public broker takes (AWS IoT Core has this limit); beyond it most cut the
connection, and the record would do so again after every reconnect."""
KEEPALIVE_S = 30
AT_ONCE = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Otherwise a small packet waits up to 40 ms for the acknowledgement of the one before."""
_HEADER = 16
"""Bytes of a packet at most, beside topic and payload."""

T = TypeVar("T")


class Connection:
    """To one broker. Threads: the event loop only."""

    def __init__(
        self,
        name: str,
        config: BrokerConfig,
        identifier: str,
        take: Callable[[aiomqtt.Message], None],
    ) -> None:
        """`name`: of the sink or upstream. `take` gets what arrives, in order; it must not
        raise."""
        self.place = f"{name}: {config.host}:{config.port}"
        self._name, self._config, self._identifier = name, config, identifier
        self._take = take
        self._client: Client | None = None
        self._listening: asyncio.Task[None] | None = None
        self._publishing = asyncio.Lock()

    @property
    def alive(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def open(self, will: aiomqtt.Will) -> None:
        """Connect. `will` is published by the broker when the connection breaks. Raises
        SinkError, also once when the broker had said why it ended the connection before: two
        gateways of one name would throw each other out without end."""
        ended = self._client.ended if self._client is not None else None
        await self.drop()
        if ended is not None and gave_reason(ended):
            raise SinkError(f"{self.place}: {why(ended, self._config)}")
        try:
            settings = await asyncio.to_thread(self._settings)
            client = Client(
                self._config.host, self._config.port, identifier=self._identifier, will=will,
                logger=_log, timeout=TIMEOUT_S, keepalive=KEEPALIVE_S,
                socket_options=AT_ONCE, **settings,
            )  # fmt: skip
            await client.__aenter__()
        except (aiomqtt.MqttError, OSError) as error:
            raise SinkError(f"{self.place}: {why(error, self._config)}") from error
        self._client = client
        self._listening = asyncio.create_task(self._listen(client), name=self._name)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Have `take` get what comes under `topics`, at QoS 1. Raises SinkError."""
        for topic in topics:
            granted = await self._finish(self._there().subscribe(topic, qos=1))
            codes = (code.value if isinstance(code, ReasonCode) else code for code in granted)
            if any(code >= REFUSED for code in codes):
                await self.drop()
                raise SinkError(f"{self.place}: the broker refuses to subscribe us to {topic}")

    async def settle(self) -> None:
        """Wait until `take` has had everything that has come in so far."""
        while self._client is not None and len(self._client.messages):  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0)

    async def publish(self, messages: Sequence[Message], qos: int = 1) -> None:
        """All at once: the acknowledgements come back while later messages still leave. Raises
        SinkError, and SinkRefused when all others were acknowledged."""
        async with self._publishing:
            await self._publish(self._there(), messages, qos)

    async def _publish(self, client: Client, messages: Sequence[Message], qos: int) -> None:
        sound = [m for m in messages if self.fits(m)]
        try:
            await client.send(sound, qos)
        except (aiomqtt.MqttError, OSError) as error:
            lost = await self._lost(error)
            await self._demand_patience(client)  # some brokers refuse first, then hang up
            raise lost from error
        await self._demand_patience(client)
        told = [f"{m.topic}: {reason(code)}" for m, code in client.refused]
        seqs = [s for m, _ in client.refused for s in m.seqs]
        if len(sound) < len(messages):
            told.append(f"larger than the {self.largest} bytes that the broker takes")
            seqs += [s for m in messages if not self.fits(m) for s in m.seqs]
        if told and not seqs:  # no record can be set aside for what we say of ourselves
            await self.drop()
            raise SinkError(f"{self.place}: {messages[0].topic}: {told[0]}")
        if told:
            raise SinkRefused(f"{self.place}: {told[0]}", sorted(seqs))

    async def _demand_patience(self, client: Client) -> None:
        """Raise SinkError for a refusal that need not last."""
        for message, code in client.refused:
            if code.value not in NEVER:
                await self.drop()
                raise SinkError(f"{self.place}: {message.topic}: {reason(code)}")

    @property
    def largest(self) -> int:
        """Bytes of a message at most."""
        told = self._client.largest if self._client is not None else None
        return min(MAX_PAYLOAD, told or MAX_PAYLOAD)

    def fits(self, message: Message) -> bool:
        """Whether the broker takes a message as large as this one."""
        size = len(message.payload)
        if size > MAX_PAYLOAD and not message.whole:
            return False
        told = self._client.largest if self._client is not None else None
        return told is None or size + len(message.topic.encode()) + _HEADER <= told

    async def drop(self) -> None:
        """Let go of the connection, whatever state it is in."""
        client, self._client = self._client, None
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if client is not None:
            with suppress(aiomqtt.MqttError, OSError):
                await client.__aexit__(None, None, None)

    def _settings(self) -> dict[str, Any]:
        """What is read from files, at every connect: a changed secret needs no restart. Raises
        SinkError, OSError."""
        config, settings = self._config, dict[str, Any]()
        version5 = config.version == "5"
        settings["protocol"] = aiomqtt.ProtocolVersion.V5 if version5 else None
        if config.username:
            settings["username"] = config.username
            settings["password"] = self._password()
        if config.tls:
            files = config.ca_file, config.cert_file, config.key_file
            context = settings["tls_context"] = tls.context(self.place, *files)
            context.sslsocket_class = ClosingSocket
        return settings

    def _password(self) -> str | None:
        """Raises SinkError, OSError."""
        secret = self._config.password_file
        try:
            return text_in(secret, "password_file").strip() if secret else None
        except ValueError as error:
            raise SinkError(f"{self.place}: {error}") from error

    def _there(self) -> Client:
        if self._client is None:
            raise SinkError(f"{self.place}: not connected")
        return self._client

    async def _finish(self, waiting: Awaitable[T]) -> T:
        """Wait for an acknowledgement, not longer than the connection lasts. Raises SinkError."""
        task = asyncio.ensure_future(waiting)
        listening = self._listening
        try:
            await asyncio.wait(
                {task, listening} if listening else {task}, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                return task.result()
            raise aiomqtt.MqttCodeError(paho.MQTT_ERR_CONN_LOST)
        except (aiomqtt.MqttError, OSError) as error:
            raise await self._lost(error) from error
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _lost(self, error: Exception) -> SinkError:
        """Any failure ends the connection: what was under way is unknown and is sent again on a new
        one."""
        ended = self._client.ended if self._client is not None else None
        await self.drop()
        told = why(ended if ended is not None and gave_reason(ended) else error, self._config)
        return SinkError(f"{self.place}: {told}")

    async def _listen(self, client: Client) -> None:
        """Hand on what arrives until the connection ends."""
        with suppress(aiomqtt.MqttError):
            async for message in client.messages:
                self._take(message)
