"""The datagrams of Semtech's UDP protocol, against a recorded session with the stock forwarder."""

from __future__ import annotations

import json
import random
import struct

import msgspec
import pytest
from radio_bench import DATA, ROOF, uplink
from recorded import GWMP

from wisgate.lorawan import gwmp, translation
from wisgate.lorawan.packets import Rxpk, Stat
from wisgate.lorawan.radio import (
    After,
    Crc,
    Fsk,
    Immediately,
    Lora,
    Moment,
    Shot,
    Uplink,
    Verdict,
)
from wisgate.lorawan.translation import Flaw

EUI = "0016c001ff000001"
FROM_GATEWAY = [line for line in GWMP if line["dir"] == "from_gw"]
TO_GATEWAY = [line for line in GWMP if line["dir"] == "to_gw"]
MOMENT = Moment(EUI, 1, 5)


def at(tmst: int) -> Moment:
    return MOMENT


def push(body: str | bytes, version: int = 2, token: int = 0x1234) -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return struct.pack(">BHBQ", version, token, 0, int(EUI, 16)) + raw


def packet(**changes: object) -> dict[str, object]:
    """As the stock forwarder writes one."""
    plain: dict[str, object] = {
        "jver": 1,
        "tmst": 53324,
        "chan": 0,
        "rfch": 1,
        "freq": 868.1,
        "mid": 0,
        "stat": 1,
        "modu": "LORA",
        "datr": "SF7BW125",
        "codr": "4/5",
        "rssis": -57,
        "lsnr": 8.5,
        "foff": 0,
        "rssi": -57,
        "size": 16,
        "data": "QAEAACaAAQACobLDESIzRA==",
    }
    return {k: v for k, v in (plain | changes).items() if v is not None}


def heard(**changes: object) -> Rxpk:
    found = gwmp.from_gateway(push(json.dumps({"rxpk": [packet(**changes)]})))
    assert isinstance(found, gwmp.Push)
    assert found.damaged == 0
    return found.packets[0]


@pytest.mark.parametrize("line", FROM_GATEWAY, ids=lambda line: f"{line['t']}-{line['type']}")
def test_what_the_forwarder_said(line):
    datagram = bytes.fromhex(line["hex"])
    found = gwmp.from_gateway(datagram)
    assert (found.eui, found.token) == (EUI, int.from_bytes(datagram[1:3], "big"))
    body = json.loads(line["json"] or "{}")
    if isinstance(found, gwmp.Push):
        assert line["type"] == "PUSH_DATA"
        assert (len(found.packets), found.damaged) == (len(body.get("rxpk", [])), 0)
        for one, plain in zip(found.packets, body.get("rxpk", []), strict=True):
            told = translation.uplink(one, at, 7)
            assert isinstance(told, Uplink)
            assert one.tmst == plain["tmst"]
            assert told.frequency == round(plain["freq"] * 1e6)
            assert (told.rssi, told.snr) == (plain["rssi"], plain["lsnr"])
            assert (told.channel, told.rf_chain) == (plain["chan"], plain["rfch"])
            assert (told.crc, len(told.phy)) == (Crc.OK, plain["size"])
            assert told.modulation == Lora(
                int(plain["datr"][2:].partition("BW")[0]), int(plain["datr"][-3:]) * 1000
            )
        assert (found.stat is None) == ("stat" not in body)
        if found.stat is not None:
            told_stat = translation.status(found.stat, EUI, 7)
            plain = body["stat"]
            assert (told_stat.received, told_stat.received_ok) == (plain["rxnb"], plain["rxok"])
            assert (told_stat.forwarded, told_stat.acknowledged) == (plain["rxfw"], plain["ackr"])
            assert (told_stat.downlinks, told_stat.emitted) == (plain["dwnb"], plain["txnb"])
            assert told_stat.temperature == plain["temp"]
    elif isinstance(found, gwmp.Pull):
        assert line["type"] == "PULL_DATA"
    else:
        assert line["type"] == "TX_ACK"
        said = body.get("txpk_ack", {})
        assert (found.error, found.warning) == (said.get("error", ""), said.get("warn", ""))
        assert found.value == said.get("value")


def test_every_acknowledgement_is_the_recorded_one():
    asked = [line for line in FROM_GATEWAY if line["type"] in ("PUSH_DATA", "PULL_DATA")]
    given = [line["hex"] for line in TO_GATEWAY if line["type"] in ("PUSH_ACK", "PULL_ACK")]
    assert [gwmp.acknowledge(bytes.fromhex(line["hex"])).hex() for line in asked] == given
    for datagram in map(bytes.fromhex, given):
        assert gwmp.acknowledged(datagram) == int.from_bytes(datagram[1:3], "big")


