"""Motes over the air, two boards that hear them, and a gateway whose points they are."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from pathlib import Path

import pytest
from browser import chromium
from gateways import Running
from peers import free_port
from radio_bench import ROOF, SHED
from running import eventually, running

from wisgate.core.clock import SystemClock
from wisgate.core.points import Reading, Status
from wisgate.gateway.gateway import Gateway
from wisgate.lorawan import crypto
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Kind, Message
from wisgate.lorawan.twins.air import Air
from wisgate.lorawan.twins.channel import Channel, Place, Transmission, Tuning
from wisgate.lorawan.twins.mote import Identity, Mote
from wisgate.lorawan.twins.plans import EU868
from wisgate.lorawan.twins.udp_board import UdpBoard
from wisgate.lorawan.twins.udp_forwarder import Setup, UdpForwarder

BARN, FIELD = Keys(bytes([1]) * 16, bytes([2]) * 16), Keys(bytes([3]) * 16, bytes([4]) * 16)
CHANNELS = tuple(Tuning(hz) for hz in EU868.channels)
TEXT = """
name = "mast"
board = "rak7391"

[lorawan]
region = "EU868"
gateway_id = "0016c001ff000009"
udp = "127.0.0.1:{udp}"
station = "127.0.0.1:{station}"

[[lorawan.device]]
name = "barn"
dev_addr = "26000001"
keys_file = "barn.keys"
codec = "cayenne"
points = [
    {{ name = "level", field = "analog_in_1", unit = "m" }},
    {{ name = "frames", field = "radio.counter", type = "int" }},
]

[[lorawan.device]]
name = "field"
dev_addr = "26000002"
keys_file = "field.keys"
codec = "soil.js"
points = [{{ name = "moisture", field = "soil.moisture", scale = 0.1, unit = "%" }}]

[[virtual]]
name = "valve"
type = "bool"

