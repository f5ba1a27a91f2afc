"""The whole gateway with its radio: boards at the fronts, servers behind, the same frame once, and
answers to the microsecond."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from gateways import Running
from network_server import DOWN, Server, payload
from peers import free_port
from radio_bench import JOIN, ROOF, SHED
from recorded import LNS
from running import running
from upstream_bench import until
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from wisgate.core.clock import SystemClock
from wisgate.core.errors import Unavailable
from wisgate.lorawan import gwmp, lns, lns_frames, translation
from wisgate.lorawan.packets import Rxpk
from wisgate.lorawan.radio import Lora

GATEWAY = "0016c001ff000009"
HEAD = """
name = "mast"
board = "rak7391"

[web]
listen = "127.0.0.1:{web}"

[lorawan]
region = "EU868"
gateway_id = "{gateway}"
udp = "127.0.0.1:{udp}"
station = "127.0.0.1:{station}"
"""
UPSTREAM = """
[[lorawan.upstream]]
type = "{type}"
name = "{name}"
"""


def data(number: int) -> bytes:
    """An uplink of 26000001 with this FCnt."""
    return b"\x40\x01\x00\x00\x26\x00" + number.to_bytes(2, "little") + b"\x02" + bytes(8)


class Forwarder:
    """A packet forwarder whose counter begins anywhere."""

    def __init__(self, eui: str, port: int, counter: int) -> None:
        self.eui, self.offset = eui, counter - time.monotonic_ns() // 1000
        self.orders: list[gwmp.Order] = []
        self.acknowledged: list[int] = []
        self.error = ""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(("127.0.0.1", port))
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)

    async def there(self) -> Forwarder:
        """Once its gateway acknowledges what it says."""
        async with asyncio.timeout(20):
            while not self.acknowledged:
                with suppress(ConnectionRefusedError):
                    self._socket.send(gwmp.pull(1, self.eui))
                await asyncio.sleep(0.02)
        return self

    @property
    def now(self) -> int:
        return (time.monotonic_ns() // 1000 + self.offset) % (1 << 32)

    def hear(self, phy: bytes, rssi: int, **changes: Any) -> int:
        """Returns `tmst`."""
        values: dict[str, Any] = {
            "tmst": (self.now - 3000) % (1 << 32), "freq": 868.1, "modu": "LORA",
            "datr": "SF7BW125", "codr": "4/5", "rssi": rssi, "lsnr": 5.0, "size": len(phy),
            "payload": translation._written(phy), "stat": 1, "chan": 0, "rfch": 1,
        }  # fmt: skip
        packet = Rxpk(**values | changes)
        self._socket.send(gwmp.push(2, self.eui, (packet,)))
        return packet.tmst

    def _read(self) -> None:
        try:
            datagram = self._socket.recv(65536)
        except ConnectionRefusedError:
            return
        token = gwmp.acknowledged(datagram)
        if token is not None:
            self.acknowledged.append(token)
            return
        self.orders.append(gwmp.order(datagram))
        self._socket.send(gwmp.tx_ack(self.orders[-1].token, self.eui, self.error))

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()


def file(udp: int, station: int, *upstreams: str) -> str:
    head = HEAD.format(web=free_port(), gateway=GATEWAY, udp=udp, station=station)
    return head + "".join(upstreams)


def to_server(port: int, name: str = "plant") -> str:
    return UPSTREAM.format(type="udp", name=name) + f'server = "127.0.0.1:{port}"\n'


def test_two_boards_one_gateway(tmp_path: Path) -> None:
    async def main() -> None:
        udp, station = free_port(), free_port()
        server = Server()
        text = file(udp, station, to_server(server.port))
        async with running(text, tmp_path, SystemClock()) as gateway:
            roof = await Forwarder(ROOF, udp, 4_294_000_000).there()
            shed = await Forwarder(SHED, udp, 77).there()
            weaker = roof.hear(data(1), -90)
            told = shed.hear(data(1), -60, lsnr=9.0)
            roof.hear(JOIN, -80)
            await until(lambda: len(server.heard) == 2)
            assert [payload(p) for p in server.heard] == [data(1), JOIN]
            assert {p.eui for p in server.pushes} == {GATEWAY}
            assert server.heard[0].rssi == -60
            tmst = server.heard[0].tmst
            server.order(7, GATEWAY, tmst=(tmst + 1_000_000) % (1 << 32))
            await until(lambda: bool(server.answers))
            assert server.answers == [gwmp.Answer(7, GATEWAY)]
            assert [o.packet.tmst for o in shed.orders] == [(told + 1_000_000) % (1 << 32)]
            assert shed.orders[0].packet.payload == DOWN
            assert roof.orders == []
            shed.error = "TX_FREQ"  # then the other one that heard it
            server.order(8, GATEWAY, tmst=(tmst + 2_000_000) % (1 << 32))
            await until(lambda: len(server.answers) == 2)
            assert server.answers[1] == gwmp.Answer(8, GATEWAY)
            assert [o.packet.tmst for o in roof.orders] == [(weaker + 2_000_000) % (1 << 32)]
            server.order(9, GATEWAY, tmst=(tmst - 5_000_000) % (1 << 32))
            await until(lambda: len(server.answers) == 3)
            assert server.answers[2].error == "TOO_LATE"
            assert gateway.radio is not None
            assert gateway.radio.problems() == []
            roof.close()
            shed.close()
        server.close()

    asyncio.run(main())


def test_a_board_in_another_region_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        udp, server = free_port(), Server()
        text = file(udp, free_port(), to_server(server.port))
        async with running(text, tmp_path, SystemClock()):
            board = await Forwarder(ROOF, udp, 5).there()
            for number in (1, 2):
                board.hear(data(number), -60, freq=2425.0, datr="SF12BW812", codr="4/8LI")
            await until(lambda: len(server.heard) == 2)
            board.close()
        server.close()

    asyncio.run(main())
    told = f"lorawan: board {ROOF} hears 2425 MHz, which EU868 does not have; add [[lorawan.board]]"
    assert [m for m in caplog.messages if "hears" in m] == [f"{told} with its eui and region"]


def test_a_server_that_is_away_holds_nothing_up(tmp_path: Path) -> None:
    async def main() -> None:
        udp, station = free_port(), free_port()
        away, server = free_port(), Server()
        text = file(udp, station, to_server(away, "away"), to_server(server.port))
        async with running(text, tmp_path, SystemClock()) as gateway:
            board = await Forwarder(ROOF, udp, 5).there()
            for number in range(1, 6):
                board.hear(data(number), -60)
            await until(lambda: len(server.heard) == 5)
            assert gateway.radio is not None
            await until(lambda: bool(gateway.radio and gateway.radio.problems()))
            assert gateway.health().problems == (
                f"upstream away: 127.0.0.1:{away} does not answer",
            )
            board.close()
        server.close()
        late = Server(away)
        async with running(text, tmp_path, SystemClock()):
            await until(lambda: len(late.heard) == 5)
        late.close()
        assert [payload(p) for p in late.heard] == [data(n) for n in range(1, 6)]
        assert all(p.time for p in late.heard)

    asyncio.run(main())


def test_stations_on_both_sides(tmp_path: Path) -> None:
    """Basics Station in front, a server of its protocol behind."""
    got: list[dict[str, Any]] = []
    there: list[ServerConnection] = []
    config = next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config")

    async def lns_server(connection: ServerConnection) -> None:
        assert connection.request is not None
        if connection.request.path == "/router-info":
            await connection.recv()
            port = connection.local_address[1]
            await connection.send(json.dumps({"router": "::9", "uri": f"ws://127.0.0.1:{port}/t"}))
            return
        there.append(connection)
        async for text in connection:
            got.append(json.loads(text))
            if got[-1]["msgtype"] == "version":
                await connection.send(json.dumps(config))

    async def main() -> None:
        udp, station = free_port(), free_port()
        async with serve(lns_server, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            behind = (
                UPSTREAM.format(type="station", name="lns") + f'url = "ws://127.0.0.1:{port}"\n'
            )
            text = file(udp, station, behind)
            async with running(text, tmp_path, SystemClock()) as gateway:
                await gateway.at_work.wait()
                await talk(station)

    async def talk(port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/router-info") as asking:
            await asking.send(json.dumps({"router": "0:ff:fe00:1"}))
            uri = json.loads(await asking.recv())["uri"]
        async with connect(uri) as board:
            await board.send(json.dumps({"msgtype": "version", "station": "2.0.6"}))
            drs = lns.from_server(await board.recv())
            assert isinstance(drs, lns.RouterConfig)
            rates = lns_frames.rates(drs.rates)
            counter = 5_000_000
            said = {
                "msgtype": "updf", "MHdr": 64, "DevAddr": 1, "FCtrl": 0, "FCnt": 7, "FOpts": "",
                "FPort": 2, "FRMPayload": "AA", "MIC": 1, "RefTime": 1.5,
                "DR": lns_frames.rate_of(Lora(7, 125_000), rates), "Freq": 868_100_000,
                "upinfo": {"rctx": 0, "xtime": lns_frames.xtime(0, 9, counter), "gpstime": 0,
                           "fts": -1, "rssi": -50, "snr": 9, "rxtime": 1.5},
            }  # fmt: skip
            await board.send(json.dumps(said))
            await until(lambda: any(m["msgtype"] == "updf" for m in got))
            heard = next(m for m in got if m["msgtype"] == "updf")
            assert {k: heard[k] for k in ("FCnt", "FRMPayload", "MIC", "DR", "Freq")} == {
                "FCnt": 7, "FRMPayload": "AA", "MIC": 1, "DR": 5, "Freq": 868_100_000,
            }  # fmt: skip
            order = {
                "msgtype": "dnmsg", "DevEui": "::1", "dC": 0, "diid": 10, "pdu": "60A6FE6A01A00300",
                "priority": 1, "RxDelay": 1, "RX1DR": 5, "RX1Freq": 868_100_000, "RX2DR": 0,
                "RX2Freq": 869_525_000, "xtime": heard["upinfo"]["xtime"], "rctx": 0,
            }  # fmt: skip
            await there[0].send(json.dumps(order))
            sent = json.loads(await board.recv())
            assert sent["xtime"] + sent["RxDelay"] * 1_000_000 == lns_frames.xtime(
                0, 9, counter + 1_000_000
            )
            assert (sent["pdu"], sent["RX1Freq"]) == (order["pdu"], 868_100_000)
            await board.send(json.dumps({"msgtype": "dntxed", "diid": sent["diid"]}))
            await until(lambda: any(m["msgtype"] == "dntxed" for m in got))
            told = next(m for m in got if m["msgtype"] == "dntxed")
            assert (told["diid"], told["Freq"]) == (10, 868_100_000)
            assert told["xtime"] == heard["upinfo"]["xtime"] + 1_000_000

    asyncio.run(main())


def test_a_port_that_is_taken_ends_the_start(tmp_path: Path) -> None:
    async def main() -> None:
        udp, station = free_port(), free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
            taken.bind(("127.0.0.1", station))
            taken.listen()
            async with running(file(udp, station), tmp_path, SystemClock()):
                pass

    with pytest.raises(Unavailable, match="station 127"):
        asyncio.run(main())


@contextmanager
def process(folder: Path, text: str) -> Iterator[Running]:
    (folder / "gateway.toml").write_text(text)
    words = "run", folder / "gateway.toml", "--virtual", "--data", folder / "state"
    with Running(folder / "run", *words) as gateway:
        yield gateway.ready()


def test_upstreams_and_sinks_share_the_time_of_the_end(tmp_path: Path) -> None:
    """A server that takes no answer and a broker that is not there: one deadline, not two."""

    async def main() -> None:
        udp, server = free_port(), Server()
        sink = f'[sink.x]\ntype = "mqtt"\nurl = "mqtt://127.0.0.1:{free_port()}"\n'
        with process(tmp_path, file(udp, free_port(), to_server(server.port), sink)) as gateway:
            board = await Forwarder(ROOF, udp, 5).there()
            board.hear(data(1), -60)
            await until(lambda: len(server.heard) == 1)
            server.mute = True
            board.hear(data(2), -60)
            await until(lambda: len(server.heard) == 2)
            assert gateway.stop(seconds=6) == 0
            board.close()
        server.close()

    asyncio.run(main())


def test_what_a_killed_gateway_had_heard_arrives(tmp_path: Path) -> None:
    """A server away, a `kill -9`, the server back: every frame once and in order, no join."""

    async def main() -> None:
        udp, away = free_port(), free_port()
        text = file(udp, free_port(), to_server(away))
        with process(tmp_path, text) as gateway:
            board = await Forwarder(ROOF, udp, 5).there()
            for number in range(1, 21):
                board.hear(data(number), -60)
            board.hear(JOIN, -60)
            await until(lambda: len(board.acknowledged) >= 22)
            await asyncio.sleep(4)  # a power cut may cost what came in the last seconds
            gateway.kill()
            board.close()
        server = Server(away)
        with process(tmp_path, text) as gateway:
            await until(lambda: len(server.heard) == 20)
            assert gateway.stop() == 0
        server.close()
        assert [payload(p) for p in server.heard] == [data(n) for n in range(1, 21)]
        assert {p.eui for p in server.pushes} == {GATEWAY}

    asyncio.run(main())