@pytest.mark.parametrize(
    "line", [x for x in TO_GATEWAY if x["type"] == "PULL_RESP"], ids=lambda x: x["note"]
)
def test_what_the_server_wanted_sent(line):
    plain = json.loads(line["json"])["txpk"]
    assert gwmp.acknowledged(bytes.fromhex(line["hex"])) is None
    found = gwmp.order(bytes.fromhex(line["hex"]))
    order = found.packet
    assert (order.tmst, order.tmms, order.imme) == (
        plain.get("tmst"),
        plain.get("tmms"),
        plain["imme"],
    )
    if line["note"] == "bad datr":
        assert translation.shot(order, Immediately(), 14) is Flaw.RATE
        return
    shot = translation.shot(order, Immediately(), 20)
    assert isinstance(shot, Shot)
    assert (shot.frequency, shot.power) == (round(plain["freq"] * 1e6), plain["powe"])
    assert (shot.phy.hex(), shot.crc) == ("60a6fe6a01a0030092ccd6db", False)
    fsk = plain["modu"] == "FSK"
    assert shot.inverted is not fsk
    assert isinstance(shot.modulation, Fsk) is fsk
    if plain.get("tmst") is not None and plain["rfch"] == 0 and plain["size"] == 12:
        # the same order again, as a packet forwarder would get it from us
        again = gwmp.pull_resp(found.version, found.token, translation.txpk(shot, moment(plain)))
        assert json.loads(again[4:])["txpk"] == plain
        assert again[:4].hex() == line["hex"][:8]


FSK_OF_THE_PROTOCOL = (
    '{"txpk":{"imme":true,"freq":861.3,"rfch":0,"powe":12,"modu":"FSK","datr":50000,"fdev":3000,'
    '"size":32,"data":"H3P3N2i9qc4yt7rK7ldqoeCVJGBybzPY5h1Dd7P7p8v"}}'
)
"""The example of PROTOCOL.md, section 6 (sx1302_hal), which names no preamble."""


def test_fsk_has_a_preamble_of_its_own():
    """5 bytes, STD_FSK_PREAMB of lora_pkt_fwd.c; told to forwarders, for old ones take 4."""
    datagram = b"\x02\x00\x01\x03" + FSK_OF_THE_PROTOCOL.encode()
    shot = translation.shot(gwmp.order(datagram).packet, Immediately(), 14)
    assert isinstance(shot, Shot)
    assert (shot.modulation, shot.preamble, shot.crc) == (Fsk(50_000, 3_000), 5, True)
    assert translation.txpk(shot, None).prea == 5
    long = msgspec.structs.replace(shot, preamble=8)
    assert translation.txpk(long, None).prea == 8


def moment(plain: dict) -> Moment:
    return Moment(EUI, 1, (1 << 32) + plain["tmst"])


def test_truth_of_tx_ack():
    """What the stock forwarder said to each of the recorded orders, in our words."""
    orders = {x["hex"][2:6]: x["note"] for x in TO_GATEWAY if x["type"] == "PULL_RESP"}
    found = {}
    for line in FROM_GATEWAY:
        if line["type"] == "TX_ACK":
            answer = gwmp.from_gateway(bytes.fromhex(line["hex"]))
            assert isinstance(answer, gwmp.Answer)
            found[orders.pop(f"{answer.token:04x}")] = gwmp.VERDICTS[answer.error]
    assert found == {
        "ok RX1": Verdict.QUEUED,
        "too late": Verdict.TOO_EARLY,
        "too early": Verdict.TOO_EARLY,
        "bad freq": Verdict.TX_FREQUENCY,
        "power above table": Verdict.QUEUED,
        "collides with previous": Verdict.COLLISION_PACKET,
        "gps time without gps": Verdict.GPS_UNLOCKED,
        "immediate": Verdict.QUEUED,
        "size mismatch": Verdict.QUEUED,
        "FSK": Verdict.QUEUED,
    }
    assert sorted(orders.values()) == ["bad datr", "bad rfch", "no tmst"]  # no answer at all


@pytest.mark.parametrize("error", sorted(gwmp.VERDICTS))
def test_errors_there_and_back(error):
    said = gwmp.tx_ack(7, EUI, error)
    assert (len(said) == 12) is (error == "")
    found = gwmp.from_gateway(said)
    assert found == gwmp.Answer(7, EUI, error)
    if error not in ("", "NONE"):
        assert gwmp.ERRORS[gwmp.VERDICTS[error]] == error


@pytest.mark.parametrize("tail", [b"\0", b" \r\n", b'{"txpk_ack":{"error":"NONE"}}', b"{}"])
def test_ways_of_saying_yes(tail):
    found = gwmp.from_gateway(gwmp.tx_ack(7, EUI, "") + tail)
    assert isinstance(found, gwmp.Answer)
    assert gwmp.VERDICTS[found.error] is Verdict.QUEUED


