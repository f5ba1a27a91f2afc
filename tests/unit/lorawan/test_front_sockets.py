"""The fronts behind real sockets, on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from radio_bench import ROOF, numbered, radio_config
from recorded import GWMP, LNS
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wisgate.config.addresses import Listen
from wisgate.core.clock import SystemClock
from wisgate.core.errors import Unavailable
from wisgate.lorawan import gwmp
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.fronts.station import StationFront
from wisgate.lorawan.fronts.station_server import MOST_CONNECTIONS, StationServer
from wisgate.lorawan.fronts.udp import UdpFront
from wisgate.lorawan.fronts.udp_socket import AT_ONCE, UdpSocket
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.radio import (
    Downlink,
    Frame,
    Heard,
    Immediately,
    Lora,
    Result,
    Shot,
    Verdict,
)

CONFIG = json.dumps(next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config"))
ANYWHERE = Listen("127.0.0.1", 0)
SHOT = Shot(
    phy=b"\x60" + bytes(11), frequency=868_100_000, modulation=Lora(7, 125_000), power=14,
    due=Immediately(),
)  # fmt: skip


LOGGED = "a station: unexpected; its connection ends"


def on_a_loop(main: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def test() -> None:
        asyncio.run(main())

    return test


class Queue:
    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.more = asyncio.Event()
        self.boards = Boards(radio_config(gateway_id=ROOF))
        self.hub = Hub(self.boards, SystemClock(), self.append, self.transmit)

    def append(self, frames: Sequence[Frame]) -> list[Heard]:
        heard = numbered(frames, len(self.heard))
        self.heard += heard
        self.more.set()
        return heard

    async def transmit(self, downlink: Downlink) -> Result:
        raise NotImplementedError

    async def count(self, number: int) -> None:
        async with asyncio.timeout(10):
            while len(self.heard) < number:
                self.more.clear()
                await self.more.wait()


def forwarder(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.connect(("127.0.0.1", port))
    return opened


@on_a_loop
async def test_udp() -> None:
    clock, queue = SystemClock(), Queue()
    opened = UdpSocket(ANYWHERE, clock)
    front = UdpFront(queue.hub, clock, 1, opened.send_to)
    await opened.open(front.take)
    loop = asyncio.get_running_loop()
    asked = [x for x in GWMP if x["type"] in ("PUSH_DATA", "PULL_DATA")]
    given = [x["hex"] for x in GWMP if x["type"] in ("PUSH_ACK", "PULL_ACK")]
    with forwarder(opened.port) as gateway:
        for line in asked:
            await loop.sock_sendall(gateway, bytes.fromhex(line["hex"]))
        got = {(await loop.sock_recv(gateway, 100)).hex() for _ in asked}
        assert got == set(given)
        board = queue.boards.get("0016c001ff000001")
        assert board is not None
        sending = asyncio.create_task(board.send(SHOT, None))
        order = gwmp.order(await loop.sock_recv(gateway, 1000))
        await loop.sock_sendall(gateway, gwmp.tx_ack(order.token, board.eui, "TX_FREQ"))
        assert await sending is Verdict.TX_FREQUENCY
        await loop.sock_sendall(gateway, b"\xff" * 65000)
        await loop.sock_sendall(gateway, gwmp.pull(7, board.eui))
        assert await loop.sock_recv(gateway, 100) == b"\x02\x00\x07\x04"
        assert front.counters["malformed"] == 1
    opened.close()
    assert opened.port == 0
    queue.hub.close()


@on_a_loop
async def test_more_datagrams_than_one_turn_takes() -> None:
    clock, queue = SystemClock(), Queue()
    opened = UdpSocket(ANYWHERE, clock)
    await opened.open(UdpFront(queue.hub, clock, 1, opened.send_to).take)
    number = 3 * AT_ONCE
    with forwarder(opened.port) as gateway:
        for token in range(number):
            gateway.send(gwmp.pull(token, ROOF))
        async with asyncio.timeout(10):
            loop = asyncio.get_running_loop()
            tokens = [(await loop.sock_recv(gateway, 100))[1:3] for _ in range(number)]
        assert tokens == [token.to_bytes(2, "big") for token in range(number)]
    opened.close()


@on_a_loop
async def test_a_port_that_is_taken() -> None:
    clock, queue = SystemClock(), Queue()
    first = UdpSocket(ANYWHERE, clock)
    await first.open(lambda *_: None)
    second = UdpSocket(Listen("127.0.0.1", first.port), clock)
    with pytest.raises(Unavailable, match=rf"udp 127\.0\.0\.1:{first.port} cannot be used .*; is "):
        await second.open(lambda *_: None)
    first.close()
    server = StationServer(station(queue), ANYWHERE, clock)
    await server.open()
    other = StationServer(station(queue), Listen("127.0.0.1", server.port), clock)
    with pytest.raises(Unavailable, match=rf"station 127\.0\.0\.1:{server.port} cannot be used"):
        await other.open()
    await server.close()


def station(queue: Queue) -> StationFront:
    return StationFront(queue.hub, SystemClock(), lambda eui: CONFIG, lambda: None)


@on_a_loop
async def test_station() -> None:
    queue = Queue()
    server = StationServer(station(queue), ANYWHERE, SystemClock())
    await server.open()
    async with connect(f"ws://127.0.0.1:{server.port}/router-info") as asking:
        await asking.send(json.dumps(LNS[0]["msg"]))
        answer = json.loads(await asking.recv())
    async with connect(answer["uri"]) as talking:
        for line in LNS:
            if line["dir"] == "from_gw" and "msgtype" in line["msg"]:
                await talking.send(json.dumps(line["msg"]))
        assert await talking.recv() == CONFIG
        await queue.count(4)
        board = queue.boards.get("000000fffe000001")
        assert board is not None
        sending = asyncio.create_task(board.send(SHOT, None))
        order = json.loads(await talking.recv())
        await talking.send(json.dumps({"msgtype": "dntxed", "diid": order["diid"]}))
        assert await sending is Verdict.EMITTED
    await server.close()
    assert board.now() is None
    assert await board.send(SHOT, None) is Verdict.NO_BOARD
    assert server.port == 0


@on_a_loop
async def test_what_a_server_of_stations_refuses() -> None:
    queue = Queue()
    server = StationServer(station(queue), ANYWHERE, SystemClock())
    await server.open()
    url = f"ws://127.0.0.1:{server.port}"
    for path in ("/", "/traffic/1", "/traffic/0016C001FF000001", "/router-info/x"):
        with pytest.raises(InvalidStatus, match="404"):
            await connect(url + path)
    async with connect(f"{url}/traffic/{ROOF}") as talking:
        await talking.send("x" * 70_000)
        with pytest.raises(ConnectionClosed):
            await talking.recv()
    many = [await connect(f"{url}/router-info") for _ in range(MOST_CONNECTIONS)]
    with pytest.raises(InvalidStatus, match="503"):
        await connect(f"{url}/router-info")
    for one in many:
        await one.close()
    await server.close()


def test_a_front_that_stumbles_over_one_board_serves_the_others(caplog) -> None:
    asyncio.run(stumbling())
    assert [r.message.partition(" <")[0] for r in caplog.records if r.levelname == "ERROR"] == [
        "Exception in callback UdpSocket._drain()\nhandle:",
        LOGGED,
    ]


async def stumbling() -> None:
    clock, queue = SystemClock(), Queue()
    opened = UdpSocket(ANYWHERE, clock)
    udp = UdpFront(queue.hub, clock, 1, opened.send_to)

    def take(datagram: bytes, address: Any, at_ns: int) -> bytes | None:
        return udp.take(datagram, address, at_ns // (len(datagram) - 1))

    await opened.open(take)
    with forwarder(opened.port) as gateway:
        for datagram in (b"x", gwmp.pull(7, ROOF)):
            await asyncio.get_running_loop().sock_sendall(gateway, datagram)
        async with asyncio.timeout(10):
            answer = await asyncio.get_running_loop().sock_recv(gateway, 100)
        assert answer == b"\x02\x00\x07\x04"
    opened.close()
    front = StationFront(queue.hub, clock, lambda eui: CONFIG if eui == ROOF else 7, lambda: None)  # type: ignore[return-value,arg-type]
    server = StationServer(front, ANYWHERE, clock)
    await server.open()
    url = f"ws://127.0.0.1:{server.port}/traffic"
    version = json.dumps({"msgtype": "version"})
    async with connect(f"{url}/{ROOF}") as good, connect(f"{url}/{'0' * 16}") as bad:
        await bad.send(version)
        with pytest.raises(ConnectionClosed):
            await bad.recv()
        await good.send(version)
        assert await good.recv() == CONFIG
    await server.close()
