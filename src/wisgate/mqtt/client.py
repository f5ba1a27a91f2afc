"""The MQTT client: aiomqtt, with what it leaves to nobody.

A connection that never came about is let go and says why, what the broker answers to each message
is heard, and no more is under way than it takes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any, Self

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .message import Message
from .quick import Quick

INFLIGHT = 1000
"""Messages on their way without an acknowledgement at most."""
CLOSED_EARLY = "Closed before it answered"
PAUSE_S = 0.001
"""Between two looks for acknowledgements while more are expected. They come one by one, and a turn
of the event loop for each takes longer than all the rest that is done for it."""
REFUSED = 0x80
"""Reason codes from here on tell of a failure."""


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho leaves to nobody."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class Client(aiomqtt.Client):
    """One connection; use as a context, once. Threads: the event loop only."""

    def __init__(self, host: str, port: int, **settings: Any) -> None:
        super().__init__(host, port, **settings)
        self._quick = Quick.adopt(self._client, self._answered)
        self._connecting = False
        self._under_way: dict[int, Message] = {}
        self.refused: list[tuple[Message, ReasonCode]] = []
        """What of the last `send` the broker did not accept, and why (MQTT 5 only)."""
        self.ended: aiomqtt.MqttError | None = None
        """How the connection ended; None as long as it lasts."""
        self._all_answered: asyncio.Future[None] | None = None
        self._window = INFLIGHT
        self.largest: int | None = None
        """Bytes of a packet at most, when the broker says so."""

    async def __aenter__(self) -> Self:
        """A connection that never came about is let go: aiomqtt keeps its socket, and would choke
        on its end after being cancelled."""
        self._connecting = True
        try:
            return await super().__aenter__()
        except BaseException:
            self._connecting = False
            self._connected = asyncio.Future()
            self._client.disconnect()
            raise
        finally:
            self._connecting = False

    async def send(self, messages: Sequence[Message], qos: int) -> None:
        """Publish and wait for every answer, which may be a refusal; what has QoS 0 is only handed
        to the operating system. Raises MqttError when a message could not leave, or no answer came
        for too long."""
        self.refused = []
        for start in range(0, len(messages), self._window):
            if self._client.socket() is None or self._disconnected.done():
                raise aiomqtt.MqttCodeError(paho.MQTT_ERR_NO_CONN, "Could not publish message")
            chosen = messages[start : start + self._window]
            numbers = self._quick.write(chosen, qos)
            if qos:
                self._under_way.update(zip(numbers, chosen, strict=True))
            while self._under_way:
                await self._some_answers()

    async def _some_answers(self) -> None:
        """Return when all have come, or some of them and a time is over: a line may be thin.
        Without tasks of its own: it is done for every batch. Raises MqttError."""
        before = len(self._under_way)
        self._all_answered = self._loop.create_future()
        ends = self._all_answered, self._disconnected
        await asyncio.wait(ends, timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._under_way and self._disconnected.done():
            raise aiomqtt.MqttCodeError(paho.MQTT_ERR_CONN_LOST)
        if len(self._under_way) == before:
            raise aiomqtt.MqttError("Operation timed out")

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._window = min(INFLIGHT, getattr(properties, "ReceiveMaximum", INFLIGHT))
        self.largest = getattr(properties, "MaximumPacketSize", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        """What aiomqtt has the loop call never pauses."""
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._loop.add_reader, sock.fileno(), self._read)

    def _read(self) -> None:
        try:
            self._quick.loop_read()
        except Exception as error:  # noqa: BLE001  # ends the connection, as with aiomqtt
            if not self._disconnected.done():
                self._disconnected.set_exception(error)
        wire = self._client.socket()
        if self._under_way and wire is not None:
            self._loop.remove_reader(wire.fileno())
            self._loop.call_later(PAUSE_S, self._read_on)

    def _read_on(self) -> None:
        wire = self._client.socket()
        if wire is not None:
            self._loop.add_reader(wire.fileno(), self._read)

    def _answered(self, numbers: Sequence[int], why: ReasonCode | None) -> None:
        for number in numbers:
            message = self._under_way.pop(number, None)
            if message is not None and why is not None and why.value >= REFUSED:
                self.refused.append((message, why))
        waiting = self._all_answered
        if not self._under_way and waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        """aiomqtt waits for its whole time when a broker hangs up before it answered, and forgets
        why when it does so right afterwards."""
        if self._connecting:
            error = aiomqtt.MqttCodeError(reason_code, CLOSED_EARLY)
            self._loop.call_soon_threadsafe(self._fail, error)
        self.ended = aiomqtt.MqttCodeError(reason_code)
        super()._on_disconnect(client, userdata, flags, reason_code, properties)
        if self._disconnected.done():
            self._disconnected.exception()  # is told; nobody else may be waiting for it

    def _fail(self, error: aiomqtt.MqttError) -> None:
        if self._connecting and not self._connected.done():
            self._connected.set_exception(error)
