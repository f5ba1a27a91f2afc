"""The twin of Basics Station tells and does what a running one did."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lns_server import CONFIG, phy_of
from recorded import LNS

from wisgate.lorawan.radio import Fsk, Lora, Modulation
from wisgate.lorawan.twins.channel import Hearing, Place, Transmission, Tuning
from wisgate.lorawan.twins.station_forwarder import StationForwarder, id6

EUI = "000000fffe000001"
SESSION, SECOND = 119, 1_000_000
COUNTER = (1 << 48) - 1
FACTORS = {2: 7, 4: 8, 8: 9, 16: 10, 32: 11, 64: 12}
"""Spreading factors by the codes of the recorded chip."""
POLL_US = 20_000
"""How often the running one looked at its chip."""
FAST = Lora(7, 125_000)
PDU = bytes.fromhex("60a6fe6a01a0030092ccd6db")


def configured(**changed: Any) -> StationForwarder:
    station = StationForwarder(EUI, SESSION)
    station.take(json.dumps(CONFIG | changed), 0)
    return station


def hearing(
    phy: bytes, ends: int, frequency: int = 868_100_000, modulation: Modulation = FAST
) -> Hearing:
    given = {
        "sender": "mote", "place": Place(), "phy": phy, "frequency": frequency, "power": 14.0,
        "modulation": modulation,
    }  # fmt: skip
    lasts = Transmission(begins=0, **given).ends
    return Hearing(Transmission(begins=ends - lasts, **given), EUI, 0, -50.0, 9.0)


def undated(told: dict[str, Any]) -> dict[str, Any]:
    """Without the times of day."""
    found = {k: v for k, v in told.items() if k not in ("RefTime", "txtime")}
    if "upinfo" in found:
        found["upinfo"] = {k: v for k, v in found["upinfo"].items() if k != "rxtime"}
    return found


def test_the_recorded_session() -> None:
    entries = LNS
    joined = next(e for e in entries if e["msg"].get("msgtype") == "jreq")
    ahead = (joined["msg"]["upinfo"]["xtime"] & COUNTER) - round(joined["t"] * 1e6)
    station = StationForwarder(EUI, SESSION)
    on_air: list[Transmission] = []
    told: list[str] = []
    for entry in entries:
        now, message = round(entry["t"] * 1e6) + ahead, entry["msg"]
        while station.next_due is not None and station.next_due <= now + POLL_US:
            on_air += station.programmed(station.next_due)
        told += station.told(now + POLL_US)
        match entry["dir"], message.get("msgtype"):
            case "to_gw", _:
                station.take(json.dumps(message), now)
            case "air_tx", _:
                sent = on_air.pop(0)
                assert (sent.frequency, sent.power) == (message["freq_hz"], message["rf_power"])
                assert sent.modulation == Lora(FACTORS[message["datarate"]], 125_000)
                assert (sent.phy.hex(), sent.inverted) == (message["payload"], True)
                assert (sent.crc, sent.preamble) == (False, message["preamble"])
            case _, None:
                assert json.loads(station.discovery()) == message
            case _, "version":
                assert json.loads(station.version()) == message
            case _, "dntxed":
                assert undated(json.loads(told.pop(0))) == undated(message)
            case _:
                ends = message["upinfo"]["xtime"] & COUNTER
                sf, width, _ = CONFIG["DRs"][message["DR"]]
                heard = hearing(phy_of(message), ends, message["Freq"], Lora(sf, width * 1000))
                ours = station.hear(heard, message["RefTime"])
                assert ours is not None
                assert undated(json.loads(ours)) == undated(message)
    assert (on_air, told, station.dropped) == ([], [], 1)


def test_it_listens_to_what_it_is_told() -> None:
    station = configured()
    hz = [868_100_000, 868_300_000, 868_500_000, *range(867_100_000, 868_000_000, 200_000)]
    assert station.channels == (
        *(Tuning(each) for each in hz), Tuning(868_300_000, 250_000, (7,)),
    )  # fmt: skip
    fsk = CONFIG["sx1301_conf"][0] | {"chan_FSK": {"enable": True, "radio": 1, "if": 300_000}}
    assert configured(sx1301_conf=[fsk]).channels[-1] == Tuning(868_800_000, 125_000, ())


@pytest.mark.parametrize(
    ("eui", "written"),
    [
        ("000000fffe000001", "0:ff:fe00:1"), ("0000000011000001", "::1100:1"),
        ("0016c001ff000001", "16:c001:ff00:1"), ("0000000000000000", "::0:0"),
    ],
)  # fmt: skip
def test_euis(eui: str, written: str) -> None:
    assert id6(eui) == written


@pytest.mark.parametrize(
    "phy",
    [
        b"", bytes(11), bytes(22), b"\x01" + bytes(22), b"\x60" + bytes(11), b"\xc0" + bytes(18),
        bytes.fromhex("40010000260f010001020304"),
    ],
    ids=["empty", "short", "no-join", "reserved", "downlink", "rejoin-0", "options-too-long"],
)  # fmt: skip
def test_what_it_cannot_read_is_dropped(phy: bytes) -> None:
    assert configured().hear(hearing(phy, SECOND), 0.0) is None


def test_frames_with_and_without_a_port() -> None:
    station = configured()
    bare = bytes.fromhex("4001000026820700061f01020304")
    told = json.loads(station.hear(hearing(bare, 5), 1.5) or "")
    assert (told["DevAddr"], told["FOpts"], told["FPort"]) == (0x26000001, "061F", -1)
    assert (told["FRMPayload"], told["MIC"], told["upinfo"]["rxtime"]) == ("", 0x04030201, 1.5)
    full = bytes.fromhex("80ffffffff820700061f0aaabb01020384")
    told = json.loads(station.hear(hearing(full, 5), 1.5) or "")
    assert (told["DevAddr"], told["FCnt"], told["FOpts"]) == (-1, 7, "061F")
    assert (told["FPort"], told["FRMPayload"]) == (10, "AABB")
    assert told["MIC"] == -2_080_177_663


def test_rates_that_it_does_not_have_are_dropped() -> None:
    data = bytes.fromhex("40010000260007000a01020304")
    station = configured()
    assert station.hear(hearing(data, SECOND, modulation=Lora(7, 500_000)), 0.0) is None
    fsk = json.loads(station.hear(hearing(data, SECOND, modulation=Fsk(50_000)), 0.0) or "")
    assert fsk["DR"] == 7
    rates = [[-1, 0, 0], [7, 125, 1], [7, 125, 0]]
    down_only = configured(DRs=rates)
    assert json.loads(down_only.hear(hearing(data, SECOND), 0.0) or "")["DR"] == 2


# Downlinks


def asked(heard: int = 0, **changed: Any) -> dict[str, Any]:
    return {
        "msgtype": "dnmsg", "DevEui": "70-B3-D5-7E-D0-00-00-01", "dC": 0, "diid": 9,
        "pdu": PDU.hex(), "priority": 1, "RxDelay": 1, "RX1DR": 5, "RX1Freq": 868_100_000,
        "RX2DR": 0, "RX2Freq": 869_525_000, "xtime": SESSION << 48 | heard, "rctx": 3,
    } | changed  # fmt: skip


def ask(station: StationForwarder, now: int, heard: int = 0, **changed: Any) -> None:
    message = {k: v for k, v in asked(heard, **changed).items() if v is not None}
    station.take(json.dumps(message), now)


def windows(station: StationForwarder) -> list[tuple[int, int]]:
    """When and where everything goes out that it was asked for."""
    found: list[Transmission] = []
    while station.next_due is not None:
        found += station.programmed(station.next_due)
    return [(s.begins, s.frequency) for s in found]


FIRST, SECOND_WINDOW = (SECOND, 868_100_000), (2 * SECOND, 869_525_000)


def test_rx1_if_there_is_time_and_else_rx2() -> None:
    for now, expected in (
        (0, [FIRST]), (SECOND - 20_000, [FIRST]), (SECOND - 19_999, [SECOND_WINDOW]),
        (2 * SECOND - 20_000, [SECOND_WINDOW]), (2 * SECOND - 19_999, []),
    ):  # fmt: skip
        station = configured()
        ask(station, now)
        assert windows(station) == expected
        assert station.dropped == (0 if expected else 1)


def test_it_tells_only_what_is_on_the_air() -> None:
    station = configured()
    ask(station, 0)
    assert (station.next_due, station.next_told) == (SECOND - 20_000, None)
    assert len(station.programmed(SECOND - 20_000)) == 1
    assert (station.next_told, station.told(SECOND - 1)) == (SECOND, [])
    (told,) = (json.loads(text) for text in station.told(SECOND))
    assert (told["msgtype"], told["diid"], told["DR"], told["rctx"]) == ("dntxed", 9, 5, 3)
    assert told["xtime"] == SESSION << 48 | SECOND
    assert station.told(SECOND) == []


def test_nobody_is_told_of_a_frame_for_no_eui() -> None:
    station = configured()
    ask(station, 0, DevEui="00-00-00-00-00-00-00-00")
    assert windows(station) == [FIRST]
    assert station.told(5 * SECOND) == []


def test_a_sub_band_that_is_used_up_is_left_for_rx2_and_then_for_nothing() -> None:
    station = configured()
    for heard in (0, SECOND, 2 * SECOND):
        ask(station, heard, heard)
        windows(station)
    lasts = Transmission(
        sender="", place=Place(), begins=0, phy=PDU, frequency=0, modulation=Lora(7, 125_000),
        power=0, crc=False,
    ).ends  # fmt: skip
    assert station.dropped == 1
    assert [json.loads(t)["Freq"] for t in station.told(9 * SECOND)] == [868_100_000, 869_525_000]
    ask(station, 99 * lasts, 99 * lasts)
    assert windows(station) == []
    ask(station, 100 * lasts, 100 * lasts)
    assert windows(station) == [(SECOND + 100 * lasts, 868_100_000)]


@pytest.mark.parametrize("changed", [{"nodc": True}, {"region": "US902"}])
def test_where_no_law_is_known_nothing_is_held_back(changed: dict[str, Any]) -> None:
    station = configured(**changed)
    for heard in (0, 3 * SECOND, 6 * SECOND):
        ask(station, heard, heard)
        assert windows(station) == [(heard + SECOND, 868_100_000)]


def test_a_frame_of_another_session_is_not_sent() -> None:
    station = configured()
    ask(station, 0, xtime=(SESSION + 1) << 48)
    assert (station.next_due, station.dropped) == (None, 1)


def test_what_the_chip_is_busy_with_is_not_interrupted() -> None:
    station = configured(nodc=True)
    ask(station, 0, RX1DR=0)
    ask(station, 0, xtime=SESSION << 48 | 100_000)
    assert windows(station) == [FIRST, (2_100_000, 869_525_000)]


def test_class_c_goes_at_once_and_tries_again() -> None:
    station = configured()
    ask(station, 0, RX1DR=0)
    windows(station)
    ask(station, SECOND, dC=2, xtime=None, RX1Freq=None, RX2DR=5, diid=10)
    busy_until = SECOND + 991_232
    (begins, frequency) = windows(station)[0]
    assert frequency == 869_525_000
    assert busy_until <= begins < busy_until + 100_000
    ask(station, 600 * SECOND, dC=2, xtime=None, RX1Freq=None)
    ask(station, 601 * SECOND, dC=2, xtime=None, RX1Freq=None)
    windows(station)
    assert station.dropped == 1  # ten times, while the sub-band was used up


def test_class_b_needs_gps() -> None:
    station = configured()
    ask(station, 0, dC=1, xtime=None, DR=3, Freq=869_525_000, gpstime=1)
    assert (station.next_due, station.dropped) == (None, 1)


def test_what_it_does_not_know_has_no_effect() -> None:
    station = configured()
    for text in ('{"msgtype":"runcmd","command":"reboot"}', '{"msgtype":"timesync"}', "{}"):
        station.take(text, 0)
    assert (station.next_due, station.next_told) == (None, None)
