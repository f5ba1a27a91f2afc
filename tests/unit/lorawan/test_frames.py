"""Frames on the air, against frames that others published, and each way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.lorawan import frames
from wisgate.lorawan.frames import (
    Control,
    JoinAccept,
    JoinRequest,
    Kind,
    Message,
    Proprietary,
    RejoinRequest,
)

# npm's lora-packet, README and vectors; recorded from The Things Network by its author
UPLINK = bytes.fromhex("40F17DBE4900020001954378762B11FF0D")
JOIN = bytes.fromhex("00DC0000D07ED5B3701E6FEDF57CEEAF0085CC587FE913")
ACCEPT = bytes.fromhex("204DD85AE608B87FC4889970B7D2042C9E72959B0057AED6094B16003DF12DE145")
# LoRaWAN 1.1, 6.2.4, by hand: types 0 and 2: NetID, DevEUI, RJcount0; type 1: JoinEUI first
REJOIN_0 = bytes.fromhex("C0 00 130000 1E6FEDF57CEEAF00 0201 11223344")
REJOIN_1 = bytes.fromhex("C0 01 DC0000D07ED5B370 1E6FEDF57CEEAF00 0201 11223344")


def test_an_uplink():
    assert frames.kind(UPLINK) is Kind.UNCONFIRMED_UP
    assert (frames.address(UPLINK), frames.counter(UPLINK)) == (0x49BE7DF1, 2)
    assert frames.decode(UPLINK) == Message(
        kind=Kind.UNCONFIRMED_UP,
        address=0x49BE7DF1,
        counter=2,
        port=1,
        payload=bytes.fromhex("95437876"),
        mic=bytes.fromhex("2b11ff0d"),
    )


def test_a_join_request():
    assert frames.kind(JOIN) is Kind.JOIN_REQUEST
    assert frames.join_eui(JOIN) == 0x70B3D57ED00000DC
    assert frames.dev_eui(JOIN) == 0x00AFEE7CF5ED6F1E
    assert frames.dev_nonce(JOIN) == 0xCC85
    assert frames.decode(JOIN) == JoinRequest(
        join_eui=0x70B3D57ED00000DC,
        dev_eui=0x00AFEE7CF5ED6F1E,
        dev_nonce=0xCC85,
        mic=bytes.fromhex("587fe913"),
    )


def test_a_join_accept():
    assert frames.decode(ACCEPT) == JoinAccept(encrypted=ACCEPT[1:])
    assert frames.kind(ACCEPT[:17]) is Kind.JOIN_ACCEPT


@pytest.mark.parametrize(
    ("phy", "named"),
    [(REJOIN_0, {"type": 0, "net_id": 0x13}),
     (REJOIN_1, {"type": 1, "join_eui": 0x70B3D57ED00000DC}),
     (b"\xc0\x02" + REJOIN_0[2:], {"type": 2, "net_id": 0x13})],
)  # fmt: skip
def test_rejoin_requests(phy, named):
    found = frames.decode(phy)
    mic = bytes.fromhex("11223344")
    assert found == RejoinRequest(dev_eui=0x00AFEE7CF5ED6F1E, counter=0x0102, mic=mic, **named)
    assert frames.encode(found) == phy


def test_proprietary():
    assert frames.decode(b"\xe2abc") == Proprietary(payload=b"abc", major=2)
    assert frames.encode(Proprietary(payload=b"", reserved=7)) == b"\xfc"


def test_control_bits():
    up = frames.decode(bytes.fromhex("80 04030201 f2 ffff 0203 aabbccdd"))
    assert up.control == Control.ADR | Control.ADR_ACK_REQUEST | Control.ACK | Control.CLASS_B
    assert (up.up, up.confirmed, up.options, up.port, up.payload) == (
        True, True, b"\x02\x03", None, b"",
    )  # fmt: skip
    down = frames.decode(bytes.fromhex("60 04030201 b0 0100 00 aabbccdd"))
    assert down.control == Control.ADR | Control.ACK | Control.PENDING
    assert (down.up, down.confirmed, down.port, down.payload) == (False, False, 0, b"")


@pytest.mark.parametrize(
    "phy",
    [b"", UPLINK[:11], b"\x41" + UPLINK[1:], JOIN[:-1], JOIN + b"\0", ACCEPT[:-1], ACCEPT[:18],
     bytes.fromhex("40 04030201 01 0000 aabbccdd"), b"\xc0", b"\xc0\x03" + REJOIN_0[2:],
     REJOIN_0 + b"\0", REJOIN_1[:-1], UPLINK + bytes(255)],
)  # fmt: skip
def test_what_is_not_lorawan(phy):
    assert frames.kind(phy) is None
    assert frames.decode(phy) is None


def test_the_longest_and_the_shortest_frame():
    longest = UPLINK + bytes(255 - len(UPLINK))
    assert frames.encode(frames.decode(longest)) == longest
    assert frames.decode(bytes.fromhex("40 04030201 00 0000 aabbccdd")).port is None


@given(st.binary(max_size=60))
def test_what_decodes_encodes_to_the_same_bytes(phy):
    found = frames.decode(phy)
    assert (found is None) == (frames.kind(phy) is None)
    if found is not None:
        assert frames.encode(found) == phy


@given(
    st.sampled_from(sorted(frames.MESSAGES)), st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1),
    st.integers(0, 15), st.binary(max_size=15), st.none() | st.integers(0, 255),
    st.binary(max_size=200), st.integers(0, 7),
)  # fmt: skip
def test_every_message_both_ways(kind, address, counter, control, options, port, payload, reserved):
    message = Message(
        kind=kind, address=address, counter=counter, control=Control(control << 4),
        options=options, port=port, payload=payload if port is not None else b"",
        mic=b"abcd", reserved=reserved,
    )  # fmt: skip
    phy = frames.encode(message)
    assert frames.decode(phy) == message
    assert (frames.kind(phy), frames.address(phy), frames.counter(phy)) == (kind, address, counter)


GOOD = {"kind": Kind.UNCONFIRMED_UP, "address": 1, "counter": 1}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"address": 2**32}, "does not fit"), ({"counter": -1}, "does not fit"),
     ({"options": bytes(16)}, "16 bytes of options"), ({"payload": b"x"}, "without a port"),
     ({"port": 256}, "256"), ({"port": 1, "payload": bytes(243)}, "256 bytes")],
)  # fmt: skip
def test_what_does_not_fit_into_a_message(wrong, text):
    with pytest.raises(ValueError, match=text):
        frames.encode(Message(**{**GOOD, **wrong}))


@pytest.mark.parametrize(
    "frame",
    [JoinAccept(encrypted=bytes(15)), JoinRequest(join_eui=2**64, dev_eui=0, dev_nonce=0),
     RejoinRequest(type=3, dev_eui=0, counter=0),
     RejoinRequest(type=0, net_id=2**24, dev_eui=0, counter=0),
     Proprietary(payload=bytes(255))],
)  # fmt: skip
def test_what_no_frame_can_hold(frame):
    with pytest.raises(ValueError, match=r"fit|size"):
        frames.encode(frame)