def test_padding_may_be_missing():
    found = translation.uplink(heard(data="QAEAACaAAQACobLDESIzRA"), at, 0)
    assert isinstance(found, Uplink)
    assert found.phy.hex() == "400100002680010002a1b2c311223344"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data": "QAEAACaAAQACobLDESIzR*=="}, "bad_payload"),
        ({"data": "QAEAACaAAQACobLDESIzRA==="}, "bad_payload"),
        ({"data": "Q"}, "bad_payload"),
        ({"data": "ä"}, "bad_payload"),
        ({"size": 15}, "bad_size"),
        ({"data": "", "size": 0}, "bad_size"),
        ({"data": "", "size": None}, "bad_size"),
        ({"data": "A" * 344, "size": None}, "bad_size"),
        ({"freq": 0.0}, "bad_frequency"),
        ({"freq": -868.1}, "bad_frequency"),
        ({"freq": 868100000}, "bad_frequency"),
        ({"freq": 1e300}, "bad_frequency"),
        ({"datr": "SF13BW125"}, "bad_rate"),
        ({"datr": "SF4BW125"}, "bad_rate"),
        ({"datr": "SF7BW124"}, "bad_rate"),
        ({"datr": "SF7"}, "bad_rate"),
        ({"datr": 7}, "bad_rate"),
        ({"codr": "5/5"}, "bad_rate"),
        ({"modu": "FSK", "datr": "50000"}, "bad_rate"),
        ({"modu": "FSK", "datr": 5}, "bad_rate"),
        ({"modu": "OOK"}, "bad_rate"),
        ({"modu": "LR-FHSS", "datr": "M0CW137", "codr": "2/3"}, "lr_fhss"),
        ({"stat": 2}, "bad_checksum"),
    ],
)
def test_what_is_no_frame(changes, reason):
    assert translation.uplink(heard(**changes), at, 0) is Flaw(reason)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"freq": 867.1}, {"frequency": 867_100_000}),
        ({"freq": 865.0625}, {"frequency": 865_062_500}),
        ({"freq": 2403}, {"frequency": 2_403_000_000}),
        ({"freq": 902.2999999999}, {"frequency": 902_300_000}),
        ({"datr": "SF12BW812", "codr": "4/8LI"}, {"modulation": Lora(12, 812_000, "4/8LI")}),
        ({"datr": "SF5BW500", "codr": "1/2"}, {"modulation": Lora(5, 500_000, "4/8")}),
        (
            {"modu": "FSK", "datr": 50000, "codr": None, "lsnr": None},
            {"modulation": Fsk(50000), "snr": None},
        ),
        ({"stat": -1}, {"crc": Crc.BAD}),
        ({"stat": 0}, {"crc": Crc.NONE}),
        ({"rssi": None}, {"rssi": -150.0}),
        ({"tmms": 1_400_000_000_123, "ftime": 999_999_999}, {"gps_ms": 1_400_000_000_123}),
        (  # an old forwarder
            dict.fromkeys(("jver", "mid", "rssis", "foff", "stat", "chan", "rfch", "size")),
            {"crc": Crc.OK, "channel": 0, "rssi": -57.0},
        ),
        (
            {
                "rssi": None,
                "lsnr": None,
                "chan": None,
                "rsig": [
                    {"ant": 0, "chan": 3, "lsnr": 2.5, "rssic": -80},
                    {"ant": 1, "chan": 11, "lsnr": 9.5, "rssic": -90, "etime": "x", "rssis": -91},
                    {"ant": 2, "chan": 19, "lsnr": -9.5, "rssic": -30},
                ],
            },
            {"antenna": 1, "channel": 11, "snr": 9.5, "rssi": -90.0},
        ),
        ({"rssi": None, "rsig": [{"rssis": -91}]}, {"antenna": 0, "snr": None, "rssi": -91.0}),
    ],
)
def test_what_else_forwarders_write(changes, expected):
    found = translation.uplink(heard(**changes), at, 7)
    assert {name: getattr(found, name) for name in expected} == expected


def test_there_and_back():
    said = uplink(
        frequency=867_100_000,
        rssi=-101.0,
        snr=-7.2,
        channel=3,
        rf_chain=1,
        crc=Crc.NONE,
        gps_ms=1_400_000_000_123,
        fine_ns=17,
        modulation=Lora(12, 812_000, "4/8LI"),
    )
    stat = Stat(rxnb=7, ackr=99.5)
    datagram = gwmp.push(99, ROOF, (translation.rxpk(said, 4_000_000_000),), stat)
    found = gwmp.from_gateway(datagram)
    assert isinstance(found, gwmp.Push)
    assert (found.token, found.eui, found.stat) == (99, ROOF, stat)
    assert found.packets[0].tmst == 4_000_000_000
    assert translation.uplink(found.packets[0], lambda tmst: said.moment, said.at_ns) == said


