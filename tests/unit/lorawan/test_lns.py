"""Messages of Basics Station, against a recorded session."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from radio_bench import DATA, JOIN, uplink
from recorded import LNS

from wisgate.core import eui as euis
from wisgate.lorawan import frames, lns, lns_frames
from wisgate.lorawan.radio import Fsk, Lora, Moment, Uplink

FROM_STATION = [x["msg"] for x in LNS if x["dir"] == "from_gw" and "msgtype" in x["msg"]]
FROM_SERVER = [x["msg"] for x in LNS if x["dir"] == "to_gw" and "msgtype" in x["msg"]]
CONFIG = next(m for m in FROM_SERVER if m["msgtype"] == "router_config")
RATES = lns_frames.rates([tuple(r) for r in CONFIG["DRs"]])
MOMENT = Moment("000000fffe000001", 119, 7)


def at(xtime: int) -> Moment:
    return MOMENT


UPLINKS = [m for m in FROM_STATION if "upinfo" in m]


def said(message: dict[str, Any]) -> Any:
    return lns.from_station(json.dumps(message))


def heard(message: dict[str, Any]) -> Uplink:
    return lns_frames.uplink(said(message), at, 0, RATES)


def test_data_rates():
    assert RATES[:8] == (
        *(Lora(factor, 125_000) for factor in (12, 11, 10, 9, 8, 7)),
        Lora(7, 250_000),
        Fsk(50_000),
    )
    assert RATES[8:] == (None,) * 8
    assert lns_frames.rate_of(Lora(7, 250_000), RATES) == 6
    assert lns_frames.rate_of(Lora(9, 125_000, "4/8"), RATES) == 3
    assert lns_frames.rate_of(Fsk(50_000, 25_000), RATES) == 7
    assert lns_frames.rate_of(Lora(7, 500_000), RATES) is None
    assert lns_frames.rate_of(Fsk(5_000), RATES) is None


@pytest.mark.parametrize("message", UPLINKS, ids=lambda m: f"{m['msgtype']}-{m['Freq']}")
def test_every_recorded_uplink(message):
    found = heard(message)
    assert found.frequency == message["Freq"]
    assert found.modulation == RATES[message["DR"]]
    assert (found.rssi, found.snr) == (message["upinfo"]["rssi"], message["upinfo"]["snr"])
    assert (found.gps_ms, found.fine_ns) == (None, None)
    frame = frames.decode(found.phy)
    match frame:
        case frames.JoinRequest():
            assert euis.dashed(f"{frame.join_eui:016x}") == message["JoinEui"]
            assert euis.dashed(f"{frame.dev_eui:016x}") == message["DevEui"]
            assert frame.dev_nonce == message["DevNonce"]
            assert int.from_bytes(frame.mic, "little", signed=True) == message["MIC"]
        case frames.Message():
            assert (frame.address, frame.counter) == (message["DevAddr"], message["FCnt"])
            assert (frame.port, frame.payload) == (message["FPort"], b"")
            assert int.from_bytes(frame.mic, "little", signed=True) == message["MIC"]
        case frames.Proprietary():
            assert found.phy.hex().upper() == message["FRMPayload"]
        case _:
            pytest.fail(f"{message['msgtype']} is {frame}")


@pytest.mark.parametrize(
    ("gpstime", "fts"), [(10**30, -1), ((1 << 63) - 1, 10**9), (0, 99_999_999_999), (-1, -7)]
)
def test_a_time_that_cannot_be_costs_no_frame(gpstime, fts):
    message = UPLINKS[0] | {"upinfo": UPLINKS[0]["upinfo"] | {"gpstime": gpstime, "fts": fts}}
    found = heard(message)
    assert (found.gps_ms, found.fine_ns) == (None, None)


@pytest.mark.parametrize("message", UPLINKS, ids=lambda m: f"{m['msgtype']}-{m['Freq']}")
def test_the_same_message_again(message):
    """What we tell a server of a frame is what the station said of it."""
    found, upinfo = heard(message), message["upinfo"]
    made = lns_frames.message(found, upinfo["xtime"], upinfo["rctx"], message["DR"])
    written = json.loads(lns.written(made))
    for times in (written, message := json.loads(json.dumps(message))):
        del times["RefTime"], times["upinfo"]["rxtime"]
    assert written == message


def test_every_recorded_word_of_the_server():
    kinds = [type(lns.from_server(json.dumps(m))) for m in FROM_SERVER]
    assert kinds == [lns.RouterConfig, *[lns.Downlink] * 3]
    config = lns.from_server(json.dumps(CONFIG))
    assert isinstance(config, lns.RouterConfig)
    assert (config.region, config.max_eirp) == ("EU868", 16.0)
    for plain in FROM_SERVER[1:]:
        found = lns.from_server(json.dumps(plain))
        assert isinstance(found, lns.Downlink)
        again = json.loads(lns.written(found))
        # zeros that a struct leaves out
        assert {**dict.fromkeys(("rctx", "RX2DR", "dC"), 0), **again} == plain


def test_every_recorded_other_word_of_the_station():
    version, *_ = [m for m in FROM_STATION if m["msgtype"] == "version"]
    found = said(version)
    assert (found.station, found.protocol) == ("2.0.6(linux/testsim)", 2)
    sent = [said(m) for m in FROM_STATION if m["msgtype"] == "dntxed"]
    assert [(s.diid, s.rate, s.frequency, s.xtime) for s in sent] == [
        (10, 3, 868_300_000, 33495522503505533),
        (20, 0, 869_525_000, 33495522506909778),
    ]


def test_discovery_as_recorded():
    asked, answered = LNS[0]["msg"], LNS[1]["msg"]
    found = lns.discovery(json.dumps(asked))
    assert euis.parse(str(found.router)) == "000000fffe000001"
    assert json.loads(lns.written(lns.discovery(json.dumps(answered)))) == answered


def test_the_parts_of_xtime():
    """RX1 is five seconds after the join request, on the counter that xtime is."""
    asked, sent = 33495522498505533, 33495522503505533
    unit, session, counter = lns_frames.parts(asked)
    assert (unit, session) == (0, 119)
    assert lns_frames.parts(sent) == (unit, session, counter + 5_000_000)
    assert lns_frames.xtime(unit, session, counter) == asked
    assert lns_frames.parts(lns_frames.xtime(5, 255, (1 << 48) + 7)) == (5, 255, 7)


def test_signed_numbers():
    phy = b"\x40" + bytes.fromhex("fffefdfc") + DATA[5:-4] + bytes.fromhex("fffffffe")
    made = lns_frames.message(uplink(phy=phy), 1, 0, 5)
    assert isinstance(made, lns.Message)
    assert (made.address, made.mic) == (-0x03_02_01_01, -0x01_00_00_01)
    assert lns_frames.phy(made) == phy
    made.address, made.mic = made.address + (1 << 32), made.mic + (1 << 32)
    assert lns_frames.phy(made) == phy


@pytest.mark.parametrize(
    "phy",
    [
        DATA,
        JOIN,
        b"\xe0",
        b"\xe3\x01\x02",
        bytes.fromhex("80010000261f0100" + "aa" * 15 + "01020304"),  # options, no port
        bytes.fromhex("40010000260001000001020304"),  # a port without a payload
        bytes.fromhex("40010000260001000102030405060708" + "11223344"),
    ],
)
def test_frames_there_and_back(phy):
    said = uplink(phy=phy, modulation=Lora(9, 125_000), gps_ms=1_400_000_000_123, fine_ns=17)
    made = lns_frames.message(said, 33495522498505533, 3, 3)
    text = lns.written(made)
    found = lns_frames.uplink(lns.from_station(text), lambda xtime: said.moment, said.at_ns, RATES)
    assert found == said
    assert json.loads(text)["upinfo"]["gpstime"] == 1_400_000_000_123_000


@pytest.mark.parametrize("phy", [b"", b"\x60" + DATA[1:], b"\x20" + bytes(16), bytes(5)])
def test_what_a_station_does_not_pass_on(phy):
    assert lns_frames.message(uplink(phy=phy), 1, 0, 5) is None


def test_a_rejoin_request_is_said_as_a_join_request():
    message = next(m for m in UPLINKS if m["msgtype"] == "jreq")
    found = heard(message | {"msgtype": "rejoin", "MHdr": 0xC0})
    assert found.phy == b"\xc0" + heard(message).phy[1:]


def test_a_frame_of_fsk_has_no_snr():
    message = next(m for m in UPLINKS if m["msgtype"] == "updf")
    assert heard(message | {"DR": 7}).snr is None


@pytest.mark.parametrize(
    "changes",
    [
        {"DR": 8},
        {"Freq": 0},
        {"FOpts": "aa" * 16},
        {"FOpts": "zz"},
        {"FRMPayload": "a"},
        {"FRMPayload": "aa" * 256},
        {"FPort": -1, "FRMPayload": "aa"},
    ],
)
def test_what_is_no_frame(changes):
    message = next(m for m in UPLINKS if m["msgtype"] == "updf")
    with pytest.raises(ValueError, match=r"."):
        heard(message | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        "{}",
        '{"msgtype":7}',
        '{"msgtype":"updf"}',
        '{"msgtype":"dnmsg","dC":3,"pdu":""}',
        '{"msgtype":"timesync","txtime":"now"}',
        '{"msgtype":"router_config","DRs":[[1]]}',
        '{"x":' + "[" * 20000 + "]" * 20000 + "}",
        b'{"msgtype":"\xff"}',
    ],
)
@pytest.mark.parametrize("read", [lns.from_station, lns.from_server], ids=["station", "server"])
def test_what_nobody_says(read, text):
    try:
        found = read(text)
    except ValueError:
        return
    assert found in ("updf", "dnmsg", "router_config")  # what only the other side says


@pytest.mark.parametrize("kind", ["runcmd", "rmtsh", "getxtime", "event"])
def test_what_is_known_by_name_only(kind):
    assert lns.from_server(f'{{"msgtype":"{kind}","command":"reboot"}}') == kind


def test_damaged_messages_raise_nothing_else():
    chance = random.Random(7)
    plain = [json.dumps(x["msg"]).encode() for x in LNS]
    for _ in range(3000):
        text = bytearray(chance.choice(plain))
        for _ in range(chance.randrange(1, 6)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        for read in (lns.from_station, lns.from_server, lns.discovery):
            try:
                found = read(bytes(text))
                if isinstance(found, lns.Heard):
                    lns_frames.uplink(found, at, 0, RATES)
            except ValueError:
                pass
