"""MQTT sink: one JSON message per record, or one per batch, at QoS 1.

`<prefix>/<gateway>/<point>`, `/batch` and `/gap` are not retained; `/state` is: online or offline,
the latter also as the last will. `/<point>/set` brings commands when they are switched on.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple, Self, TypeVar

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from ...config.sinks.mqtt import MqttConfig
from ...core.errors import SinkError, SinkRefused
from ...store.records import Entry, Gap, Record
from ..payloads import batch_json, command_value, gap_json, record_json
from .base import OnCommand

log = logging.getLogger(__name__)
_client_log = logging.getLogger(f"{__name__}.client")
_client_log.setLevel(logging.CRITICAL)  # every outage is told once, by the forwarder

MAX_PAYLOAD = 128 * 1024
"""Bytes. What every public broker takes (AWS IoT Core has this limit); beyond it most cut the
connection, and the record would do so again after every reconnect."""

TIMEOUT_S = 10.0
KEEPALIVE_S = 30
INFLIGHT = 1000
"""Messages on their way without an acknowledgement at most."""

MAX_COMPLAINTS = 100
_REFUSED = 0x80
_LOGIN_REFUSED = (0x86, 0x87)
"""Bad user name or password, not authorized: paho translates MQTT 3.1.1's 4 and 5 to these."""

T = TypeVar("T")