def test_as_every_server_can_read_it():
    written = json.loads(gwmp.push(1, ROOF, (translation.rxpk(uplink(rssi=-57.4), 53324),))[12:])[
        "rxpk"
    ][0]
    assert written == packet(
        lsnr=8.0, chan=0, rfch=0, size=len(DATA), data=written["data"], mid=None, foff=None,
        rssis=None,
    )  # fmt: skip


def test_a_replay_tells_when_it_was_heard():
    at_ns = 1_795_176_654_171_576_123
    written = translation.rxpk(uplink(), 1, at_ns)
    assert written.time == "2026-11-20T12:10:54.171576Z"


@pytest.mark.parametrize(
    "body",
    [
        {"rxpk": [packet(), packet(tmst=-1), packet()]},
        {"rxpk": [packet(), packet(tmst="53324"), packet()], "stat": {"rxnb": 1}},
        {"rxpk": [packet(), packet(chan=256), packet()], "stat": {"rxnb": -1}},
        {"rxpk": [packet(), packet(tmms=1 << 43), packet()], "stat": {"rxnb": 1 << 32}},
        {"rxpk": [packet(), 7, packet()]},
        {"rxpk": [packet(), packet(freq="868.1"), packet()]},
    ],
)
def test_a_damaged_packet_costs_no_other(body):
    found = gwmp.from_gateway(push(json.dumps(body)))
    assert isinstance(found, gwmp.Push)
    assert len(found.packets) == 2
    assert found.damaged == 2 if body.get("stat", {}).get("rxnb") == -1 else 1


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x02\x67\xc6",
        b"\x03\x67\xc6\x02" + bytes(8),
        b"\x00\x67\xc6\x02" + bytes(8),
        b"\x02\x67\xc6\x02" + bytes(7),
        b"\x02\x67\xc6\x03" + bytes(8),
        b"\x02\x67\xc6\x09" + bytes(8),
        push(""),
        push("{"),
        push("[]"),
        push('{"rxpk":7}'),
        push(b'{"rxpk":[],"stat":\xff}'),
        push('{"rxpk":' + "[" * 20000 + "]" * 20000 + "}"),
        push('{"x":' + "[" * 20000 + "]" * 20000 + "}"),
        gwmp.tx_ack(1, EUI, "") + b"[]",
        gwmp.tx_ack(1, EUI, "") + b'{"txpk_ack":{"error":7}}',
    ],
)
def test_what_no_gateway_says(datagram):
    with pytest.raises(ValueError, match=r"."):
        gwmp.from_gateway(datagram)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x02\x00\x01",
        b"\x04\x00\x01\x01",
        b"\x02\x00\x01\x00",
        b"\x02\x00\x01\x03",
        b"\x02\x00\x01\x03{}",
        b'\x02\x00\x01\x03{"txpk":{}}',
        b'\x02\x00\x01\x03{"txpk":{"freq":868.1,"modu":"LORA","datr":"SF7BW125","data":7}}',
        b'\x02\x00\x01\x03{"x":' + b"[" * 20000 + b"]" * 20000 + b"}",
    ],
)
def test_what_no_server_says(datagram):
    assert gwmp.acknowledged(datagram) is None or datagram[3] == 1
    with pytest.raises(ValueError, match=r"."):
        gwmp.order(datagram)


def test_version_1_is_answered_in_version_1():
    assert gwmp.acknowledge(push("{}", version=1)) == b"\x01\x12\x34\x01"
    assert gwmp.acknowledge(bytes.fromhex("0100000216c001ff00000100")) == b"\x01\x00\x00\x04"


def test_every_verdict_has_a_word_for_the_server():
    silent = {Verdict.NO_ANSWER, Verdict.IGNORED}
    assert set(gwmp.ERRORS) == set(Verdict) - silent


def test_damaged_datagrams_raise_nothing_else():
    chance = random.Random(7)
    plain = [bytes.fromhex(line["hex"]) for line in GWMP]
    for _ in range(3000):
        datagram = bytearray(chance.choice(plain))
        for _ in range(chance.randrange(1, 6)):
            datagram[chance.randrange(len(datagram))] = chance.randrange(256)
        for read in (gwmp.from_gateway, gwmp.order):
            try:
                found = read(bytes(datagram[: chance.randrange(len(datagram) + 1)]))
                if isinstance(found, gwmp.Push):
                    for one in found.packets:
                        translation.uplink(one, at, 0)
                elif isinstance(found, gwmp.Order):
                    translation.shot(found.packet, After(MOMENT, 1), 14)
            except ValueError:
                pass
