"""ChirpStack's own messages (`chirpstack-api`) read what we write, and write what we read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chirpstack_api.gw import gw_pb2 as gw
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from wisgate.lorawan import chirpstack
from wisgate.lorawan.chirpstack_messages import Codec, DownlinkFrame, UplinkFrame
from wisgate.lorawan.chirpstack_uplinks import written
from wisgate.lorawan.counter import pack
from wisgate.lorawan.radio import (
    After,
    AtGps,
    Crc,
    Downlink,
    Fsk,
    Heard,
    Immediately,
    Lora,
    Moment,
    Result,
    Status,
    Uplink,
    Verdict,
)

GATEWAY, BOARD = "0016c001ff000001", "0016c001ff000002"
MOMENT = Moment(BOARD, 7, 5_000_000_123)
DATA = bytes.fromhex("40010000268001000112b2c311223344")
JOIN_ACCEPT = bytes.fromhex("20") + bytes(16)
CHECKSUMS = {Crc.OK: gw.CRC_OK, Crc.BAD: gw.BAD_CRC, Crc.NONE: gw.NO_CRC}
NOON = 1_795_176_000_123_456_789
PROTOBUF, JSON = Codec("protobuf"), Codec("json")


def heard(**more: object) -> Heard:
    given = {"rssi": -57.4, "snr": 8.5, "channel": 3, "rf_chain": 1, "antenna": 1} | more
    modulation = given.pop("modulation", Lora(7, 125_000))
    replayed = bool(given.pop("replayed", False))
    best = Uplink(
        moment=MOMENT, at_ns=NOON, phy=DATA, frequency=868_100_000, modulation=modulation, **given
    )  # type: ignore[arg-type]
    return Heard((1 << 32) + 9, GATEWAY, "EU868", (best,), replayed)


def read(codec: Codec, kind: type, message: object) -> Any:
    return parsed(codec, kind, codec.encode(message))


def parsed(codec: Codec, kind: type, payload: bytes) -> Any:
    return json_format.Parse(payload, kind()) if codec is JSON else kind.FromString(payload)


def uplink(told: Heard, board: int = 0, dated: bool = True, codec: Codec = PROTOBUF) -> Any:
    """As ChirpStack reads it."""
    return parsed(codec, gw.UplinkFrame, codec.encoded(UplinkFrame, written(told, board, dated)))


@pytest.mark.parametrize("codec", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_an_uplink_has_everything_that_was_heard(codec: Codec) -> None:
    told = heard(gps_ms=1_400_000_000_001, fine_ns=1_000_017)
    frame = uplink(told, 2, codec=codec)
    assert frame.phy_payload == DATA
    assert frame.tx_info.frequency == 868_100_000
    lora = frame.tx_info.modulation.lora
    assert (lora.bandwidth, lora.spreading_factor, lora.code_rate) == (125_000, 7, gw.CR_4_5)
    got = frame.rx_info
    assert (got.gateway_id, got.uplink_id, got.board) == (GATEWAY, 9, 2)
    assert (got.rssi, got.snr, got.channel, got.rf_chain, got.antenna) == (-57, 8.5, 3, 1, 1)
    assert (got.context, got.crc_status) == (pack(MOMENT), gw.CRC_OK)
    assert got.gw_time.ToNanoseconds() == NOON
    assert got.time_since_gps_epoch.ToMilliseconds() == 1_400_000_000_001
    assert got.fine_time_since_gps_epoch.ToNanoseconds() == 1_400_000_000_001_000_017
    assert dict(got.metadata) == {}


@given(
    uplink=st.builds(
        Uplink,
        moment=st.builds(
            Moment,
            board=st.integers(0, (1 << 64) - 1).map("{:016x}".format),
            session=st.integers(0, (1 << 32) - 1),
            counter=st.integers(0, (1 << 64) - 1),
        ),
        at_ns=st.integers(0, (1 << 63) - 1),
        phy=st.binary(min_size=1, max_size=255),
        frequency=st.integers(0, (1 << 32) - 1),
        modulation=st.builds(Lora, st.integers(5, 12), st.sampled_from([125_000, 1_625_000])),
        rssi=st.floats(-1000, 1000),
        snr=st.none() | st.floats(-1000, 1000, width=32).map(lambda db: db + 0.0),  # no -0.0
        channel=st.integers(0, 255),
        rf_chain=st.integers(0, 255),
        antenna=st.integers(0, 255),
        crc=st.sampled_from(Crc),
    ),
    number=st.integers(0, (1 << 63) - 1),
    board=st.integers(0, 255),
    dated=st.booleans(),
)
def test_an_uplink_is_what_chirpstack_would_have_written(
    uplink: Uplink, number: int, board: int, dated: bool
) -> None:
    expected = gw.UplinkFrame(
        phy_payload=uplink.phy,
        tx_info={
            "frequency": uplink.frequency,
            "modulation": {
                "lora": {
                    "bandwidth": uplink.modulation.bandwidth,
                    "spreading_factor": uplink.modulation.spreading_factor,
                    "code_rate": gw.CR_4_5,
                }
            },
        },
        rx_info={
            "gateway_id": GATEWAY,
            "uplink_id": number % (1 << 32),
            "rssi": round(uplink.rssi),
            "snr": uplink.snr or 0.0,
            "channel": uplink.channel,
            "rf_chain": uplink.rf_chain,
            "board": board,
            "antenna": uplink.antenna,
            "context": pack(uplink.moment),
            "crc_status": CHECKSUMS[uplink.crc],
        },
    )
    if dated:
        expected.rx_info.gw_time.FromNanoseconds(uplink.at_ns)
    told = Heard(number, GATEWAY, "EU868", (uplink,))
    assert gw.UplinkFrame.FromString(written(told, board, dated)) == expected


def test_what_is_not_known_is_left_out() -> None:
    frame = uplink(heard(snr=None), dated=False)
    assert not frame.rx_info.HasField("gw_time")
    assert not frame.rx_info.HasField("time_since_gps_epoch")
    assert not frame.rx_info.HasField("fine_time_since_gps_epoch")
    assert frame.rx_info.snr == 0


def test_a_replay_is_marked() -> None:
    frame = uplink(heard(replayed=True))
    assert dict(frame.rx_info.metadata) == {"replayed": "true"}


@pytest.mark.parametrize(
    ("modulation", "expected"),
    [
        (Lora(12, 812_500, "4/8LI"), ("lora", 812_500, 12, gw.CR_LI_4_8)),
        (Lora(5, 500_000, "4/6"), ("lora", 500_000, 5, gw.CR_4_6)),
        (Fsk(50_000, 25_000), ("fsk", 25_000, 50_000)),
    ],
)
def test_modulations(modulation: object, expected: tuple[object, ...]) -> None:
    found = uplink(heard(modulation=modulation)).tx_info.modulation
    kind = found.WhichOneof("parameters")
    part = getattr(found, kind)
    if kind == "fsk":
        assert expected == ("fsk", part.frequency_deviation, part.datarate)
    else:
        assert expected == ("lora", part.bandwidth, part.spreading_factor, part.code_rate)


@pytest.mark.parametrize("crc", list(Crc))
def test_checksums(crc: Crc) -> None:
    frame = uplink(heard(crc=crc))
    assert frame.rx_info.crc_status == CHECKSUMS[crc]


def test_fine_time_belongs_to_the_second_that_the_milliseconds_were_rounded_from() -> None:
    first = uplink(heard(gps_ms=1, fine_ns=900_000_000))
    assert first.rx_info.fine_time_since_gps_epoch.seconds == 0
    second = uplink(heard(gps_ms=1_000_000, fine_ns=999_999_700))
    fine = second.rx_info.fine_time_since_gps_epoch
    assert fine.ToNanoseconds() == 999_999_999_700


def test_json_names_are_those_of_proto3() -> None:
    told = json.loads(JSON.encoded(UplinkFrame, written(heard(), 2, dated=True)))
    assert told["phyPayload"] == "QAEAACaAAQABErLDESIzRA=="
    assert told["txInfo"]["modulation"]["lora"]["codeRate"] == "CR_4_5"
    assert (told["rxInfo"]["gatewayId"], told["rxInfo"]["crcStatus"]) == (GATEWAY, "CRC_OK")
    assert told["rxInfo"]["gwTime"] == "2026-11-20T12:00:00.123456789Z"


@pytest.mark.parametrize("codec", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_statistics_and_states(codec: Codec) -> None:
    status = Status(
        board=BOARD, at_ns=NOON, received=12, received_ok=10, forwarded=9, downlinks=3, emitted=2,
        latitude=48.1, longitude=11.5, altitude=519.0,
    )  # fmt: skip
    told = read(
        codec, gw.GatewayStats, chirpstack.stats(GATEWAY, status, True, {"board_0_eui": BOARD})
    )
    assert (told.gateway_id, told.time.ToNanoseconds()) == (GATEWAY, NOON)
    assert (told.rx_packets_received, told.rx_packets_received_ok) == (12, 10)
    assert (told.tx_packets_received, told.tx_packets_emitted) == (3, 2)
    place = told.location
    assert (place.latitude, place.longitude, place.altitude) == (48.1, 11.5, 519.0)
    assert dict(told.metadata) == {"board_0_eui": BOARD}
    for online in (True, False):
        state = read(codec, gw.ConnState, chirpstack.connection(GATEWAY, online))
        assert (state.gateway_id, state.state) == (GATEWAY, int(online))


# Downlinks


def item(phy: bytes = DATA, delay_s: float | None = None, **timing: object) -> gw.DownlinkFrameItem:
    made = gw.DownlinkFrameItem(phy_payload=phy)
    info = made.tx_info
    info.frequency, info.power, info.context = 868_100_000, 14, pack(MOMENT)
    lora = info.modulation.lora
    lora.bandwidth, lora.spreading_factor, lora.code_rate = 125_000, 9, gw.CR_4_5
    lora.polarization_inversion = True
    if delay_s is not None:
        info.timing.delay.delay.FromNanoseconds(round(delay_s * 1e9))
    elif "gps_ms" in timing:
        info.timing.gps_epoch.time_since_gps_epoch.FromMilliseconds(timing["gps_ms"])
    elif timing.get("at_once"):
        info.timing.immediately.SetInParent()
    return made


def taken(*items: gw.DownlinkFrameItem, codec: Codec = PROTOBUF) -> Downlink:
    frame = gw.DownlinkFrame(downlink_id=4_000_000_000, items=items, gateway_id=GATEWAY)
    payload = (
        json_format.MessageToJson(frame).encode() if codec is JSON else frame.SerializeToString()
    )
    return chirpstack.downlink("plant", GATEWAY, codec.decode(DownlinkFrame, payload))


@pytest.mark.parametrize("codec", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_both_windows_are_two_shots(codec: Codec) -> None:
    second = item(delay_s=2)
    second.tx_info.frequency, second.tx_info.power = 869_525_000, 27
    second.tx_info.modulation.lora.spreading_factor = 12
    found = taken(item(delay_s=1.000_001), second, codec=codec)
    assert (found.upstream, found.identity, found.gateway) == ("plant", "4000000000", GATEWAY)
    first, second_shot = found.shots
    assert (first.phy, first.frequency, first.power) == (DATA, 868_100_000, 14.0)
    assert first.due == After(MOMENT, 1_000_001)
    assert first.modulation == Lora(9, 125_000, "4/5")
    assert (first.inverted, first.preamble, first.crc) == (True, 8, False)
    assert second_shot.due == After(MOMENT, 2_000_000)
    assert (second_shot.frequency, second_shot.power) == (869_525_000, 27.0)
    assert second_shot.modulation == Lora(12, 125_000, "4/5")


def test_other_timings() -> None:
    assert taken(item(gps_ms=1_400_000_000_128)).shots[0].due == AtGps(1_400_000_000_128)
    assert taken(item(at_once=True)).shots[0].due == Immediately()


def test_who_is_waited_for_goes_first() -> None:
    join = taken(item(JOIN_ACCEPT, delay_s=5)).priority
    window, beat = taken(item(delay_s=1)).priority, taken(item(gps_ms=5)).priority
    assert join > window > beat > taken(item(at_once=True)).priority == 0


def test_what_is_not_lorawan_is_sent_as_asked() -> None:
    mesh, plain, fsk = item(delay_s=1), item(delay_s=1), item(delay_s=1)
    for part in (mesh, plain):
        part.tx_info.modulation.lora.polarization_inversion = False
    mesh.tx_info.modulation.lora.preamble, mesh.tx_info.modulation.lora.no_crc = 12, True
    fsk.tx_info.modulation.fsk.datarate = 50_000
    fsk.tx_info.modulation.fsk.frequency_deviation = 25_000
    found = taken(mesh, plain, fsk).shots
    assert [(s.inverted, s.preamble, s.crc) for s in found] == [
        (False, 12, False), (False, 8, True), (False, 5, True),
    ]  # fmt: skip
    assert found[2].modulation == Fsk(50_000, 25_000)


def broken(change: str) -> gw.DownlinkFrame:
    frame = gw.DownlinkFrame(downlink_id=1, items=[item(delay_s=1)], gateway_id=GATEWAY)
    part = frame.items[0]
    match change:
        case "gateway":
            frame.gateway_id = "ff16c001ff000001"
        case "items":
            del frame.items[:]
        case "payload":
            part.phy_payload = b""
        case "frequency":
            part.tx_info.frequency = 0
        case "modulation":
            part.tx_info.ClearField("modulation")
        case "hopping":
            part.tx_info.modulation.lr_fhss.grid_steps = 8
        case "rate":
            part.tx_info.modulation.lora.code_rate = gw.CR_1_6
        case "time":
            part.tx_info.ClearField("timing")
        case "context":
            part.tx_info.context = b"\x00\x00\x00\x01"
    return frame


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("gateway", "for gateway ff16c001ff000001"), ("items", "without an item"),
        ("payload", "without a payload"), ("frequency", "or a frequency"),
        ("modulation", "neither LoRa nor FSK"), ("hopping", "neither LoRa nor FSK"),
        ("rate", "code rate 8"), ("time", "without a time"),
        ("context", "no context of this gateway: 00000001"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_named(change: str, told: str) -> None:
    frame = PROTOBUF.decode(DownlinkFrame, broken(change).SerializeToString())
    with pytest.raises(ValueError, match=told):
        chirpstack.downlink("plant", GATEWAY, frame)
    answered = read(PROTOBUF, gw.DownlinkTxAck, chirpstack.refusal(GATEWAY, frame))
    assert (answered.downlink_id, answered.gateway_id) == (1, GATEWAY)
    assert [i.status for i in answered.items] == [gw.INTERNAL_ERROR] * len(frame.items)


@pytest.mark.parametrize(
    ("codec", "payload"),
    [(PROTOBUF, b"\x2a\xff"), (JSON, b"{"), (JSON, b"\xff"), (JSON, b'{"items": 3}')],
)
def test_nonsense_is_refused(codec: Codec, payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"^no DownlinkFrame in (JSON|Protocol Buffers) \("):
        codec.decode(DownlinkFrame, payload)


def test_every_verdict_has_a_status_and_only_what_left_is_a_success() -> None:
    wanted = taken(*[item(delay_s=1)] * len(Verdict))
    answered = read(
        PROTOBUF, gw.DownlinkTxAck, chirpstack.answer(Result(wanted, tuple(Verdict), BOARD))
    )
    assert (answered.downlink_id, answered.gateway_id) == (4_000_000_000, GATEWAY)
    found = dict(zip(Verdict, [i.status for i in answered.items], strict=True))
    good = {v for v, status in found.items() if status == gw.OK}
    assert good == {Verdict.QUEUED, Verdict.EMITTED}
    assert found[Verdict.IGNORED] == gw.IGNORED
    assert found[Verdict.TX_FREQUENCY] == gw.TX_FREQ
    assert found[Verdict.DUTY_CYCLE] == gw.DUTY_CYCLE_OVERFLOW
    assert found[Verdict.NO_ANSWER] == gw.INTERNAL_ERROR
    theirs = dict(gw.TxAckStatus.items())
    alike = {v: theirs[v.name] for v in Verdict if v.name in theirs}
    assert len(alike) == 8
    assert alike.items() <= found.items()
