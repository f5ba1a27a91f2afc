"""Packets of MQTT against the examples and rules of the standard, and against what the client
library of Eclipse Paho writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from wisgate.gateway.sinks.mqtt_packets import (
    CONNACK,
    LARGEST,
    PUBLISH,
    Malformed,
    Message,
    Packet,
    acknowledge,
    acknowledged,
    arrived,
    connect,
    connected,
    granted,
    left,
    publish,
    split,
    subscribe,
)

WILL = Message("a/state", b"offline", retain=True)


class Written:
    """What paho puts on the wire."""

    def __init__(self, version5: bool, username: str = "", password: str | None = None) -> None:
        version = paho.MQTTv5 if version5 else paho.MQTTv311
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id="ours", protocol=version
        )
        self._client.will_set(WILL.topic, WILL.payload, 1, WILL.retain)
        if username:
            self._client.username_pw_set(username, password)
        self.packets: list[bytes] = []
        self._client._packet_queue = lambda _kind, packet, *_: self.packets.append(bytes(packet))

    def connect(self) -> bytes:
        self._client._keepalive = 30
        self._client._send_connect(30)
        return self.packets[-1]

    def publish(self, message: Message, qos: int, number: int) -> bytes:
        self._client._sock = object()
        self._client._send_publish(
            number, message.topic.encode(), message.payload, qos, message.retain
        )
        self._client._sock = None
        return self.packets[-1]

    def subscribe(self, topics: list[str]) -> bytes:
        options = [(t.encode(), paho.SubscribeOptions(qos=1)) for t in topics]
        plain = [(t.encode(), 1) for t in topics]
        version5 = self._client._protocol == paho.MQTTv5
        self._client._send_subscribe(False, options if version5 else plain)
        return self.packets[-1]


@pytest.mark.parametrize("version5", [False, True])
@pytest.mark.parametrize(
    ("username", "password"), [("", None), ("anna", None), ("anna", "geheim ü"), ("anna", "")]
)
def test_connect_is_what_paho_writes(version5: bool, username: str, password: str | None) -> None:
    ours = connect("ours", 30, version5, WILL, (username, password))
    assert ours == Written(version5, username, password).connect()


@pytest.mark.parametrize("version5", [False, True])
@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 16_383, 16_384, 2_097_152])
@pytest.mark.parametrize(("qos", "retain"), [(0, False), (1, True)])
def test_publish_is_what_paho_writes(version5: bool, size: int, qos: int, retain: bool) -> None:
    message = Message("wisgate/pumpe-ü/level", b"x" * size, retain=retain)
    assert publish(message, qos, 65535, version5) == Written(version5).publish(message, qos, 65535)


@pytest.mark.parametrize("version5", [False, True])
def test_subscribe_is_what_paho_writes(version5: bool) -> None:
    assert subscribe(["a/+/set", "b"], 1, version5) == Written(version5).subscribe(["a/+/set", "b"])


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=50), st.binary(max_size=300),
    st.booleans(), st.booleans(), st.integers(0, 1),
)  # fmt: skip
def test_what_is_published_arrives(
    topic: str, payload: bytes, retain: bool, version5: bool, qos: int
) -> None:
    message = Message(topic, payload, retain=retain)
    (packet,), rest = split(publish(message, qos, 7, version5))
    assert (packet.kind, rest) == (PUBLISH, b"")
    assert arrived(packet, version5) == (message, 7 * qos)


@given(st.lists(st.integers(0, 300), max_size=6), st.data())
def test_packets_are_found_wherever_they_are_cut(sizes: list[int], data: st.DataObject) -> None:
    whole = b"".join(publish(Message("t", b"x" * n), 0, 0, False) for n in sizes)
    cut = data.draw(st.integers(0, len(whole)))
    first, rest = split(whole[:cut])
    second, rest = split(rest + whole[cut:])
    assert rest == b""
    assert [len(arrived(p, False)[0].payload) for p in (*first, *second)] == sizes


def test_a_connack_of_either_version() -> None:
    """MQTT 3.1.1, 3.2.2; MQTT 5.0, 3.2.2."""
    assert connected(b"\0\0") == (0, {})
    assert [connected(bytes((0, n)))[0] for n in range(1, 6)] == [0x84, 0x85, 0x88, 0x86, 0x87]
    told = Properties(PacketTypes.CONNACK)
    told.ReceiveMaximum, told.MaximumPacketSize, told.ServerKeepAlive = 20, 70000, 15
    told.ReasonString, told.UserProperty = "fine", [("a", "b"), ("c", "")]
    told.AssignedClientIdentifier, told.SharedSubscriptionAvailable = "x", 0
    code, numbers = connected(b"\0\0" + told.pack())
    assert code == 0
    assert (numbers[0x21], numbers[0x27], numbers[0x13]) == (20, 70000, 15)


def test_acknowledgements_of_either_version() -> None:
    assert acknowledge(258) == b"\x40\x02\x01\x02"
    assert acknowledged(b"\x01\x02") == (258, 0)
    assert acknowledged(b"\x01\x02\x87") == (258, 0x87)
    assert granted(b"\x01\x02\x01\x80", False) == (258, b"\x01\x80")
    told = Properties(PacketTypes.SUBACK)
    told.ReasonString = "no"
    assert granted(b"\x01\x02" + told.pack() + b"\x87", True) == (258, b"\x87")
    assert (left(b""), left(b"\x8e\0")) == (0, 0x8E)


@pytest.mark.parametrize(
    "read",
    [
        lambda: connected(b"\0"),
        lambda: connected(b"\0\0\x05\x21"),  # properties that end early
        lambda: connected(b"\0\0\x01\x55"),  # a property that there is not
        lambda: connected(b"\0\0\x02\x1f\x00"),  # a text that ends early
        lambda: connected(b"\0\0\xff\xff\xff\xff"),
        lambda: acknowledged(b"\0"),
        lambda: granted(b"\0\1", False),
        lambda: granted(b"\0\1\x80", True),
        lambda: arrived(Packet(PUBLISH, 0, b"\0"), False),
        lambda: arrived(Packet(PUBLISH, 0, b"\0\5abc"), False),
        lambda: arrived(Packet(PUBLISH, 0, b"\0\1\xff"), False),
        lambda: arrived(Packet(PUBLISH, 2, b"\0\1a\0\0"), False),  # the number 0
        lambda: arrived(Packet(PUBLISH, 4, b"\0\1a\0\1"), False),  # QoS 2
        lambda: arrived(Packet(PUBLISH, 0, b"\0\1a"), True),
        lambda: split(b"\x30\xff\xff\xff\xff\x01"),
        lambda: split(bytes((CONNACK << 4, 0xFF, 0xFF, 0xFF, 0x7F))),
    ],
)
def test_nonsense_is_malformed(read: object) -> None:
    with pytest.raises(Malformed):
        read()  # type: ignore[operator]


def test_the_largest_packet_is_bounded() -> None:
    assert split(bytes((0x30, 0x80, 0x80, 0x40))) == ([], bytes((0x30, 0x80, 0x80, 0x40)))
    assert LARGEST == 64 * 128 * 128
    with pytest.raises(Malformed, match="1048577 bytes"):
        split(bytes((0x30, 0x81, 0x80, 0x40)))
