"""Forwarders on the air between motes and the fronts: up, and down into the windows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from radio_bench import numbered, radio_config
from recorded import LNS

from wisgate.board import virtual_time
from wisgate.config.addresses import Listen
from wisgate.core.clock import Clock, SystemClock, VirtualClock
from wisgate.lorawan import crypto
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Kind, Message
from wisgate.lorawan.fronts.station import StationFront
from wisgate.lorawan.fronts.station_server import StationServer
from wisgate.lorawan.fronts.udp import UdpFront
from wisgate.lorawan.fronts.udp_socket import UdpSocket
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.radio import (
    After,
    Board,
    Downlink,
    Frame,
    Heard,
    Result,
    Shot,
    Status,
    Verdict,
)
from wisgate.lorawan.twins.air import Air
from wisgate.lorawan.twins.channel import Channel, Place, Tuning
from wisgate.lorawan.twins.mote import Identity, Mote
from wisgate.lorawan.twins.plans import EU868
from wisgate.lorawan.twins.station_board import StationBoard
from wisgate.lorawan.twins.station_forwarder import StationForwarder
from wisgate.lorawan.twins.udp_board import UdpBoard
from wisgate.lorawan.twins.udp_forwarder import Setup, UdpForwarder

EUI = "0016c001ff000001"
KEYS = Keys(bytes([1]) * 16, bytes([2]) * 16)
CHANNELS = tuple(Tuning(hz) for hz in EU868.channels)
CONFIG = next(json.dumps(e["msg"]) for e in LNS if e["msg"].get("msgtype") == "router_config")


class Bench:
    """A hub with what it got, beside the air and a mote."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.queue: list[Heard] = []
        self.statuses: list[Status] = []
        self.hub = Hub(Boards(radio_config(gateway_id=EUI)), clock, self._append, self._transmit)
        self.hub.on_status.append(self.statuses.append)
        self.air = Air(Channel(1))
        self.mote = Mote(Identity(name="m", address=0x26000001, session=KEYS), Place(50.0))
        self.air.join(self.mote)

    def _append(self, frames: Sequence[Frame]) -> list[Heard]:
        heard = numbered(frames, len(self.queue))
        self.queue += heard
        return heard

    async def _transmit(self, downlink: Downlink) -> Result:
        raise NotImplementedError

    def board(self) -> Board:
        (found,) = self.hub.boards
        return found

    def send_up(self) -> None:
        self.air.transmit(self.mote.uplink(self.air.now(), b"tank", 2))

    def answer(self) -> Shot:
        """Into RX1 of the last uplink."""
        best = self.queue[-1].best
        plain = Message(
            kind=Kind.UNCONFIRMED_DOWN, address=self.mote.address, counter=0, port=3, payload=b"on"
        )
        return Shot(
            phy=crypto.seal(plain, KEYS, self.mote.counter_down + 1), frequency=best.frequency,
            modulation=best.modulation, power=14.0, due=After(best.moment, 1_000_000),
        )  # fmt: skip


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110  # whatever the condition is
            await asyncio.sleep(0.01)


async def there_and_back(bench: Bench, expected: Verdict) -> None:
    """An uplink is heard, and its answer comes into RX1."""
    bench.send_up()
    await until(lambda: len(bench.queue) == 1)
    assert await bench.board().send(bench.answer(), None) is expected
    await until(lambda: bool(bench.mote.received))
    (got,) = bench.mote.received
    assert (got.window, got.port, got.payload) == (1, 3, b"on")


def forwarder(bench: Bench) -> UdpBoard:
    twin = UdpForwarder(Setup(eui=EUI), bench.air.now())
    return UdpBoard(twin, bench.air, CHANNELS, bench.clock)


def in_virtual_time(story: Callable[[Bench], Coroutine[Any, Any, None]]) -> Bench:
    clock = VirtualClock()
    bench = Bench(clock)
    virtual_time.run(story(bench), clock)
    return bench


def test_a_packet_forwarder_without_sockets() -> None:
    async def story(bench: Bench) -> None:
        loop = asyncio.get_running_loop()
        twin = forwarder(bench)

        def down(datagram: bytes, address: object) -> None:
            loop.call_soon(twin.take, datagram)

        front = UdpFront(bench.hub, bench.clock, 1, down)

        def up(datagram: bytes) -> None:
            reply = front.take(datagram, "there", bench.clock.utc_ns())
            if reply is not None:
                down(reply, "there")

        twin.start(up, up)
        await there_and_back(bench, Verdict.QUEUED)
        await asyncio.sleep(60.5)
        twin.stop()
        bench.send_up()
        await asyncio.sleep(120)

    bench = in_virtual_time(story)
    assert [(s.received, s.forwarded, s.downlinks, s.emitted) for s in bench.statuses] == [
        (1, 1, 1, 1), (0, 0, 0, 0),
    ]  # fmt: skip
    assert bench.statuses[1].acknowledged == 100.0
    assert len(bench.queue) == 1


def test_basics_station_without_sockets() -> None:
    async def story(bench: Bench) -> None:
        loop = asyncio.get_running_loop()
        front = StationFront(bench.hub, bench.clock, lambda eui: CONFIG, lambda: None)
        twin = StationBoard(StationForwarder(EUI), bench.air, bench.clock)

        async def say(text: str) -> None:
            loop.call_soon(twin.take, text)

        board = front.connect(EUI, say)
        assert board is not None

        def told(text: str) -> None:
            reply = front.take(board, text, bench.clock.utc_ns())
            if reply is not None:
                loop.call_soon(twin.take, reply)

        twin.start(told)
        await asyncio.sleep(1)
        await there_and_back(bench, Verdict.EMITTED)
        assert await bench.board().send(bench.answer(), None) is Verdict.NO_ANSWER
        twin.stop()

    bench = in_virtual_time(story)
    assert bench.queue[0].best.snr == 14.0
    assert bench.statuses[0].version == "station 2.0.6(linux/testsim)"


def test_a_packet_forwarder_with_sockets() -> None:
    async def main() -> None:
        bench = Bench(SystemClock())
        socket = UdpSocket(Listen("127.0.0.1", 0), bench.clock)
        front = UdpFront(bench.hub, bench.clock, 1, socket.send_to)
        await socket.open(front.take)
        twin = forwarder(bench)
        try:
            await twin.connect("127.0.0.1", socket.port)
            await there_and_back(bench, Verdict.QUEUED)
        finally:
            twin.stop()
            socket.close()
            bench.hub.close()

    asyncio.run(main())


def test_basics_station_with_sockets_comes_back() -> None:
    async def main() -> None:
        bench = Bench(SystemClock())
        front = StationFront(bench.hub, bench.clock, lambda eui: CONFIG, lambda: None)
        server = StationServer(front, Listen("127.0.0.1", 0), bench.clock)
        await server.open()
        port = server.port
        twin = StationBoard(StationForwarder(EUI), bench.air, bench.clock)
        running = asyncio.create_task(twin.run(f"ws://127.0.0.1:{port}"))
        try:
            await until(lambda: twin.connections == 1)
            await there_and_back(bench, Verdict.EMITTED)
            await server.close()
            server = StationServer(front, Listen("127.0.0.1", port), bench.clock)
            await server.open()
            await until(lambda: twin.connections == 2)
            bench.send_up()
            await until(lambda: len(bench.queue) == 2)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await server.close()
            bench.hub.close()

    asyncio.run(main())
