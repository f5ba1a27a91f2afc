"""The twin of the packet forwarder tells and answers what a running one did, byte by byte."""

from __future__ import annotations

import base64
import calendar
import json
import time
from typing import Any

import pytest
from recorded import GWMP

from wisgate.lorawan.radio import Fsk, Lora
from wisgate.lorawan.twins.channel import Hearing, Place, Transmission
from wisgate.lorawan.twins.udp_forwarder import (
    COUNTER,
    PULL_RESP,
    PUSH_ACK,
    QUEUE,
    TX_ACK,
    Setup,
    UdpForwarder,
)

EUI = "0016c001ff000001"
DATA = base64.b64decode("YKb+agGgAwCSzNbb")
SETUP = Setup(eui=EUI)
LAG_US = 1_900
"""By which the clock of the recording was ahead of the counter."""
SECOND = 1_000_000


def hearing(packet: dict[str, Any]) -> Hearing:
    """What the air gave to a forwarder that told this `rxpk`."""
    factor, width = packet["datr"].removeprefix("SF").split("BW")
    given = {
        "sender": "mote", "place": Place(), "phy": base64.b64decode(packet["data"]),
        "frequency": round(packet["freq"] * 1e6), "power": 14.0,
        "modulation": Lora(int(factor), int(width) * 1000),
    }  # fmt: skip
    lasts = Transmission(begins=0, **given).ends
    sent = Transmission(begins=packet["tmst"] - lasts, **given)
    return Hearing(sent, EUI, packet["chan"], packet["rssi"], packet["lsnr"])


def without_token(datagram: bytes) -> bytes:
    return datagram[:1] + datagram[3:]


def test_the_recorded_session() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    answers: dict[str, bytes | None] = {}
    pushed = b""
    compared = 0
    for entry in GWMP:
        now = round(entry["t"] * 1e6) - LAG_US
        sent = forwarder.programmed(now)
        theirs = bytes.fromhex(entry["hex"])
        told = json.loads(entry["json"] or "{}")
        match entry["type"]:
            case "PUSH_DATA" if "rxpk" in told:
                for packet in told["rxpk"]:
                    forwarder.hear(hearing(packet))
                pushed = forwarder.push() or b""
                assert without_token(pushed) == without_token(theirs)
            case "PUSH_DATA":
                for _ in range(told["stat"]["rxnb"] - told["stat"]["rxok"]):
                    forwarder.hear_damaged()
                moment = time.strptime(told["stat"]["time"], "%Y-%m-%d %H:%M:%S GMT")
                pushed = forwarder.push_statistics(calendar.timegm(moment))
                assert without_token(pushed) == without_token(theirs)
            case "PUSH_ACK":
                assert forwarder.take(pushed[:1] + pushed[1:3] + theirs[3:], now) is None
            case "PULL_DATA":
                assert without_token(forwarder.pull()) == without_token(theirs)
            case "PULL_RESP":
                answers[entry["hex"][2:6]] = forwarder.take(theirs, now)
            case "TX_ACK":
                assert answers.pop(entry["hex"][2:6]) == theirs
        compared += 1
        assert all(s.phy and s.sender == EUI for s in sent)
    assert compared == 39
    assert answers == dict.fromkeys(answers), "answered what the running one left without an answer"
    assert len(answers) == 3


# What the session does not show


def request(forwarder: UdpForwarder, now: int, **fields: Any) -> Any:
    """The TX_ACK to a request: None for none, "" for an empty one, else its JSON."""
    given = {
        "imme": False, "freq": 868.1, "rfch": 0, "powe": 14, "modu": "LORA", "datr": "SF7BW125",
        "codr": "4/5", "ipol": True, "ncrc": True, "size": len(DATA),
        "data": base64.b64encode(DATA).decode(),
    }  # fmt: skip
    packet = {k: v for k, v in (given | fields).items() if v is not None}
    text = json.dumps({"txpk": packet}).encode()
    answer = forwarder.take(b"\x02\xab\xcd" + bytes([PULL_RESP]) + text, now)
    if answer is None:
        return None
    assert answer[:4] == b"\x02\xab\xcd" + bytes([TX_ACK])
    assert answer[4:12].hex() == EUI
    return json.loads(answer[12:])["txpk_ack"] if answer[12:] else ""


