"""The packets of MQTT, as bytes: what a client that publishes at QoS 0 and 1 sends and gets.

Source: OASIS, MQTT 3.1.1 and MQTT 5.0; section numbers of 5.0 in brackets. Our own, for the client
library that others use takes six times as long per message and hides why a broker hangs up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 13, 14
PINGREQ = b"\xc0\x00"
GOODBYE = b"\xe0\x00"
LARGEST = 1024 * 1024
"""Bytes of a packet that we take; nobody has a reason to send us as much."""

OLD_CODES = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}
"""Return codes of a CONNACK of 3.1.1, as reason codes."""
RECEIVE_MAXIMUM, PACKET_MAXIMUM, SERVER_KEEP_ALIVE = 0x21, 0x27, 0x13
_LENGTHS = {
    0x01: 1, 0x02: 4, 0x11: 4, 0x13: 2, 0x17: 1, 0x18: 4, 0x19: 1, 0x21: 2, 0x22: 2, 0x23: 2,
    0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip
"""Bytes of the properties that are numbers (2.2.2.2)."""
_TEXTS = (0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F)
_PAIR, _VARIABLE = 0x26, 0x0B


class Malformed(ValueError):
    """A broker sent what is no packet."""


class Message(NamedTuple):
    topic: str
    payload: bytes
    seqs: tuple[int, ...] = ()
    """Numbers of the records inside."""
    retain: bool = False
    """Whether the broker keeps it for who comes later; of one that arrives, whether it was kept."""
    whole: bool = False
    """Whether it cannot be made smaller: only what the broker says limits it then."""


class Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes


# What we send


def connect(
    identifier: str, keep_alive: int, version5: bool, will: Message, login: tuple[str, str | None]
) -> bytes:
    """The first packet. It wants no session; `will` is published at QoS 1 when the connection
    breaks. `login`: user ("" for none) and password."""
    username, password = login
    flags = 0x02 | 0x04 | 0x08 | (0x20 if will.retain else 0)
    flags |= (0x80 if username else 0) | (0x40 if username and password is not None else 0)
    none = b"\0" if version5 else b""  # no properties
    body = b"\0\4MQTT" + bytes((5 if version5 else 4, flags)) + keep_alive.to_bytes(2) + none
    body += _text(identifier) + none + _text(will.topic) + _bytes(will.payload)
    if username:
        body += _text(username) + (_text(password) if password is not None else b"")
    return _packet(0x10, body)


def publish(message: Message, qos: int, number: int, version5: bool) -> bytes:
    """`number` identifies one at QoS 1."""
    head = _text(message.topic) + (number.to_bytes(2) if qos else b"")
    first = 0x30 | qos << 1 | message.retain
    return _packet(first, head + (b"\0" if version5 else b"") + message.payload)


def subscribe(topics: Sequence[str], number: int, version5: bool) -> bytes:
    """At QoS 1."""
    wanted = b"".join(_text(topic) + b"\1" for topic in topics)
    return _packet(0x82, number.to_bytes(2) + (b"\0" if version5 else b"") + wanted)


def acknowledge(number: int) -> bytes:
    return b"\x40\x02" + number.to_bytes(2)


def _packet(first: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, low = divmod(left, 128)
        length.append(low | (0x80 if left else 0))
        if not left:
            return bytes((first,)) + length + body


def _text(text: str) -> bytes:
    return _bytes(text.encode())


def _bytes(content: bytes) -> bytes:
    return len(content).to_bytes(2) + content


# What we get


def split(received: bytes) -> tuple[list[Packet], bytes]:
    """The packets in what was received, and the beginning of one that is not complete. Raises
    Malformed."""
    found, at, end = [], 0, len(received)
    while end - at >= 2:
        length, size = _variable(received, at + 1, partial=True)
        if length > LARGEST:
            raise Malformed(f"a packet of {length} bytes")
        start = at + 1 + size
        if not size or end - start < length:
            break
        first = received[at]
        found.append(Packet(first >> 4, first & 15, received[start : start + length]))
        at = start + length
    return found, received[at:]


def connected(body: bytes) -> tuple[int, dict[int, int]]:
    """Reason code and numeric properties of a CONNACK (3.2). Raises Malformed."""
    if len(body) < 2:
        raise Malformed("a CONNACK without a code")
    code = OLD_CODES.get(body[1], body[1])
    return code, _properties(body, 2)[0] if len(body) > 2 else {}


def acknowledged(body: bytes) -> tuple[int, int]:
    """Number and reason code of a PUBACK (3.4). Raises Malformed."""
    if len(body) < 2:
        raise Malformed("a PUBACK without a number")
    return body[0] << 8 | body[1], body[2] if len(body) > 2 else 0


def granted(body: bytes, version5: bool) -> tuple[int, bytes]:
    """Number and reason codes of a SUBACK (3.9). Raises Malformed."""
    if len(body) < 3:
        raise Malformed("a SUBACK without a code")
    start = _properties(body, 2)[1] if version5 else 2
    return int.from_bytes(body[:2]), body[start:]


def arrived(packet: Packet, version5: bool) -> tuple[Message, int]:
    """A message, and its number, 0 at QoS 0 (3.3). Raises Malformed."""
    body, qos = packet.body, packet.flags >> 1 & 3
    topic, at = _string(body, 0)
    number = int.from_bytes(body[at : at + 2]) if qos else 0
    if qos > 1 or (qos and not number):
        raise Malformed("a PUBLISH of another kind than we asked for")
    at += 2 if qos else 0
    if version5:
        at = _properties(body, at)[1]
    try:
        return Message(topic.decode(), body[at:], retain=bool(packet.flags & 1)), number
    except UnicodeDecodeError as error:
        raise Malformed("a topic that is no text") from error


def left(body: bytes) -> int:
    """The reason code of a DISCONNECT (3.14)."""
    return body[0] if body else 0


def _variable(body: bytes, at: int, partial: bool = False) -> tuple[int, int]:
    """A variable byte integer and how many bytes it takes; 0 bytes when it goes on and may."""
    value = 0
    for size in range(4):
        if at + size >= len(body):
            if partial:
                return 0, 0
            raise Malformed("a number that ends early")
        value |= (body[at + size] & 0x7F) << 7 * size
        if not body[at + size] & 0x80:
            return value, size + 1
    raise Malformed("a length of more than four bytes")


def _string(body: bytes, at: int) -> tuple[bytes, int]:
    """A string with its length before it, and where it ends."""
    end = at + 2 + int.from_bytes(body[at : at + 2])
    if at + 2 > len(body) or end > len(body):
        raise Malformed("a text that ends early")
    return body[at + 2 : end], end


def _properties(body: bytes, at: int) -> tuple[dict[int, int], int]:
    """The numeric properties at a place, and where all properties end."""
    length, size = _variable(body, at)
    end = at + size + length
    if end > len(body):
        raise Malformed("properties that end early")
    return dict(_numbers(body[at + size : end])), end


def _numbers(body: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(body):
        name, at = body[at], at + 1
        if name in _LENGTHS:
            yield name, int.from_bytes(body[at : at + _LENGTHS[name]])
            at += _LENGTHS[name]
        elif name == _VARIABLE:
            at += _variable(body, at)[1]
        elif name in _TEXTS or name == _PAIR:
            for _ in range(2 if name == _PAIR else 1):
                at = _string(body, at)[1]
        else:
            raise Malformed(f"the unknown property {name:#04x}")
