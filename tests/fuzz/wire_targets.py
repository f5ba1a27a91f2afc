"""What forwarders and network servers send: Semtech's UDP protocol and the LNS protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from radio_bench import radio_config
from recorded import GWMP, LNS

from fuzz.target import Target
from wisgate.core.clock import VirtualClock
from wisgate.lorawan import frames, gwmp, lns, lns_frames, translation
from wisgate.lorawan.boards import MOST_BOARDS, Boards
from wisgate.lorawan.fronts.station import StationFront
from wisgate.lorawan.fronts.udp import UdpFront
from wisgate.lorawan.lns_orders import Orders
from wisgate.lorawan.radio import After, Board, Moment, Shot, Status, Uplink

EUI = "0016c001ff000001"
CONFIG = json.dumps(next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config"))
ROUTER_CONFIG = lns.from_server(CONFIG)
assert isinstance(ROUTER_CONFIG, lns.RouterConfig)
RATES = lns_frames.rates(ROUTER_CONFIG.rates)


class Ear:
    """What a front needs of the hub."""

    def __init__(self) -> None:
        self.boards = Boards(radio_config(gateway_id=EUI))
        self.statuses = 0

    def join(self, board: Board) -> bool:
        return self.boards.join(board)

    def heard(self, uplinks: Sequence[Uplink]) -> None:
        for uplink in uplinks:
            assert 0 < len(uplink.phy) <= frames.LONGEST
            assert 0 < uplink.frequency < 1 << 32
            assert -1000 <= uplink.rssi <= 1000
            assert uplink.moment.counter >= 0
            assert self.boards.get(uplink.moment.board) is not None

    def told(self, status: Status) -> None:
        self.statuses += 1


EAR = Ear()
CLOCK = VirtualClock()
UDP = UdpFront(EAR, CLOCK, 1, lambda *_: None)  # type: ignore[arg-type]
STATION = StationFront(EAR, CLOCK, lambda _: CONFIG, lambda: 7)  # type: ignore[arg-type]


async def _say(text: str) -> None:
    raise AssertionError(text)


def forwarder(sent: bytes) -> None:
    CLOCK.advance(0.001)
    reply = UDP.take(sent, "here", 5)
    assert reply is None or (len(reply) == 4 and reply[:3] == sent[:3])
    assert len([*EAR.boards]) <= MOST_BOARDS


def server(sent: bytes) -> None:
    if gwmp.acknowledged(sent) is not None:
        assert len(sent) >= 4
        return
    with suppress(ValueError):
        found = gwmp.order(sent)
        shot = translation.shot(found.packet, After(Moment(EUI, 1, 5), 1), 14.0)
        if isinstance(shot, Shot):
            again = gwmp.order(gwmp.pull_resp(2, 1, translation.txpk(shot, None)))
            assert translation.shot(again.packet, shot.due, 14.0) is not None


def station(sent: bytes) -> None:
    CLOCK.advance(0.001)
    known = EAR.boards.get("000000fffe000001")
    board = known or STATION.connect("000000fffe000001", _say)
    assert board is not None
    reply = STATION.take(board, sent, 5)  # type: ignore[arg-type]
    assert reply is None or isinstance(json.loads(reply), dict)
    answer = STATION.discover(sent, "box:3001")
    assert answer is None or "router" in json.loads(answer)


def _at(xtime: int, delay: int) -> After:
    return After(Moment(EUI, 1, xtime), delay)


def lns_server(sent: bytes) -> None:
    orders = Orders(ROUTER_CONFIG, RATES, _at)  # type: ignore[arg-type]
    with suppress(ValueError):
        found: Any = lns.from_server(sent)
        if isinstance(found, lns.Downlink):
            assert all(0 < len(shot.phy) <= 255 for shot in orders.shots(found))
        elif isinstance(found, lns.Schedule):
            for planned in found.schedule:
                orders.planned(planned)
        elif isinstance(found, lns.RouterConfig):
            assert len(lns_frames.rates(found.rates)) <= lns.RATES


def _datagrams(way: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(line["hex"]) for line in GWMP if line["dir"] == way)


def _messages(way: str) -> tuple[bytes, ...]:
    return tuple(json.dumps(line["msg"]).encode() for line in LNS if line["dir"] == way)


JSON_WORDS = ("null", "true", "1e999", "-1", "1.5", "[]", "{}", '""', "4294967296", "\\ud800")
WIRE_TARGETS = {
    "gwmp-forwarder": Target(
        forwarder,
        _datagrams("from_gw"),
        ('"rxpk":[', '"stat":{', '"rsig":[{"ant":1,"lsnr":2}]', "LR-FHSS", "FSK", *JSON_WORDS),
    ),
    "gwmp-server": Target(
        server, _datagrams("to_gw"), ('"txpk":{', '"imme":true', '"tmms":5', "FSK", *JSON_WORDS)
    ),
    "lns-station": Target(
        station,
        _messages("from_gw"),
        ("rejoin", "timesync", "dntxed", '"upinfo":{', "::1", *JSON_WORDS),
    ),
    "lns-server": Target(
        lns_server,
        (
            *_messages("to_gw"),
            b'{"msgtype":"dnsched","schedule":[{"pdu":"60","DR":0,"Freq":1,"gpstime":5}]}',
        ),
        ("runcmd", "rmtsh", '"dC":2', '"gpstime":5', *JSON_WORDS),
    ),
}