def at(now: int, **fields: Any) -> Any:
    return request(UdpForwarder(SETUP, 0), now, **fields)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (-1, "TOO_EARLY"), (0, "TOO_LATE"), (42_500, "TOO_LATE"), (42_501, ""),
        (512 * SECOND, ""), (512 * SECOND + 1, "TOO_EARLY"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("now", [SECOND, COUNTER - 1000])
def test_limits_of_time_hold_across_the_wrap(now: int, ahead: int, expected: str) -> None:
    answer = at(now, tmst=(now + ahead) % COUNTER)
    assert answer == ({"error": expected} if expected else "")


@pytest.mark.parametrize(
    "fields",
    [
        {"tmst": None}, {"rfch": 1}, {"datr": "SF13BW125"}, {"datr": 50_000}, {"codr": "4/9"},
        {"codr": None}, {"modu": "CW"}, {"modu": "FSK", "datr": 50_000}, {"data": "%%"},
        {"size": 0}, {"size": 256}, {"freq": "868.1"}, {"data": None},
    ],
)  # fmt: skip
def test_what_it_cannot_read_gets_no_answer(fields: dict[str, Any]) -> None:
    assert at(0, **({"tmst": SECOND} | fields)) is None


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"txpk": 5}', b"\xff"])
def test_nonsense_gets_no_answer(text: bytes) -> None:
    forwarder = UdpForwarder(SETUP, 0)
    assert forwarder.take(b"\x02\x00\x00" + bytes([PULL_RESP]) + text, 0) is None
    assert forwarder.take(text, 0) is None


def test_powers() -> None:
    assert at(0, tmst=SECOND, powe=11) == {"warn": "TX_POWER", "value": 12}
    assert at(0, tmst=SECOND, powe=27) == ""
    older = UdpForwarder(Setup(eui=EUI, powers=(12, 14, 20), warns=False), 0)
    assert request(older, 0, tmst=SECOND, powe=14) == ""
    assert request(older, 0, tmst=3 * SECOND, powe=16) == {"error": "TX_POWER"}


def test_gps_time_without_gps() -> None:
    assert at(0, tmms=1_400_000_000_000) == {"error": "GPS_UNLOCKED"}


def test_the_queue_has_an_end() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    for number in range(1, QUEUE + 1):
        assert request(forwarder, 0, tmst=number * SECOND) == ""
    assert request(forwarder, 0, tmst=(QUEUE + 1) * SECOND) == {"error": "COLLISION_PACKET"}


def test_what_needs_the_chip_at_one_time_collides() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    assert request(forwarder, 0, tmst=SECOND) == ""
    lasts = forwarder.programmed(SECOND)[0].ends - SECOND
    apart = lasts + 42_500
    assert request(forwarder, 0, tmst=5 * SECOND) == ""
    assert request(forwarder, 0, tmst=5 * SECOND - apart) == {"error": "COLLISION_PACKET"}
    assert request(forwarder, 0, tmst=5 * SECOND + apart) == {"error": "COLLISION_PACKET"}
    assert request(forwarder, 0, tmst=5 * SECOND + apart + 1) == ""
    assert request(forwarder, 0, tmst=5 * SECOND - apart - 1) == ""


