"""Two boards, two hundred motes, three networks: each frame once at each of them, answers in the
windows of the motes, and a board that dies takes nothing else with it."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from chirpstack_api.gw import gw_pb2 as gw
from lns_server import Lns, phy_of
from network_server import Server, payload
from peers import Mosquitto, Subscriber, free_port, mosquitto
from running import running

from wisgate.core.clock import SystemClock
from wisgate.lorawan import crypto
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Kind, Message, address
from wisgate.lorawan.radio import Eui, Verdict
from wisgate.lorawan.twins.air import Air
from wisgate.lorawan.twins.channel import Channel, Hearing, Place, Transmission, Tuning
from wisgate.lorawan.twins.mote import Identity, Mote
from wisgate.lorawan.twins.station_board import StationBoard
from wisgate.lorawan.twins.station_forwarder import StationForwarder
from wisgate.lorawan.twins.traffic import Traffic
from wisgate.lorawan.twins.udp_board import UdpBoard
from wisgate.lorawan.twins.udp_forwarder import Setup, UdpForwarder

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

GATEWAY, ROOF, SHED = "0016c001ff000009", "0016c001ff000001", "0016c001ff000002"
MOTES, APART_M, INTERVAL_S = 200, 1600.0, 10.0
ANSWERED, PAUSE_S = 45, 0.4
"""How many frames are answered, and how much time each answer has for itself."""
SECOND_US = 1_000_000
FILE = """
name = "mast"
board = "rak7391"

[lorawan]
region = "EU868"
gateway_id = "{gateway}"
udp = "127.0.0.1:{udp}"
station = "127.0.0.1:{station}"

[[lorawan.upstream]]
type = "udp"
server = "127.0.0.1:{udp_server}"

[[lorawan.upstream]]
type = "station"
url = "ws://127.0.0.1:{lns}"

[[lorawan.upstream]]
type = "chirpstack"
url = "mqtt://127.0.0.1:{broker}"
"""


class WatchedAir(Air):
    """Remembers what was sent, and who heard which frame."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.heard: dict[bytes, dict[Eui, Hearing]] = defaultdict(dict)
        self.sent: list[Transmission] = []

    @property
    def downlinks(self) -> list[Transmission]:
        return [sent for sent in self.sent if sent.inverted]

    def listen(self, antenna: Any, hear: Callable[[Hearing], None]) -> None:
        def noting(hearing: Hearing) -> None:
            self.heard[hearing.transmission.phy][antenna.name] = hearing
            hear(hearing)

        super().listen(antenna, noting)

    def transmit(self, sent: Transmission) -> None:
        self.sent.append(sent)
        super().transmit(sent)


def motes() -> list[Mote]:
    """Between the boards and around them; every third is heard by one of them only."""
    chance = Random("200 motes")
    made = []
    for number in range(MOTES):
        keys = Keys(number.to_bytes(16, "big"), bytes([1]) * 16)
        place = Place(chance.uniform(-APART_M, 2 * APART_M), chance.uniform(-300.0, 300.0))
        identity = Identity(name=f"m{number}", address=0x26010000 + number, session=keys)
        made.append(Mote(identity, place, rate=5 - number % 2))
    return made


