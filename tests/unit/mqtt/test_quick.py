"""Batches and their acknowledgements against a broker of a few lines, whose answers come in pieces
of every size."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiomqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTErrorCode

from wisgate.mqtt import client as client_module
from wisgate.mqtt.client import Client
from wisgate.mqtt.message import Message
from wisgate.mqtt.quick import MOST, Quick

CONNACK = {4: b"\x20\x02\x00\x00", 5: b"\x20\x03\x00\x00\x00"}
PINGRESP = b"\xd0\x00"
NOT_AUTHORIZED = 0x87
HANG_UP = b""


class Broker:
    """Takes one client. `answer` makes the bytes that follow a batch of so many packets."""

    def __init__(self, version: int, answer: Callable[[list[tuple[int, bytes]]], list[bytes]]):
        self._version, self._answer = version, answer
        self.packets: list[tuple[int, bytes]] = []
        self.expected = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _packet(reader)
            writer.write(CONNACK[self._version])
            while True:
                first, body = await _packet(reader)
                if first >> 4 != 3:
                    continue
                self.packets.append((first, body))
                if len(self.packets) == self.expected:
                    for piece in self._answer(self.packets):
                        if piece == HANG_UP:
                            return
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first, await reader.readexactly(size)


def talk(broker: Broker, version: int, story: Callable[[Client], Awaitable[None]]) -> None:
    async def main() -> None:
        server = await asyncio.start_server(broker.serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        protocol = aiomqtt.ProtocolVersion.V5 if version == 5 else aiomqtt.ProtocolVersion.V311
        made = Client("127.0.0.1", port, identifier="quick", protocol=protocol)
        async with server, asyncio.timeout(20), made as client:
            await story(client)

    asyncio.run(main())


def parts(body: bytes, version: int) -> tuple[str, int, bytes]:
    """Topic, number and payload of a message of QoS 1."""
    size = int.from_bytes(body[:2], "big")
    rest = body[2 + size :]
    number, payload = int.from_bytes(rest[:2], "big"), rest[2:]
    if version == 5:
        assert payload[:1] == b"\0"
        payload = payload[1:]
    return body[2 : 2 + size].decode(), number, payload


def acknowledgement(number: int, reason: int = 0) -> bytes:
    if reason:
        return b"\x40\x03" + number.to_bytes(2, "big") + bytes([reason])
    return b"\x40\x02" + number.to_bytes(2, "big")


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return [piece for piece in (*found, data[at:]) if piece]


@settings(max_examples=60, deadline=None)
@given(
    version=st.sampled_from([4, 5]),
    payloads=st.lists(st.binary(max_size=300), min_size=1, max_size=12),
    sizes=st.lists(st.integers(1, 9), max_size=20),
    pings=st.lists(st.integers(0, 11), max_size=3),
    last=st.sampled_from([0, MOST - 3, MOST]),
)
def test_answers_may_come_in_any_pieces(
    version: int, payloads: list[bytes], sizes: list[int], pings: list[int], last: int
) -> None:
    def answer(packets: list[tuple[int, bytes]]) -> list[bytes]:
        data = b""
        for index, (_, body) in enumerate(packets):
            data += PINGRESP * pings.count(index) + acknowledgement(parts(body, version)[1])
        return cut(data, sizes)

    broker = Broker(version, answer)
    broker.expected = len(payloads)
    messages = [Message(f"hall/{n}", p, retain=n % 2 == 1) for n, p in enumerate(payloads)]

    async def story(client: Client) -> None:
        client._quick._last_mid = last
        await client.send(messages, 1)
        assert client.refused == []

    talk(broker, version, story)
    seen = [(first, *parts(body, version)) for first, body in broker.packets]
    assert [(t, p, first & 1) for first, t, _, p in seen] == [
        (m.topic, m.payload, m.retain) for m in messages
    ]
    assert all(first >> 1 & 3 == 1 for first, *_ in seen)
    numbers = [number for _, _, number, _ in seen]
    follow = [*range(last + 1, MOST + 1), *range(1, 20)]
    assert numbers == follow[: len(numbers)]


def test_what_is_refused_is_told_with_its_reason() -> None:
    def answer(packets: list[tuple[int, bytes]]) -> list[bytes]:
        numbers = [parts(body, 5)[1] for _, body in packets]
        reasons = (0, NOT_AUTHORIZED, 0)
        return [b"".join(map(acknowledgement, numbers, reasons))]

    broker = Broker(5, answer)
    broker.expected = 3
    messages = [Message(f"hall/{n}", b"x", (n,)) for n in range(3)]

    async def story(client: Client) -> None:
        await client.send(messages, 1)
        assert [(m.seqs, why.value) for m, why in client.refused] == [((1,), NOT_AUTHORIZED)]

    talk(broker, 5, story)


def test_between_two_looks_for_acknowledgements_is_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    read = Quick.loop_read

    def counted(quick: Quick, max_packets: int = 1) -> MQTTErrorCode:
        looks.append(max_packets)
        return read(quick, max_packets)

    monkeypatch.setattr(Quick, "loop_read", counted)
    monkeypatch.setattr(client_module, "PAUSE_S", 0.1)
    messages = [Message("hall", b"x")] * 200
    broker = Broker(4, lambda packets: [acknowledgement(parts(b, 4)[1]) for _, b in packets])
    broker.expected = len(messages)

    async def story(client: Client) -> None:
        looks.clear()
        await client.send(messages, 1)
        assert len(looks) <= 3

    talk(broker, 4, story)


def test_a_connection_may_end_during_a_pause() -> None:
    broker = Broker(4, lambda packets: [acknowledgement(parts(packets[0][1], 4)[1]), HANG_UP])
    broker.expected = 2

    async def story(client: Client) -> None:
        sending = asyncio.create_task(client.send([Message("hall", b"x")] * 2, 1))
        with pytest.raises(aiomqtt.MqttError):
            await anext(client.messages)
        sending.cancel()

    talk(broker, 4, story)


def test_an_end_in_the_moment_of_a_look_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(4, lambda packets: [acknowledgement(parts(packets[0][1], 4)[1])])
    broker.expected = 2

    async def story(client: Client) -> None:
        loop, take, came = asyncio.get_running_loop(), client._quick.on_answer, asyncio.Event()
        time = loop.time
        client._quick.on_answer = lambda numbers, why: (take(numbers, why), came.set())[0]
        sending = asyncio.create_task(client.send([Message("hall", b"x")] * 2, 1))
        await came.wait()
        loop.call_soon(client._disconnected.set_result, None)
        monkeypatch.setattr(loop, "time", lambda: time() + client.timeout)
        with pytest.raises(aiomqtt.MqttError, match="lost"):
            await sending

    talk(broker, 4, story)


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, 200_000])
def test_a_message_of_any_size_is_whole(size: int) -> None:
    payload = bytes(size)

    def answer(packets: list[tuple[int, bytes]]) -> list[bytes]:
        return [acknowledgement(parts(body, 4)[1]) for _, body in packets]

    broker = Broker(4, answer)
    broker.expected = 2

    async def story(client: Client) -> None:
        await client.send([Message("hall", payload), Message("hall", b"end")], 1)

    talk(broker, 4, story)
    assert [parts(body, 4)[2] for _, body in broker.packets] == [payload, b"end"]


def test_without_an_answer_asked_nothing_is_waited_for() -> None:
    told = asyncio.Event()

    def answer(packets: list[tuple[int, bytes]]) -> list[bytes]:
        told.set()
        return []

    broker = Broker(4, answer)
    broker.expected = 2

    async def story(client: Client) -> None:
        await client.send([Message("hall", b"a"), Message("hall", b"b", retain=True)], 0)
        await told.wait()

    talk(broker, 4, story)
    assert broker.packets == [(0x30, b"\0\x04halla"), (0x31, b"\0\x04hallb")]
