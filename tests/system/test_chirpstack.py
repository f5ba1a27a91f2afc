"""The ChirpStack upstream at a real Mosquitto, with ChirpStack's own messages on the other side."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from chirpstack_api.gw import gw_pb2 as gw
from google.protobuf import json_format
from peers import Mosquitto, Received, Subscriber, free_port, mosquitto

from wisgate.config.radios import FilterConfig
from wisgate.config.upstreams.chirpstack import ChirpstackConfig
from wisgate.config.where import Where
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkError
from wisgate.lorawan.counter import pack
from wisgate.lorawan.radio import (
    After,
    Downlink,
    Eui,
    Heard,
    Lora,
    Moment,
    Result,
    Status,
    Uplink,
    Verdict,
)
from wisgate.lorawan.upstreams.base import Access
from wisgate.lorawan.upstreams.chirpstack import ChirpstackUpstream, make

pytestmark = pytest.mark.peers

GATEWAY, TWO_POINT_FOUR = "0016c001ff000001", "5411220500000001"
BOARDS = ("0016c001ff000001", "0016c001ff000002")
REGIONS = {GATEWAY: "EU868", TWO_POINT_FOUR: "ISM2400"}
ROOT = f"eu868/gateway/{GATEWAY}"
NOON = 1_795_176_000_123_000_000
MOMENT = Moment(BOARDS[1], 7, 5_000_000_123)


def heard(number: int, gateway: Eui = GATEWAY, board: Eui = BOARDS[1]) -> Heard:
    uplink = Uplink(
        moment=Moment(board, 7, number), at_ns=NOON, phy=number.to_bytes(12, "big"),
        frequency=868_100_000, modulation=Lora(7, 125_000), rssi=-57, snr=8.5,
    )  # fmt: skip
    return Heard(number, gateway, REGIONS[gateway], (uplink,))


class Hub:
    """What an upstream asks of the hub; takes every downlink unless told otherwise."""

    def __init__(self, *gateways: Eui) -> None:
        self.gateways = {eui: REGIONS[eui] for eui in gateways or (GATEWAY,)}
        self.downlinks: list[Downlink] = []
        self.verdicts: tuple[Verdict, ...] = (Verdict.QUEUED, Verdict.IGNORED)
        self.access = Access(
            SystemClock(),
            lambda: self.gateways,
            lambda board: GATEWAY if board in BOARDS else TWO_POINT_FOUR,
            lambda board: BOARDS.index(board) if board in BOARDS else 0,
            lambda board: None,
            self.send,
            Counter(),
        )

    async def send(self, downlink: Downlink) -> Result:
        self.downlinks.append(downlink)
        return Result(downlink, self.verdicts, BOARDS[1])


def upstream(port: int, hub: Hub, encoding: str = "protobuf") -> ChirpstackUpstream:
    prefixes = (("EU868", "eu868"), ("ISM2400", "ism2400"))
    config = ChirpstackConfig(
        Where("gateway.toml", 1), "plant", "chirpstack", FilterConfig(), "127.0.0.1", port, False,
        prefixes=prefixes, encoding=encoding, regions=tuple(dict(prefixes)),
    )  # fmt: skip
    return make(config, hub.access)


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


async def until(condition: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # whatever the condition is
            await asyncio.sleep(0.01)
    assert condition(), what


def on(messages: list[Received], topic: str) -> list[bytes]:
    return [m.payload for m in messages if m.topic == topic]


def asked(*delays_s: int) -> gw.DownlinkFrame:
    frame = gw.DownlinkFrame(downlink_id=77, gateway_id=GATEWAY)
    for delay in delays_s:
        item = frame.items.add(phy_payload=bytes(12))
        info = item.tx_info
        info.frequency, info.power, info.context = 868_100_000, 14, pack(MOMENT)
        lora = info.modulation.lora
        lora.bandwidth, lora.spreading_factor, lora.code_rate = 125_000, 7, gw.CR_4_5
        lora.polarization_inversion = True
        info.timing.delay.delay.FromSeconds(delay)
    return frame


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_frames_statistics_and_state(tmp_path: Path, encoding: str) -> None:
    async def main(port: int) -> None:
        sink = upstream(port, Hub(), encoding)
        await sink.tell(Status(board=BOARDS[0], at_ns=NOON, received=1))  # nobody is connected
        await sink.open()
        await sink.deliver([heard(n) for n in range(1, 101)])
        await sink.tell(Status(board=BOARDS[1], at_ns=NOON, received=9, received_ok=8))
        await sink.close(5)

    def read(kind: Any, payload: bytes) -> Any:
        return (
            json_format.Parse(payload, kind()) if encoding == "json" else kind.FromString(payload)
        )

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["eu868/#"]) as subscriber:
        run(main(broker.port))
        got = subscriber.wait(lambda messages: len(messages) == 103)
    frames = [read(gw.UplinkFrame, p) for p in on(got, f"{ROOT}/event/up")]
    assert [f.rx_info.uplink_id for f in frames] == list(range(1, 101))
    assert {f.rx_info.board for f in frames} == {1}
    assert frames[6].phy_payload == (7).to_bytes(12, "big")
    (told,) = (read(gw.GatewayStats, p) for p in on(got, f"{ROOT}/event/stats"))
    assert (told.gateway_id, told.rx_packets_received, told.rx_packets_received_ok) == (
        GATEWAY, 9, 8,
    )  # fmt: skip
    states = [read(gw.ConnState, p).state for p in on(got, f"{ROOT}/state/conn")]
    assert states == [gw.ConnState.ONLINE, gw.ConnState.OFFLINE]


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_a_downlink_is_carried_out_and_answered(tmp_path: Path, encoding: str) -> None:
    frame = asked(1, 2)
    payload = json_format.MessageToJson(frame) if encoding == "json" else frame.SerializeToString()
    hub = Hub()

    async def main(port: int, subscriber: Subscriber) -> None:
        sink = upstream(port, hub, encoding)
        await sink.open()
        await asyncio.to_thread(subscriber.publish, f"{ROOT}/command/down", payload)
        await until(lambda: bool(on(subscriber.messages, f"{ROOT}/event/ack")), "an answer")
        await sink.close(5)

    topics = [f"{ROOT}/event/+"]
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, topics) as subscriber:
        run(main(broker.port, subscriber))
    (downlink,) = hub.downlinks
    assert [s.due for s in downlink.shots] == [After(MOMENT, 1_000_000), After(MOMENT, 2_000_000)]
    (told,) = on(subscriber.messages, f"{ROOT}/event/ack")
    answer = gw.DownlinkTxAck()
    if encoding == "json":
        json_format.Parse(told, answer)
    else:
        answer.ParseFromString(told)
    assert (answer.downlink_id, answer.gateway_id) == (77, GATEWAY)
    assert [i.status for i in answer.items] == [gw.OK, gw.IGNORED]


def test_what_is_no_downlink_is_told_once_and_harms_nobody(tmp_path: Path, caplog: Any) -> None:
    hub = Hub()
    strange = asked(1)
    strange.items[0].tx_info.context = b"\x00\x00\x00\x01"

    async def main(port: int, subscriber: Subscriber) -> None:
        def send(topic: str, payload: bytes, **more: bool) -> Coroutine[Any, Any, None]:
            return asyncio.to_thread(subscriber.publish, f"{ROOT}/command/{topic}", payload, **more)

        await send("down", asked(1).SerializeToString(), retain=True)
        sink = upstream(port, hub)
        await sink.open()
        for payload in (b"\x2a\xff", b"\x2a\xff", strange.SerializeToString()):
            await send("down", payload)
        await send("exec", b"reboot")
        await send("down", asked(1, 2).SerializeToString())
        await until(lambda: len(on(subscriber.messages, f"{ROOT}/event/ack")) == 2, "two answers")
        await sink.close(5)

    topics = [f"{ROOT}/event/+"]
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, topics) as subscriber:
        run(main(broker.port, subscriber))
    assert len(hub.downlinks) == 1
    answers = [gw.DownlinkTxAck.FromString(p) for p in on(subscriber.messages, f"{ROOT}/event/ack")]
    assert [[i.status for i in a.items] for a in answers] == [
        [gw.INTERNAL_ERROR], [gw.OK, gw.IGNORED],
    ]  # fmt: skip
    told = [r.getMessage() for r in caplog.records if r.name.startswith("wisgate")]
    assert len(told) == 2
    assert told[0].startswith(f"plant: command on {ROOT}/command/down ignored: a retained command")
    assert told[1].startswith(f"plant: command on {ROOT}/command/exec ignored: only downlinks")
    assert hub.access.counters["refused_commands"] == 5


def test_each_region_is_a_gateway_of_its_own(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        hub = Hub()
        sink = upstream(port, hub)
        await sink.open()
        hub.gateways[TWO_POINT_FOUR] = "ISM2400"  # its board came later
        await sink.open()
        await sink.deliver([heard(1), heard(2, TWO_POINT_FOUR, TWO_POINT_FOUR), heard(3)])
        await sink.close(5)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["+/gateway/#"]) as subscriber:
        run(main(broker.port))
        got = subscriber.wait(lambda messages: len(messages) == 7)
    other = f"ism2400/gateway/{TWO_POINT_FOUR}"
    assert len(on(got, f"{ROOT}/event/up")) == 2
    (frame,) = (gw.UplinkFrame.FromString(p) for p in on(got, f"{other}/event/up"))
    assert (frame.rx_info.gateway_id, frame.rx_info.uplink_id) == (TWO_POINT_FOUR, 2)
    states = [gw.ConnState.FromString(p) for p in on(got, f"{other}/state/conn")]
    assert [(s.gateway_id, s.state) for s in states] == [(TWO_POINT_FOUR, 1), (TWO_POINT_FOUR, 0)]


VICTIM = """
import asyncio, sys
sys.path[:0] = sys.argv[2:]
from test_chirpstack import Hub, upstream
async def main():
    await upstream(int(sys.argv[1]), Hub()).open()
    print("online", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_state_is_retained_and_the_last_will_says_offline(tmp_path: Path) -> None:
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    with mosquitto(tmp_path) as broker:
        command = [sys.executable, "-c", VICTIM, str(broker.port), *folders]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"online\n"
            with Subscriber(broker.port, ["+/gateway/+/state/conn"]) as late:
                first = late.wait(lambda messages: len(messages) == 1)
                assert first[0].retained
                assert gw.ConnState.FromString(first[0].payload).state == gw.ConnState.ONLINE
                victim.kill()
                got = late.wait(lambda messages: len(messages) >= 2)
                assert gw.ConnState.FromString(got[1].payload).state == gw.ConnState.OFFLINE


def test_a_broker_that_goes_and_comes_back(tmp_path: Path) -> None:
    hub = Hub()

    async def main(broker: Mosquitto, subscriber: Subscriber) -> None:
        sink = upstream(broker.port, hub)
        await sink.deliver([heard(1)])  # connects by itself
        await asyncio.to_thread(subscriber.wait, lambda messages: len(messages) >= 2)
        await asyncio.to_thread(broker.stop)
        with pytest.raises(SinkError, match=str(broker.port)):
            await sink.deliver([heard(2)])
        await sink.tell(Status(board=BOARDS[0], at_ns=NOON))
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(subscriber.subscribed, 2)
        await sink.deliver([heard(2)])
        await asyncio.to_thread(
            subscriber.publish, f"{ROOT}/command/down", asked(1, 2).SerializeToString()
        )
        await until(lambda: len(hub.downlinks) == 1, "a downlink after the outage")
        await sink.close(5)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["eu868/#"]) as subscriber:
        run(main(broker, subscriber))
        got = subscriber.wait(lambda messages: len(on(messages, f"{ROOT}/event/up")) >= 2)
    frames = [gw.UplinkFrame.FromString(p) for p in on(got, f"{ROOT}/event/up")]
    assert [f.rx_info.uplink_id for f in frames] == [1, 2]


def test_a_broker_that_is_not_there_is_named() -> None:
    port = free_port()

    async def main() -> None:
        sink = upstream(port, Hub())
        with pytest.raises(SinkError, match=rf"^plant: 127\.0\.0\.1:{port}: connection refused"):
            await sink.open()
        await sink.close(1)

    run(main())