[[rule]]
when = "field_moisture < 20% and barn_level > 1m"
set = {{ valve = true }}
"""
CODEC = """
function decodeUplink(input) {
    return {data: {soil: {moisture: input.bytes[0] << 8 | input.bytes[1]}}};
}
"""


def written(folder: Path) -> str:
    for name, keys in (("barn", BARN), ("field", FIELD)):
        file = folder / f"{name}.keys"
        file.touch(0o600)
        network, application = keys.network.hex(), keys.application.hex()
        file.write_text(f"nwk_skey = {network}\napp_skey = {application}\n")
    (folder / "soil.js").write_text(CODEC)
    return TEXT.format(udp=free_port(), station=free_port())


def reading(gateway: Gateway, point: str) -> Reading | None:
    return gateway.live.get(point)


def value(gateway: Gateway, point: str) -> object:
    found = reading(gateway, point)
    return found and found.value


class World:
    """Two boards 100 m apart and a mote at each."""

    def __init__(self) -> None:
        self.air = Air(Channel(1, shadowing=0.0))
        near, far = Place(), Place(100.0)
        self.barn = Mote(Identity(name="barn", address=0x26000001, session=BARN), near)
        self.field = Mote(Identity(name="field", address=0x26000002, session=FIELD), far)
        self.boards = [
            UdpBoard(
                UdpForwarder(Setup(eui=eui, place=place), self.air.now()), self.air, CHANNELS,
                SystemClock(),
            )
            for eui, place in ((ROOF, near), (SHED, far))
        ]  # fmt: skip

    async def open(self, gateway: Gateway) -> None:
        await gateway.at_work.wait()
        assert gateway.radio is not None
        for board in self.boards:
            await board.connect("127.0.0.1", gateway.radio.udp.port)

    def close(self) -> None:
        for board in self.boards:
            board.stop()

    def send(self, sent: Transmission) -> None:
        self.air.transmit(sent)

    async def report(self, gateway: Gateway) -> None:
        now = self.air.now()
        self.send(self.barn.uplink(now, bytes.fromhex("01020096")))  # 1.5 m
        self.send(self.field.uplink(now + 200_000, b"\x00\x96"))  # 15 %
        await eventually(gateway, lambda: value(gateway, "field_moisture") is not None, "a frame")


def test_frames_become_points_that_rules_see(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(written(tmp_path), tmp_path, SystemClock()) as gateway:
            world = World()
            await world.open(gateway)
            await world.report(gateway)
            await eventually(gateway, lambda: value(gateway, "valve") is True, "the rule acts")
            assert value(gateway, "barn_level") == 1.5
            assert value(gateway, "field_moisture") == 15.0
            assert value(gateway, "barn_frames") == 0
            found = reading(gateway, "barn_level")
            assert found is not None
            assert found.status is Status.GOOD
            assert gateway.radio is not None
            counters = gateway.radio.counters()
            assert counters["end_devices_delivered"] == 2  # not once per board
            barn, field = gateway.plan_view()["end_devices"]
            assert barn == {
                "name": "barn", "title": "LoRaWAN · 26000001",
                "points": ["barn_level", "barn_frames"],
            }  # fmt: skip
            assert field["points"] == ["field_moisture"]
            world.close()

    asyncio.run(main())


def test_a_restart_takes_no_frame_twice(tmp_path: Path) -> None:
    async def main() -> None:
        text = written(tmp_path)
        async with running(text, tmp_path, SystemClock()) as gateway:
            world = World()
            await world.open(gateway)
            first = world.barn.uplink(world.air.now(), bytes.fromhex("01020096"))
            world.send(first)
            await eventually(gateway, lambda: value(gateway, "barn_level") == 1.5, "a frame")
            world.close()
        async with running(text, tmp_path, SystemClock()) as gateway:
            world = World()
            world.barn.counter_up = 0
            await world.open(gateway)
            again = world.air.now()
            world.send(Transmission(
                sender="stranger", place=Place(), begins=again, phy=first.phy,
                frequency=first.frequency, modulation=first.modulation, power=14.0,
            ))  # fmt: skip
            world.send(world.barn.uplink(again + 300_000, bytes.fromhex("010200c8")))
            await eventually(gateway, lambda: value(gateway, "barn_level") == 2.0, "a new frame")
            assert gateway.radio is not None
            assert gateway.radio.motes.counters == {"repeated": 1, "delivered": 1}
            world.close()

    asyncio.run(main())


def datagram(phy: bytes) -> bytes:
    """PUSH_DATA of one frame, as a packet forwarder writes it."""
    packet = {
        "tmst": 1, "freq": 868.1, "chan": 0, "rfch": 0, "stat": 1, "modu": "LORA",
        "datr": "SF7BW125", "codr": "4/5", "rssi": -60, "lsnr": 7.0, "size": len(phy),
        "data": base64.b64encode(phy).decode(),
    }  # fmt: skip
    return b"\x02\x00\x01\x00" + bytes.fromhex(ROOF) + json.dumps({"rxpk": [packet]}).encode()


@pytest.mark.peers
@pytest.mark.timeout(120)
def test_the_dashboard_shows_them(tmp_path: Path) -> None:
    text = written(tmp_path) + f'[web]\nlisten = "127.0.0.1:{free_port()}"\n'
    (tmp_path / "gateway.toml").write_text(text)
    port = int(text.split('udp = "127.0.0.1:')[1].split('"')[0])
    plain = Message(kind=Kind.UNCONFIRMED_UP, address=0x26000001, counter=0, port=1,
                    payload=bytes.fromhex("01020096"))  # fmt: skip
    frame = datagram(crypto.seal(plain, BARN, 0))
    words = "run", tmp_path / "gateway.toml", "--virtual", "--data", tmp_path / "data"
    with (
        Running(tmp_path / "run", *words) as gateway,
        chromium(tmp_path / "profile") as page,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forwarder,
    ):
        page.driver.get(gateway.ready().url)
        assert page.text("[data-point=barn_level] .foot").endswith("no reading yet")
        forwarder.sendto(frame, ("127.0.0.1", port))
        page.wait(lambda: page.text("[data-point=barn_level] .value") == "1.500m", why="no value")
        assert page.text("#group-lorawan-barn") == "Barn"
        assert page.text("[aria-labelledby=group-lorawan-barn] .group-head p") == (
            "LoRaWAN · 26000001"
        )
        assert page.complaints() == []
        assert gateway.stop() == 0
