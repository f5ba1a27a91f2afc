"""A client of an MQTT broker, for one connection."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from itertools import count
from typing import cast

from . import mqtt_packets as packets
from .mqtt_packets import Malformed, Message, Packet

WINDOW = 1000
"""Messages on their way without an acknowledgement at most, unless the broker takes fewer."""
READ = 65536
"""Bytes read at once."""
KEEP_ALIVE_S = 30
TIMEOUT_S = 10.0
"""How long a broker may take for any answer."""
GOODBYE_S = 1.0
"""How long what was written last may take to leave."""
REFUSED = 0x80
"""Reason codes from here on tell of a failure."""


class Ended(Exception):
    """The connection is over, or never came about. `code` is the reason code that the broker gave,
    None when it simply hung up; `early` tells that this was before it had answered us at all."""

    def __init__(self, code: int | None = None, *, early: bool = False) -> None:
        super().__init__(code)
        self.code, self.early = code, early


class Client(asyncio.BufferedProtocol):
    """Threads: the event loop only."""

    def __init__(self, take: Callable[[Message], None], version5: bool) -> None:
        """`take` gets what arrives, in order; it must not raise."""
        self._take, self._version5 = take, version5
        self._transport: asyncio.Transport | None = None
        self._buffer, self._rest = bytearray(READ), b""
        self._numbers = count(1)
        self._accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the connection is."""
        self.ended: Exception | None = None
        """Why it is over."""
        self._under_way: dict[int, Message] = {}
        self._answers = 0
        self._all_answered: asyncio.Future[None] | None = None
        self._subscribing: dict[int, asyncio.Future[bytes]] = {}
        self.refused: list[tuple[Message, int]] = []
        """What of the last `send` the broker did not accept, and its reason code (MQTT 5 only)."""
        self._window = WINDOW
        self.largest: int | None = None
        """Bytes of a packet at most, when the broker says so."""
        self._every = KEEP_ALIVE_S / 2
        self._heard = True
        self._beat: asyncio.TimerHandle | None = None

    async def open(
        self, host: str, port: int, tls: ssl.SSLContext | None, identifier: str, will: Message,
        login: tuple[str, str | None],
    ) -> None:  # fmt: skip
        """Connect and wait until the broker has accepted us. Raises OSError, Ended."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await loop.create_connection(lambda: self, host, port, ssl=tls)
                self._write(packets.connect(identifier, KEEP_ALIVE_S, self._version5, will, login))
                await self._while_it_lasts(self._accepted)
        except BaseException:
            self.abort()
            raise
        self._beat = loop.call_later(self._every, self._ping)

    async def send(self, messages: Sequence[Message], qos: int) -> None:
        """Publish and wait for every answer, which may be a refusal; what has QoS 0 is only handed
        to the operating system. Raises OSError, Ended."""
        self.refused = []
        self._under_way.clear()  # of one that was cancelled
        for start in range(0, len(messages), self._window):
            self._all_answered = asyncio.get_running_loop().create_future()
            sent = []
            for message in messages[start : start + self._window]:
                number = self._number()
                if qos:
                    self._under_way[number] = message
                sent.append(packets.publish(message, qos, number, self._version5))
            self._write(b"".join(sent))
            if qos:
                await self._answered(self._all_answered)

    async def subscribe(self, topics: Sequence[str]) -> bytes:
        """At QoS 1; returns the reason code for each topic. Raises OSError, Ended."""
        number = self._number()
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._subscribing[number] = answer
        self._write(packets.subscribe(topics, number, self._version5))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._while_it_lasts(answer)
        finally:
            self._subscribing.pop(number, None)
        return answer.result()

    async def close(self) -> None:
        """Say good-bye: the broker forgets the will."""
        if self._transport is not None and not self.over.done():
            self._transport.write(packets.GOODBYE)
            self._transport.close()
            await asyncio.wait([self.over], timeout=GOODBYE_S)
        self.abort()

    def abort(self) -> None:
        """Let go at once: the broker publishes the will."""
        if self._beat is not None:
            self._beat.cancel()
        if self._transport is not None:
            self._transport.abort()

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(Ended(early=not self._accepted.done()))  # however it broke

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._heard = True
        received = bytes(memoryview(self._buffer)[:nbytes])
        try:
            found, self._rest = packets.split(self._rest + received if self._rest else received)
            for packet in found:
                self._handle(packet)
        except Malformed as error:
            self._end(error)

    def _end(self, error: Exception) -> None:
        if not self.over.done():
            self.ended = error
            self.over.set_result(None)
        self.abort()

    def _write(self, content: bytes) -> None:
        if self._transport is None or self.over.done():
            raise self.ended or Ended()
        self._transport.write(content)

    def _number(self) -> int:
        """1 to 65535, none of which is under way: they come round after 65 times the window."""
        return next(self._numbers) % 65535 + 1

    def _ping(self) -> None:
        """A broker that has not said a word since the last time is gone."""
        if not self._heard:
            self._end(TimeoutError())
        elif not self.over.done() and self._transport is not None:
            self._heard = False
            self._transport.write(packets.PINGREQ)
            self._beat = asyncio.get_running_loop().call_later(self._every, self._ping)

    async def _while_it_lasts(self, answer: asyncio.Future[bytes] | asyncio.Future[None]) -> None:
        """Wait for an answer, not longer than the connection lasts."""
        await asyncio.wait([answer, self.over], return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise self.ended or Ended()

    async def _answered(self, everything: asyncio.Future[None]) -> None:
        """Wait for all answers, for as long as there are some now and then."""
        while not everything.done():
            before = self._answers
            await asyncio.wait(
                [everything, self.over], timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
            )
            if self.over.done() and not everything.done():
                raise self.ended or Ended()
            if not everything.done() and self._answers == before:
                raise TimeoutError

    # What arrives

    def _handle(self, packet: Packet) -> None:
        if not self._accepted.done() and packet.kind != packets.CONNACK:
            raise Malformed("the first packet is no CONNACK")
        match packet.kind:
            case packets.PUBACK:
                self._take_answer(*packets.acknowledged(packet.body))
            case packets.PUBLISH:
                message, number = packets.arrived(packet, self._version5)
                if number and self._transport is not None:
                    self._transport.write(packets.acknowledge(number))
                self._take(message)
            case packets.SUBACK:
                number, codes = packets.granted(packet.body, self._version5)
                waiting = self._subscribing.get(number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(codes)
            case packets.CONNACK:
                self._accept(*packets.connected(packet.body))
            case packets.DISCONNECT:
                self._end(Ended(packets.left(packet.body)))

    def _accept(self, code: int, told: dict[int, int]) -> None:
        if code:
            self._end(Ended(code, early=True))
        elif not self._accepted.done():
            self._window = min(WINDOW, told.get(packets.RECEIVE_MAXIMUM) or WINDOW)
            self.largest = told.get(packets.PACKET_MAXIMUM)
            keep_alive = told.get(packets.SERVER_KEEP_ALIVE) or KEEP_ALIVE_S
            self._every = min(KEEP_ALIVE_S, keep_alive) / 2
            self._accepted.set_result(None)

    def _take_answer(self, number: int, code: int) -> None:
        self._answers += 1
        message = self._under_way.pop(number, None)
        if message is not None and code >= REFUSED:
            self.refused.append((message, code))
        waiting = self._all_answered
        if not self._under_way and waiting is not None and not waiting.done():
            waiting.set_result(None)