class Town:
    """Everything around the gateway."""

    def __init__(self, broker: Mosquitto, subscriber: Subscriber) -> None:
        self.air = WatchedAir(Channel(7))
        self.motes = motes()
        self.traffic = Traffic(self.air, self.motes, lambda mote: b"tank", interval=INTERVAL_S)
        self.server, self.lns = Server(), Lns()
        self.broker, self.subscriber = broker, subscriber
        self.roof: UdpBoard | None = None
        self.shed: StationBoard | None = None
        self.shed_runs: asyncio.Task[None] | None = None
        self.station: StationForwarder | None = None
        self.orders: dict[bytes, bytes] = {}
        """Downlinks, with the frames that they answer."""

    @asynccontextmanager
    async def working(self, folder: Path) -> AsyncIterator[None]:
        udp, station = free_port(), free_port()
        async with AsyncExitStack() as stack:
            stack.callback(self.server.close)
            lns = await stack.enter_async_context(self.lns.serving())
            text = FILE.format(
                gateway=GATEWAY, udp=udp, station=station,
                udp_server=self.server.port, lns=next(iter(lns.sockets)).getsockname()[1],
                broker=self.broker.port,
            )  # fmt: skip
            clock = SystemClock()
            gateway = await stack.enter_async_context(running(text, folder, clock))
            await gateway.at_work.wait()
            self.gateway = gateway
            soon_wraps = (1 << 32) - 15 * SECOND_US
            forwarder = UdpForwarder(Setup(eui=ROOF), self.air.now(), soon_wraps)
            channels = tuple(Tuning(hz) for hz in (868_100_000, 868_300_000, 868_500_000))
            self.roof = UdpBoard(forwarder, self.air, channels, clock)
            stack.callback(self.roof.stop)
            await self.roof.connect("127.0.0.1", udp)
            self.station = StationForwarder(SHED, place=Place(APART_M))
            self.shed = shed = StationBoard(self.station, self.air, clock)
            self.shed_runs = asyncio.create_task(shed.run(f"ws://127.0.0.1:{station}"))
            stack.push_async_callback(self.kill_shed)
            await until(lambda: shed.connections == 1 and self.connected, "everybody is there")
            stack.callback(self.traffic.stop)
            yield

    async def kill_shed(self) -> None:
        """At once: from now on it hears nothing, and tells nothing."""
        assert self.shed is not None
        assert self.shed_runs is not None
        self.shed.stop()
        self.shed_runs.cancel()
        await asyncio.gather(self.shed_runs, return_exceptions=True)

    @property
    def connected(self) -> bool:
        radio = self.gateway.radio
        states = [d.state.connected for d in radio.deliveries.values()] if radio else []
        return len(states) == 3 and all(states) and bool(self.server.pulls)

    # What each network has

    def at_udp(self) -> list[bytes]:
        return [payload(packet) for packet in self.server.heard]

    def at_lns(self) -> list[bytes]:
        return [phy_of(told) for told in self.lns.heard]

    def frames(self) -> list[gw.UplinkFrame]:
        topic = f"eu868/gateway/{GATEWAY}/event/up"
        found = [m.payload for m in tuple(self.subscriber.messages) if m.topic == topic]
        return [gw.UplinkFrame.FromString(each) for each in found]

    def at_mqtt(self) -> list[bytes]:
        return [frame.phy_payload for frame in self.frames()]

    def all_everywhere(self) -> bool:
        heard = self.air.heard.keys()
        return all(heard <= set(at) for at in (self.at_udp(), self.at_lns(), self.at_mqtt()))

    # Answers

    def answer(self, phy: bytes) -> bytes:
        """Sealed for the mote that sent this."""
        mote = self.motes[address(phy) - 0x26010000]
        assert mote.keys is not None
        plain = Message(
            kind=Kind.UNCONFIRMED_DOWN, address=mote.address, counter=0, port=3, payload=b"on"
        )
        sealed = crypto.seal(plain, mote.keys, mote.counter_down + 1)
        assert sealed not in self.orders
        self.orders[sealed] = phy
        return sealed

    def order_by_udp(self, number: int) -> bytes:
        packet = self.server.heard[number]
        sealed = self.answer(payload(packet))
        self.server.order(
            1000 + number, GATEWAY, tmst=(packet.tmst + SECOND_US) % (1 << 32), freq=packet.freq,
            datr=packet.datr, payload=base64.b64encode(sealed).decode(),
        )  # fmt: skip
        return payload(packet)

    async def order_by_lns(self, number: int) -> bytes:
        told = self.lns.heard[number]
        sealed = self.answer(phy_of(told))
        await self.lns.order(
            DevEui="01-01-01-01-01-01-01-01", dC=0, diid=number, pdu=sealed.hex(), priority=1,
            RxDelay=1, RX1DR=told["DR"], RX1Freq=told["Freq"], RX2DR=0, RX2Freq=869_525_000,
            xtime=told["upinfo"]["xtime"], rctx=told["upinfo"]["rctx"],
        )  # fmt: skip
        return phy_of(told)

    async def order_by_mqtt(self, number: int, *, second: bool) -> bytes:
        """`second`: the first of its items can go out nowhere, so that RX2 is left."""
        frame = self.frames()[number]
        order = gw.DownlinkFrame(downlink_id=number, gateway_id=GATEWAY)
        sealed = self.answer(frame.phy_payload)
        lora = frame.tx_info.modulation.lora
        for delay, frequency, factor in (
            (1, 915_000_000 if second else frame.tx_info.frequency, lora.spreading_factor),
            (2, 869_525_000, 12),
        ):
            asked = order.items.add(phy_payload=sealed).tx_info
            asked.frequency, asked.power, asked.context = frequency, 14, frame.rx_info.context
            asked.modulation.lora.bandwidth, asked.modulation.lora.spreading_factor = (
                125_000,
                factor,
            )
            asked.modulation.lora.code_rate = gw.CR_4_5
            asked.modulation.lora.polarization_inversion = True
            asked.timing.delay.delay.FromSeconds(delay)
        topic = f"eu868/gateway/{GATEWAY}/command/down"
        await asyncio.to_thread(self.subscriber.publish, topic, order.SerializeToString())
        return frame.phy_payload