def test_frames_leave_in_the_order_of_their_times_and_40_ms_ahead() -> None:
    forwarder = UdpForwarder(SETUP, 500)
    assert request(forwarder, 500, tmst=2 * SECOND) == ""
    assert request(forwarder, 500, tmst=SECOND, powe=20, datr="SF9BW125") == ""
    assert request(forwarder, 500, imme=True) == ""
    assert forwarder.next_due == 500 + 40_000
    assert forwarder.programmed(500 + 39_999) == []
    (first,) = forwarder.programmed(500 + 40_000)
    assert first.begins == 500 + 80_000
    assert forwarder.next_due == 500 + SECOND - 40_000
    (second,) = forwarder.programmed(500 + SECOND - 40_000)
    assert (second.begins, second.power, second.modulation) == (
        500 + SECOND, 20.0, Lora(9, 125_000),
    )  # fmt: skip
    assert (second.phy, second.inverted, second.crc, second.preamble) == (DATA, True, False, 8)
    (third,) = forwarder.programmed(3 * SECOND)
    assert third.begins == 500 + 2 * SECOND
    assert forwarder.next_due is None


def test_at_once_means_after_what_is_queued() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    assert request(forwarder, 0, tmst=90_000) == ""
    assert request(forwarder, 0, imme=True) == ""
    first, second = forwarder.programmed(SECOND)
    assert second.begins > first.ends + 42_500


def test_what_comes_while_the_chip_sends_is_dropped_without_a_word() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    assert request(forwarder, 0, tmst=100_000, datr="SF12BW125", size=200) == ""
    (long,) = forwarder.programmed(60_000)
    assert request(forwarder, 200_000, tmst=300_000) == ""
    assert forwarder.programmed(400_000) == []
    assert (forwarder.dropped, long.ends > 5 * SECOND) == (1, True)


def test_the_length_that_is_told_goes_out() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    assert request(forwarder, 0, tmst=SECOND, size=5) == ""
    assert request(forwarder, 0, tmst=2 * SECOND, size=14) == ""
    assert [s.phy for s in forwarder.programmed(2 * SECOND)] == [DATA[:5], DATA + b"\0\0"]


def test_fsk_goes_both_ways() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    fields = {"modu": "FSK", "datr": 50_000, "fdev": 25_000, "codr": None, "ipol": None}
    assert request(forwarder, 0, tmst=SECOND, **fields) == ""
    (sent,) = forwarder.programmed(SECOND)
    assert (sent.modulation, sent.preamble) == (Fsk(50_000, 25_000), 5)
    forwarder.hear(Hearing(sent, EUI, 9, -60.4, None))
    (packet,) = json.loads((forwarder.push() or b"")[12:])["rxpk"]
    assert (packet["modu"], packet["datr"], packet["chan"]) == ("FSK", 50_000, 9)
    assert (packet["rssi"], "lsnr" in packet, "codr" in packet) == (-60, False, False)


def test_many_packets_take_several_datagrams() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    packet = json.loads(next(e["json"] for e in GWMP if "rxpk" in e["json"]))["rxpk"][0]
    for _ in range(300):
        forwarder.hear(hearing(packet))
    sizes = []
    while datagram := forwarder.push():
        sizes.append(len(json.loads(datagram[12:])["rxpk"]))
    assert sizes == [255, 45]


def test_the_share_of_acknowledgements_and_counts_begin_anew() -> None:
    forwarder = UdpForwarder(SETUP, 0)
    first = forwarder.push_statistics(0)
    forwarder.take(first[:3] + bytes([PUSH_ACK]), 0)
    forwarder.hear_damaged()
    forwarder.push_statistics(0)
    told = json.loads(forwarder.push_statistics(0)[12:])["stat"]
    assert (told["ackr"], told["rxnb"]) == (0.0, 0)


def test_a_restart_forgets_the_queue_and_begins_to_count() -> None:
    forwarder = UdpForwarder(SETUP, 0, counter=77)
    assert forwarder.counter(SECOND) == SECOND + 77
    assert request(forwarder, 0, tmst=SECOND) == ""
    forwarder.restart(10 * SECOND)
    assert (forwarder.counter(11 * SECOND), forwarder.next_due) == (SECOND, None)