class _Closing(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho leaves to nobody."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class _Client(aiomqtt.Client):
    async def __aenter__(self) -> Self:
        """A connection that never came about is let go: aiomqtt keeps its socket, and would choke
        on its end after being cancelled."""
        try:
            return await super().__aenter__()
        except BaseException:
            self._connected = asyncio.Future()
            self._client.disconnect()
            raise


class Message(NamedTuple):
    topic: str
    payload: bytes
    seqs: tuple[int, ...]
    retain: bool = False  # the state of an alarm stays with the broker, for who comes later


class MqttSink:
    """One broker. Threads: the event loop only."""

    def __init__(
        self, config: MqttConfig, gateway: str, on_command: OnCommand | None = None
    ) -> None:
        """`gateway` is its name, a level of every topic. `on_command` is called with point and
        value of every command; it must not raise."""
        self.name = config.name
        self._config, self._gateway = config, gateway
        self._root = f"{config.prefix}/{gateway}"
        self._on_command = on_command if config.commands else None
        self._client: aiomqtt.Client | None = None
        self._listening: asyncio.Task[None] | None = None
        self._complained: set[str] = set()

    # What the forwarder calls

    async def open(self) -> None:
        """Connect unless connected. Raises SinkError."""
        if self._client is None or self._listening is None or self._listening.done():
            await self._drop()
            await self._connect()

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Publish and wait for every acknowledgement. Raises SinkError, SinkRefused."""
        await self.open()
        messages = list(self._messages(batch))
        sound = [m for m in messages if len(m.payload) <= MAX_PAYLOAD]
        await self._publish(sound)
        if len(sound) < len(messages):
            refused = [s for m in messages if len(m.payload) > MAX_PAYLOAD for s in m.seqs]
            raise SinkRefused(
                f"{self._place}: larger than the {MAX_PAYLOAD} bytes that brokers take", refused
            )

    async def close(self, deadline: float) -> None:
        """Publish offline and disconnect."""
        connected = self._listening is not None and not self._listening.done()
        try:
            with suppress(SinkError, TimeoutError):
                async with asyncio.timeout(deadline):
                    if connected:
                        await self._state("offline")
        finally:
            await self._drop()

    # Messages

    def _messages(self, batch: Sequence[Entry]) -> Iterator[Message]:
        for alone, entries in groupby(batch, key=self._alone):
            if alone:
                yield from (self._message(entry) for entry in entries)
            else:
                yield from self._batches([e for e in entries if isinstance(e, Record)])

    def _alone(self, entry: Entry) -> bool:
        return isinstance(entry, Gap) or entry.is_alarm or self._config.per != "batch"

    def _message(self, entry: Entry) -> Message:
        if isinstance(entry, Gap):
            return Message(f"{self._root}/gap", gap_json(entry), (entry.seq,))
        topic = f"{self._root}/{entry.point}"
        return Message(topic, record_json(entry), (entry.seq,), retain=entry.is_alarm)

    def _batches(self, records: list[Record]) -> Iterator[Message]:
        """Records delivered together are one message, halved until none is too large."""
        payload = batch_json(records)
        if len(payload) > MAX_PAYLOAD and len(records) > 1:
            middle = len(records) // 2
            yield from self._batches(records[:middle])
            yield from self._batches(records[middle:])
        else:
            yield Message(f"{self._root}/batch", payload, tuple(r.seq for r in records))

    # The connection

    @property
    def _place(self) -> str:
        return f"{self.name}: {self._config.host}:{self._config.port}"

    async def _connect(self) -> None:
        try:
            client = await asyncio.to_thread(self._settings)
            self._client = _Client(
                self._config.host, self._config.port, identifier=f"wisgate-{self._gateway}",
                will=aiomqtt.Will(f"{self._root}/state", b"offline", qos=1, retain=True),
                logger=_client_log, timeout=TIMEOUT_S, keepalive=KEEPALIVE_S,
                max_inflight_messages=INFLIGHT, **client,
            )  # fmt: skip
        except OSError as error:
            raise SinkError(f"{self._place}: {error}") from error
        self._client.pending_calls_threshold = 2 * INFLIGHT
        try:
            await self._client.__aenter__()
        except aiomqtt.MqttError as error:
            self._client = None
            raise SinkError(f"{self._place}: {self._why(error)}") from error
        self._listening = asyncio.create_task(self._listen(self._client), name=self.name)
        await self._greet(self._client)

    def _settings(self) -> dict[str, Any]:
        """What is read from files, at every connect: a changed secret needs no restart."""
        config, settings = self._config, dict[str, Any]()
        if config.username:
            secret = config.password_file
            settings["username"] = config.username
            settings["password"] = secret.read_text().strip() if secret else None
        if config.tls:
            context = settings["tls_context"] = ssl.create_default_context(cafile=config.ca_file)
            context.sslsocket_class = _Closing
        return settings

    async def _greet(self, client: aiomqtt.Client) -> None:
        """Subscribe before saying online: who sees us online can command us."""
        if self._on_command is not None:
            topic = f"{self._root}/+/set"
            granted = await self._finish(client.subscribe(topic, qos=1))
            codes = (code.value if isinstance(code, ReasonCode) else code for code in granted)
            if any(code >= _REFUSED for code in codes):
                raise SinkError(f"{self._place}: the broker refuses to subscribe us to {topic}")
        await self._state("online")

    async def _state(self, state: str) -> None:
        client = self._connected()
        await self._finish(client.publish(f"{self._root}/state", state, qos=1, retain=True))

    async def _publish(self, messages: Sequence[Message]) -> None:
        """All at once: the acknowledgements come back while later messages still leave."""
        client = self._connected()
        calls = (client.publish(m.topic, m.payload, qos=1, retain=m.retain) for m in messages)
        await self._finish(asyncio.gather(*calls))

    def _connected(self) -> aiomqtt.Client:
        if self._client is None:
            raise SinkError(f"{self._place}: not connected")
        return self._client

    async def _finish(self, waiting: Awaitable[T]) -> T:
        """Wait for acknowledgements, not longer than the connection lasts. Any failure ends the
        connection: what was under way is unknown and is sent again on a new one."""
        task = asyncio.ensure_future(waiting)
        listening = self._listening
        try:
            await asyncio.wait(
                {task, listening} if listening else {task}, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                return task.result()
            raise SinkError(f"{self._place}: the connection broke before the acknowledgement")
        except (aiomqtt.MqttError, OSError) as error:
            await self._drop()
            raise SinkError(f"{self._place}: {self._why(error)}") from error
        except SinkError:
            await self._drop()
            raise
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _drop(self) -> None:
        """Let go of the connection, whatever state it is in."""
        client, self._client = self._client, None
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if client is not None:
            with suppress(aiomqtt.MqttError, OSError):
                await client.__aexit__(None, None, None)

    def _why(self, error: Exception) -> str:
        """The cause in words, with the cure where there is one."""
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        match cause:
            case socket.gaierror():
                return f"the name {self._config.host} is not known; check the url and the DNS"
            case ConnectionRefusedError():
                return "connection refused; is the broker running, and is this its port?"
            case ssl.SSLCertVerificationError():
                reason = cause.verify_message
                return f"its certificate is not trusted ({reason}); name its CA in ca_file"
            case ssl.SSLError() | ConnectionResetError() if self._config.tls:
                return f"no TLS on this port ({cause}); write mqtt:// in url, or use the TLS port"
            case TimeoutError():
                return f"no answer in {TIMEOUT_S:g} s; check the network and the firewall"
        code = getattr(getattr(error, "rc", None), "value", None)
        if code in _LOGIN_REFUSED:
            return "the broker refuses user or password; check url and password_file"
        return str(error) or type(error).__name__

    # Commands

    async def _listen(self, client: aiomqtt.Client) -> None:
        """Take commands until the connection ends; that ends every wait for acknowledgements."""
        with suppress(aiomqtt.MqttError):
            async for message in client.messages:
                self._command(message)

    def _command(self, message: aiomqtt.Message) -> None:
        topic = str(message.topic)
        point = topic.removeprefix(f"{self._root}/").removesuffix("/set")
        if self._on_command is None:
            return
        try:
            if message.retain:
                raise ValueError("a retained command would be carried out at every reconnect")
            payload = message.payload
            value = command_value(payload if isinstance(payload, bytes) else b"")
        except ValueError as error:
            self._complain(topic, str(error))
            return
        self._on_command(point, value)

    def _complain(self, topic: str, what: str) -> None:
        """Once per topic: the other side decides how often it sends nonsense."""
        if topic not in self._complained and len(self._complained) < MAX_COMPLAINTS:
            self._complained.add(topic)
            log.warning("%s: command on %s ignored: %s", self.name, topic, what)


def make(config: MqttConfig, gateway: str, on_command: OnCommand) -> MqttSink:
    return MqttSink(config, gateway, on_command)