async def until(condition: Callable[[], bool], what: str, seconds: float = 25.0) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  # whatever the condition is
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None


async def answer_some(town: Town) -> None:
    """The networks answer in turn, each the newest frame that it has; few of them in RX2, which is
    slow."""
    for number in range(ANSWERED):
        had = (town.at_udp, town.at_lns, town.at_mqtt)[number % 3]
        last = await _newest(town, had)
        if number % 3 == 0:
            town.order_by_udp(last)
        elif number % 3 == 1:
            await town.order_by_lns(last)
        else:
            await town.order_by_mqtt(last, second=number % 15 == 14)
        await asyncio.sleep(PAUSE_S)


async def _newest(town: Town, had: Callable[[], list[bytes]]) -> int:
    """The number of the next frame of a mote that was not answered yet."""
    before = len(had())
    await until(lambda: len(had()) > before and _fresh(town, had()[-1]), "a frame to answer")
    return len(had()) - 1


def _fresh(town: Town, phy: bytes) -> bool:
    """Whether its mote was not answered yet."""
    return address(phy) not in {address(sealed) for sealed in town.orders}


def test_frames_and_answers(tmp_path: Path) -> None:
    async def main(broker: Mosquitto, subscriber: Subscriber) -> None:
        town = Town(broker, subscriber)
        async with town.working(tmp_path / "state"):
            town.traffic.start()
            await answer_some(town)
            await until(lambda: len(town.air.heard) > 250, "250 frames are heard")
            # a board that dies, and has told what it heard
            await until(town.all_everywhere, "every network has what was heard so far")
            await town.kill_shed()
            before = len(town.air.heard)
            await until(lambda: len(town.air.heard) > before + 60, "60 frames at the other board")
            town.traffic.stop()
            await until(lambda: _quiet(town), "what is on the air is over")
            await until(town.all_everywhere, "every network has what was heard")
        judge(town)

    with (
        mosquitto(tmp_path / "broker") as broker,
        Subscriber(broker.port, ["eu868/#"]) as subscriber,
    ):
        asyncio.run(main(broker, subscriber))


def _quiet(town: Town) -> bool:
    """For half a second: nothing more is going to be heard."""
    return all(sent.ends < town.air.now() - SECOND_US // 2 for sent in town.air.sent)


def judge(town: Town) -> None:
    radio = town.gateway.radio
    assert radio is not None
    heard = Counter(town.air.heard.keys())
    for name, at in (("udp", town.at_udp()), ("lns", town.at_lns()), ("mqtt", town.at_mqtt())):
        assert Counter(at) == heard, f"{name}: each frame once"
    both = sum(len(by) == 2 for by in town.air.heard.values())
    only = dict.fromkeys((ROOF, SHED), 0)
    for by in town.air.heard.values():
        if len(by) == 1:
            only[next(iter(by))] += 1
    assert both > 20, "boards hear some frames together"
    assert all(count > 20 for count in only.values()), "and some alone"

    out = Counter(sent.phy for sent in town.air.downlinks)
    assert not out - Counter(town.orders.keys()), "nothing goes out unordered, or twice"
    for sent in town.air.downlinks:
        by = town.air.heard[town.orders[sent.phy]]
        assert sent.sender in by, "a board that heard the mote answers it"
    assert {sent.sender for sent in town.air.downlinks} == {ROOF, SHED}
    received = [got for mote in town.motes for got in mote.received]
    assert {got.window for got in received} == {1, 2}
    assert all(got.payload == b"on" for got in received)
    verdicts = radio.watch.verdicts
    taken = verdicts[Verdict.QUEUED] + verdicts[Verdict.EMITTED]
    assert taken == len(town.air.downlinks) >= ANSWERED // 3
    assert len(received) >= 0.9 * taken
    # Basics Station keeps a duty cycle of its own, frame by frame, and says nothing; what it was
    # asked for right before it died got no answer either.
    assert town.station is not None
    assert verdicts[Verdict.NO_ANSWER] <= town.station.dropped + 1
    assert sum(verdicts.values()) == ANSWERED
