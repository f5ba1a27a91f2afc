"""The MQTT client against brokers that do what a real one seldom does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from wisgate.gateway.sinks.mqtt_client import Client, Ended
from wisgate.gateway.sinks.mqtt_packets import (
    DISCONNECT,
    PUBLISH,
    Message,
    Packet,
    acknowledge,
    publish,
    split,
)

ACCEPTED = bytes.fromhex("20 03 00 00 00")
FEW = bytes.fromhex("20 06 00 00 03 21 00 03")
"""A CONNACK whose receive maximum is 3."""
SHORT = bytes.fromhex("20 06 00 00 03 13 00 01")
"""One whose server keep alive is 1 s."""
PINGREQ, PINGRESP = 12, bytes.fromhex("d0 00")
MESSAGES = [Message("t", str(n).encode()) for n in range(10)]

Answering = Callable[[Packet, asyncio.StreamWriter], None]


def with_broker(
    accept: bytes, answer: Answering, work: Callable[[Client], Awaitable[None]]
) -> None:
    """Let `work` use a client of a broker that accepts it with `accept` and then answers packets
    as it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest, first = b"", True
        while received := await reader.read(65536):
            found, rest = split(rest + received)
            for packet in found:
                if first:
                    writer.write(accept)
                elif packet.kind != DISCONNECT:
                    answer(packet, writer)
                first = False
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, asyncio.timeout(20):
            client = Client(arrived.append, version5=True)
            port = server.sockets[0].getsockname()[1]
            await client.open("127.0.0.1", port, None, "ours", Message("w", b""), ("", None))
            try:
                await work(client)
            finally:
                await client.close()

    arrived: list[Message] = []
    asyncio.run(main())


def number(packet: Packet) -> int:
    """Of a PUBLISH with a topic of one character."""
    return int.from_bytes(packet.body[3:5])


def test_never_more_is_under_way_than_the_broker_takes() -> None:
    waiting: list[int] = []
    most = 0

    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        waiting.append(number(packet))
        most = max(most, len(waiting))
        if len(waiting) == 3 or packet.body.endswith(b"9"):
            writer.write(b"".join(acknowledge(n) for n in waiting))
            waiting.clear()

    async def work(client: Client) -> None:
        await client.send(MESSAGES, 1)

    with_broker(FEW, answer, work)
    assert most == 3


def test_answers_may_come_in_any_order_twice_and_for_nobody() -> None:
    seen: list[int] = []

    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        seen.append(number(packet))
        if len(seen) == len(MESSAGES):
            for n in (*reversed(seen), *seen, 60_000):
                writer.write(acknowledge(n))

    async def work(client: Client) -> None:
        await client.send(MESSAGES, 1)
        assert client.refused == []

    with_broker(ACCEPTED, answer, work)
    assert len(set(seen)) == len(MESSAGES)


def test_refusals_are_handed_back() -> None:
    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        code = {b"3": 0x87, b"5": 0x10, b"7": 0x99}.get(packet.body[-1:], 0)
        writer.write(b"\x40\x03" + number(packet).to_bytes(2) + bytes((code,)))

    async def work(client: Client) -> None:
        await client.send(MESSAGES, 1)
        assert client.refused == [(MESSAGES[3], 0x87), (MESSAGES[7], 0x99)]
        await client.send(MESSAGES[:3], 1)
        assert client.refused == []

    with_broker(ACCEPTED, answer, work)


@pytest.mark.parametrize("answering", [True, False])
def test_a_broker_that_falls_silent_is_found_out(answering: bool) -> None:
    pings = 0

    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        nonlocal pings
        pings += packet.kind == PINGREQ
        if answering:
            writer.write(PINGRESP)

    async def work(client: Client) -> None:
        ended = await asyncio.wait([client.over], timeout=10 if not answering else 1.8)
        assert bool(ended[0]) is not answering
        if not answering:
            assert isinstance(client.ended, TimeoutError)
            with pytest.raises(TimeoutError):
                await client.send(MESSAGES, 1)

    with_broker(SHORT, answer, work)
    assert pings >= (3 if answering else 1)


@pytest.mark.parametrize("publishing", [True, False])
def test_what_breaks_while_waiting_is_told_at_once(publishing: bool) -> None:
    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def work(client: Client) -> None:
        with pytest.raises(Ended) as error:
            await (client.send(MESSAGES, 1) if publishing else client.subscribe(["t"]))
        assert (error.value.code, error.value.early) == (None, False)

    with_broker(ACCEPTED, answer, work)


def test_nonsense_ends_the_connection() -> None:
    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes.fromhex("40 01 00"))

    async def work(client: Client) -> None:
        with pytest.raises(ValueError, match="a PUBACK without a number"):
            await client.send(MESSAGES, 1)

    with_broker(ACCEPTED, answer, work)


def test_what_arrives_is_acknowledged_and_handed_on_in_order() -> None:
    answered: list[Any] = []

    def answer(packet: Packet, writer: asyncio.StreamWriter) -> None:
        if packet.kind == PUBLISH:
            for n, message in enumerate(MESSAGES, 1):
                writer.write(publish(message, 1, n, True))
            writer.write(acknowledge(number(packet)))
        else:
            answered.append(int.from_bytes(packet.body))

    async def work(client: Client) -> None:
        got: list[Message] = []
        client._take = got.append
        await client.send(MESSAGES[:1], 1)
        assert got == MESSAGES
        while len(answered) < len(MESSAGES):  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.01)

    with_broker(ACCEPTED, answer, work)
    assert answered == list(range(1, len(MESSAGES) + 1))
