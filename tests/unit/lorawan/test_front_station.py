"""What Basics Stations get from us: the recorded session again, and what it does not have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from radio_bench import numbered, radio, radio_config, uplink
from recorded import LNS

from wisgate.board import virtual_time
from wisgate.core.clock import VirtualClock
from wisgate.lorawan import lns, lns_frames
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.counter import later
from wisgate.lorawan.fronts.station import GRACE_S, SOON_S, TRAFFIC, StationBoard, StationFront
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.radio import (
    After,
    AtGps,
    Downlink,
    Due,
    Frame,
    Fsk,
    Heard,
    Immediately,
    Lora,
    Moment,
    Result,
    Shot,
    Status,
    Verdict,
)

EUI = "000000fffe000001"
CONFIG = json.dumps(next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config"))
DOWN = bytes.fromhex("60A6FE6A01A0030092CCD6DB")
VERSION = {"msgtype": "version", "station": "2.0.6", "protocol": 2, "features": "rmtsh"}
SESSION = 119 << 48


class Bench:
    def __init__(self, *, named_only: bool = False) -> None:
        self.clock = VirtualClock()
        self.boards = Boards(radio_config(gateway_id=EUI, boards=(radio(EUI),)))
        self.queue: list[Heard] = []
        self.hub = Hub(self.boards, self.clock, self.append, self.transmit)
        self.gps_us: int | None = 1_400_000_000_000_000
        self.config: str | None = CONFIG
        self.front = StationFront(
            self.hub, self.clock, lambda eui: self.config, lambda: self.gps_us,
            named_only=named_only,
        )  # fmt: skip
        self.said: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], None] = lambda message: None
        self.gone = False

    def append(self, frames: Sequence[Frame]) -> list[Heard]:
        heard = numbered(frames, len(self.queue))
        self.queue += heard
        return heard

    async def transmit(self, downlink: Downlink) -> Result:
        raise NotImplementedError

    async def say(self, text: str) -> None:
        if self.gone:
            raise ConnectionError
        self.said.append(json.loads(text))
        self.answer(self.said[-1])

    def connected(self) -> StationBoard:
        board = self.front.connect(EUI, self.say)
        assert board is not None
        assert self.take(board, VERSION) == CONFIG
        return board

    def take(self, board: StationBoard, message: dict[str, Any]) -> str | None:
        return self.front.take(board, json.dumps(message), self.clock.utc_ns())

    def heard(self, board: StationBoard, xtime: int) -> None:
        made = lns_frames.message(uplink(), xtime, 0, 5)
        self.take(board, json.loads(lns.written(made)))

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        virtual_time.run(story(), self.clock)  # type: ignore[arg-type]


def shot(due: Due, **changes: Any) -> Shot:
    values: dict[str, Any] = {
        "phy": DOWN,
        "frequency": 868_300_000,
        "modulation": Lora(9, 125_000),
        "power": 16,
        "due": due,
    }
    return Shot(**values | changes)


def test_the_recorded_session():
    """The station is led to its traffic, gets its router_config, its uplinks are heard, and what we
    order is what it obeyed, RX1 at its time on its counter."""
    bench = Bench()
    orders: list[dict] = []
    verdicts: list[Verdict] = []
    sending: list[asyncio.Task[None]] = []

    async def story() -> None:
        board: StationBoard | None = None
        started = bench.clock.monotonic()
        for line in LNS:
            await asyncio.sleep(max(0.0, started + line["t"] - bench.clock.monotonic()))
            message = line["msg"]
            if "router" in message and line["dir"] == "from_gw":
                answer = bench.front.discover(json.dumps(message), "127.0.0.1:6040")
                assert answer is not None
                found = json.loads(answer)
                assert found["router"] == message["router"]
                path = TRAFFIC.fullmatch(found["uri"].removeprefix("ws://127.0.0.1:6040"))
                assert path is not None
                board = bench.front.connect(path[1], bench.say)
            elif line["dir"] == "from_gw":
                assert board is not None
                reply = bench.take(board, message)
                assert (reply == CONFIG) is (message["msgtype"] == "version")
            elif message.get("msgtype") == "dnmsg":
                assert board is not None
                sending.append(asyncio.create_task(order(board, message)))
                await asyncio.sleep(0)
        await asyncio.gather(*sending)
        bench.hub.close()

    async def order(board: StationBoard, plain: dict[str, Any]) -> None:
        _, session, counter = lns_frames.parts(plain["xtime"])
        start = Moment(EUI, session, counter + plain["RxDelay"] * 1_000_000)
        number = len(orders)
        orders.append(plain)
        # the station obeyed the second one in RX2
        second = plain["diid"] == 20
        board._diid = plain["diid"] - 1
        due = After(Moment(EUI, session, counter), 1)
        start = later(start, 1_000_000) if second else start
        rate = plain["RX2DR"] if second else plain["RX1DR"]
        one = shot(
            due, frequency=plain["RX2Freq" if second else "RX1Freq"],
            modulation=Lora(12 - rate, 125_000), phy=bytes.fromhex(plain["pdu"]),
        )  # fmt: skip
        verdict = await board.send(one, start)
        verdicts.append(verdict)
        said = bench.said[number]
        assert said["pdu"] == plain["pdu"]
        assert said["DevEui"] == "01-01-01-01-01-01-01-01"
        assert said["RX1DR"] == rate
        assert said["xtime"] + said["RxDelay"] * 1_000_000 == lns_frames.xtime(
            0, session, start.counter
        )

    bench.run(story)
    assert verdicts == [Verdict.EMITTED, Verdict.EMITTED, Verdict.NO_ANSWER]
    assert [h.best.phy[0] for h in bench.queue] == [0x00, 0x40, 0x40, 0xE0]
    assert not bench.front.counters


def test_silence_is_no_answer():
    bench = Bench()

    async def story() -> None:
        board = bench.connected()
        bench.heard(board, SESSION + 1_000_000)
        now = board.now()
        assert now is not None
        for moment, wait in ((later(now, 2_000_000), 2 + GRACE_S), (None, SOON_S)):
            started = bench.clock.monotonic()
            assert await board.send(shot(Immediately()), moment) is Verdict.NO_ANSWER
            assert bench.clock.monotonic() - started == pytest.approx(wait, abs=1e-4)
        bench.take(board, {"msgtype": "dntxed", "diid": 1})

    bench.run(story)
    assert bench.front.counters == {"stray": 1}


@pytest.mark.parametrize("name", ["diid", "seqno"])
def test_a_frame_that_was_on_the_air(name):
    bench = Bench()

    async def story() -> None:
        board = bench.connected()
        bench.heard(board, SESSION + 1_000_000)

        def answer(message: dict[str, Any]) -> None:
            sent = {"msgtype": "dntxed", name: message["diid"]}
            asyncio.get_running_loop().call_later(1, bench.take, board, sent)

        bench.answer = answer
        found = await asyncio.gather(
            board.send(shot(After(Moment(EUI, 119, 1_000_000), 2_000_000)), None),
            board.send(shot(Immediately(), modulation=Fsk(50_000)), None),
            board.send(shot(AtGps(1_400_000_000_123), preamble=10, crc=True), None),
        )
        assert found == [Verdict.EMITTED] * 3

    bench.run(story)
    common = {"msgtype": "dnmsg", "DevEui": lns.DEV_EUI, "pdu": DOWN.hex().upper(), "priority": 1}
    assert bench.said == [
        common
        | {"dC": 0, "diid": 1, "RxDelay": 1, "RX1DR": 3, "RX1Freq": 868_300_000}
        | {"xtime": SESSION + 2_000_000},
        common | {"dC": 2, "diid": 2, "RxDelay": 1, "RX2DR": 7, "RX2Freq": 868_300_000},
        common
        | {"dC": 1, "diid": 3, "DR": 3, "Freq": 868_300_000, "gpstime": 1_400_000_000_123_000}
        | {"preamble": 10, "addcrc": True},
    ]


def test_what_is_refused_without_asking():
    bench = Bench()

    async def story() -> None:
        board = bench.connected()
        soon = Moment(EUI, 119, 2_000_000)
        assert await board.send(shot(Immediately()), soon) is Verdict.TOO_LATE  # nothing heard yet
        bench.heard(board, SESSION + 1_000_000)
        other = Moment(EUI, 118, 2_000_000)
        assert await board.send(shot(Immediately()), other) is Verdict.TOO_LATE
        for changes in (
            {"modulation": Lora(7, 500_000)},
            {"implicit_header": True},
            {"inverted": False},
        ):
            assert await board.send(shot(Immediately(), **changes), None) is Verdict.REFUSED
        bench.gone = True
        assert await board.send(shot(Immediately()), None) is Verdict.NO_BOARD

    bench.run(story)
    assert bench.said == []


def test_fsk_has_nothing_to_invert():
    bench = Bench()

    async def story() -> None:
        board = bench.connected()
        bench.heard(board, SESSION + 1_000_000)
        fsk = shot(Immediately(), modulation=Fsk(50_000, 25_000), inverted=False)
        assert await board.send(fsk, None) is Verdict.NO_ANSWER  # it was asked

    bench.run(story)
    assert len(bench.said) == 1


def test_a_new_connection_takes_the_place_of_the_old():
    bench = Bench()

    async def story() -> None:
        old = bench.connected()
        bench.heard(old, SESSION + 1_000_000)
        new = bench.connected()
        assert bench.boards.get(EUI) is new
        assert old.now() is None
        assert await old.send(shot(Immediately()), None) is Verdict.NO_BOARD
        now = new.now()
        assert now is not None
        assert now.session == 119

    bench.run(story)


def test_time_is_told_when_it_is_known():
    bench = Bench()

    async def story() -> None:
        board = bench.connected()
        asked = {"msgtype": "timesync", "txtime": 3441.25}
        assert json.loads(bench.take(board, asked) or "") == asked | {
            "gpstime": 1_400_000_000_000_000
        }
        assert bench.take(board, {"msgtype": "timesync"}) is None
        bench.gps_us = None
        assert bench.take(board, asked) is None

    bench.run(story)


def test_version_is_told():
    bench = Bench()
    told: list[Status] = []
    bench.hub.on_status.append(told.append)

    async def story() -> None:
        bench.connected()

    bench.run(story)
    assert [(s.board, s.version) for s in told] == [(EUI, "station 2.0.6")]


def test_without_a_router_config_nothing_is_heard():
    bench = Bench()
    bench.config = None

    async def story() -> None:
        board = bench.front.connect(EUI, bench.say)
        assert board is not None
        assert bench.take(board, VERSION) is None
        bench.heard(board, 5)

    bench.run(story)
    assert bench.front.counters == {"flawed": 1}


@pytest.mark.parametrize(
    ("router", "eui"),
    [("0:ff:fe00:1", EUI), ("00-00-00-FF-FE-00-00-01", EUI), (0xFF_FE00_0001, EUI), ("::1", None)],
)
def test_discovery(router, eui):
    bench = Bench(named_only=True)
    found = json.loads(bench.front.discover(json.dumps({"router": router}), "box:3001") or "")
    assert found["router"] == router
    if eui:
        assert found["uri"] == f"ws://box:3001/traffic/{eui}"
    else:
        assert found["error"] == "no board of this gateway"
        assert bench.front.connect("0000000000000001", bench.say) is None


@pytest.mark.parametrize("router", [-1, 1 << 64, "::x", ""])
def test_what_is_no_eui(router):
    found = json.loads(Bench().front.discover(json.dumps({"router": router}), "box:3001") or "")
    assert found == {"router": router, "error": "this is no EUI"}


@pytest.mark.parametrize("text", ["", "{}", "7", '{"router":[]}', "[" * 20000])
def test_what_is_no_question(text):
    bench = Bench()
    assert bench.front.discover(text, "box:3001") is None
    assert bench.front.counters == {"malformed": 1}


def test_what_means_nothing_is_counted():
    bench = Bench()
    board = bench.front.connect(EUI, bench.say)
    assert board is not None
    for text in ("", '{"msgtype":"updf"}', '{"msgtype":"rmtsh","user":"x"}', '{"msgtype":"alarm"}'):
        assert bench.front.take(board, text, 0) is None
    assert bench.front.counters == {"malformed": 2, "ignored": 2}
