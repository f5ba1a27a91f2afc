"""Frames of our own motes among all others: genuine, new, once."""

import logging
from pathlib import Path

import pytest

from wisgate.config.model import PointConfig
from wisgate.config.radios import MoteConfig
from wisgate.config.where import Where
from wisgate.core.errors import Unavailable
from wisgate.core.points import Kind as Type
from wisgate.core.points import Point, Reading, Status
from wisgate.lorawan import crypto
from wisgate.lorawan.codecs.base import Decoded, Raw
from wisgate.lorawan.codecs.cayenne import Cayenne
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Control, Kind, Message
from wisgate.lorawan.key_files import read_keys
from wisgate.lorawan.radio import Heard, Lora, Moment, Uplink
from wisgate.lorawan.sessions import AT_FIRST, Session, Sessions

HERE = Where("gateway.toml", 1)
KEYS, OTHERS = Keys(bytes([1]) * 16, bytes([2]) * 16), Keys(bytes([3]) * 16, bytes([4]) * 16)
AT_NS = 1_767_225_600_000_000_000


def point(name, field=None, kind=Type.FLOAT):
    return PointConfig(HERE, field or name, Point(f"barn_{name}", kind=kind))


def mote(*points, name="barn", keys_file=Path("x"), codec="cayenne", script=None, resets=False):
    return MoteConfig(HERE, name, 0x26011BDA, keys_file, codec, script, (), 900.0, resets, points)


def up(counter, payload=b"\x01\x67\x00\xff", port=1, *, keys=KEYS, **fields):
    plain = Message(kind=Kind.UNCONFIRMED_UP, address=0x26011BDA, counter=0, port=port,
                    payload=payload)  # fmt: skip
    return crypto.seal(plain, keys, counter)


def heard(phy, *, snr=7.5):
    moment = Moment("0016c001ff000001", 1, 0)
    uplink = Uplink(moment=moment, at_ns=AT_NS, phy=phy, frequency=868_100_000,
                    modulation=Lora(7, 125_000), rssi=-71.0, snr=snr)  # fmt: skip
    return Heard(1, "0016c001ff000001", "EU868", (uplink,))


def taken(sessions, *counters, **options):
    return [
        delivery and delivery.counter
        for delivery in (sessions.take(heard(up(c, **options))) for c in counters)
    ]


def of(*motes, keys=KEYS, kept=None):
    """Sessions as from files, of one pair of keys."""
    sessions = Sessions([Session(mote, keys, Cayenne()) for mote in motes])
    for session in sessions.sessions:
        session.counter = (kept or {}).get(session.mark, -1)
    return sessions


def test_a_frame_is_taken_once():
    sessions = of(mote())
    assert taken(sessions, 5, 5, 4, 6, 5, 10) == [5, None, None, 6, None, 10]
    assert sessions.counters == {"delivered": 3, "repeated": 3}


def test_frames_of_others_are_left_alone():
    sessions = of(mote())
    assert taken(sessions, 1, keys=OTHERS) == [None]
    assert sessions.counters == {"foreign": 1}
    other = Message(kind=Kind.UNCONFIRMED_UP, address=7, counter=0, port=1, payload=b"x")
    down = Message(kind=Kind.UNCONFIRMED_DOWN, address=0x26011BDA, counter=0, port=1, payload=b"x")
    for phy in (crypto.seal(other, KEYS, 1), crypto.seal(down, KEYS, 1), b"\x40", bytes(23)):
        assert sessions.take(heard(phy)) is None
    assert sessions.counters == {"foreign": 1}


def test_a_frame_that_was_changed_is_foreign():
    sessions = of(mote())
    phy = bytearray(up(1))
    phy[-1] ^= 1
    assert sessions.take(heard(bytes(phy))) is None
    assert sessions.counters == {"foreign": 1}
    assert taken(sessions, 1) == [1]


def test_the_counter_goes_on_beyond_16_bits():
    sessions = of(mote())
    assert taken(sessions, 0xFFFF, 0x10000, 0xFFFF, 0x10000, 0x2FFFF) == [
        0xFFFF, 0x10000, None, None, 0x2FFFF,
    ]  # fmt: skip
    assert sessions.counters["repeated"] == 2
    assert taken(sessions, 0x5FFFF) == [None]  # more than 131,072 frames missed


@pytest.mark.parametrize(("upper", "found"), [(0, True), (AT_FIRST - 1, True), (AT_FIRST, False)])
def test_a_session_may_be_imported_with_a_high_counter(upper, found):
    counter = upper << 16 | 7
    assert taken(of(mote()), counter) == [counter if found else None]


def test_the_last_counter_that_there_is():
    sessions = of(mote(), kept={})
    sessions.sessions[0].counter = 0xFFFFFFFE
    assert taken(sessions, 0xFFFFFFFF) == [0xFFFFFFFF]
    assert taken(sessions, 0, 0xFFFFFFFF) == [None, None]


def test_counters_are_kept_for_this_session_only():
    sessions = of(mote())
    taken(sessions, 9)
    assert taken(of(mote(), kept=sessions.kept), 9, 10) == [None, 10]
    assert taken(of(mote(), keys=OTHERS, kept=sessions.kept), 9, keys=OTHERS) == [9]
    assert of(mote()).kept == {}
    assert KEYS.network.hex() not in str(sessions.kept)


def test_a_counter_that_begins_anew():
    assert taken(of(mote()), 1000, 0, 1, 1001) == [1000, None, None, 1001]
    sessions = of(mote(resets=True))
    assert taken(sessions, 1000, 1000, 0, 0, 1, 2) == [1000, None, 0, None, 1, 2]
    assert taken(sessions, 2, 1000) == [None, 1000]


def test_two_motes_may_have_one_address():
    sessions = Sessions([Session(mote(), KEYS, Raw()), Session(mote(name="shed"), OTHERS, Raw())])
    first = sessions.take(heard(up(3)))
    second = sessions.take(heard(up(4, keys=OTHERS)))
    assert [d.session.config.name for d in (first, second)] == ["barn", "shed"]
    assert [s.counter for s in sessions.sessions] == [3, 4]


def readings(config, phy, decoded=None, **options):
    sessions = of(config)
    delivery = sessions.take(heard(phy, **options))
    return delivery.session.readings(delivery, decoded or delivery.decode())


def good(name, value):
    return Reading(f"barn_{name}", value, Status.GOOD, AT_NS)


def fault(name):
    return Reading(f"barn_{name}", None, Status.FAULT, AT_NS)


def test_readings_of_a_frame():
    config = mote(
        point("temperature", "temperature_1"), point("door", "digital_in_2", Type.BOOL),
        point("count", "generic_3", Type.INT), point("other", "temperature_9"),
        point("rssi", "radio.rssi"), point("snr", "radio.snr"),
        point("frames", "radio.counter", Type.INT),
    )  # fmt: skip
    payload = bytes.fromhex("0167ffd8 020001 036400000007")
    assert readings(config, up(12, payload)) == [
        good("temperature", -4.0), good("door", True), good("count", 7), good("rssi", -71.0),
        good("snr", 7.5), good("frames", 12),
    ]  # fmt: skip


def test_fsk_has_no_snr():
    config = mote(point("snr", "radio.snr"), point("rssi", "radio.rssi"))
    assert readings(config, up(1), snr=None) == [good("rssi", -71.0)]


def test_what_is_not_in_the_payload_is_no_reading():
    assert readings(mote(point("t", "temperature_1"), point("u", "temperature_2")), up(1)) == [
        good("t", 25.5)
    ]


@pytest.mark.parametrize("port", [0, None])
def test_frames_for_the_network_have_radio_fields_only(port):
    config = mote(point("t", "temperature_1"), point("rssi", "radio.rssi"))
    payload = b"\x02" if port == 0 else b""
    assert readings(config, up(1, payload, port)) == [good("rssi", -71.0)]


def test_a_codec_that_fails_is_a_fault_of_each_of_its_points(caplog):
    caplog.set_level(logging.WARNING)
    config = mote(point("t", "temperature_1"), point("rssi", "radio.rssi"))
    for counter in (1, 2):
        assert readings(config, up(counter, b"\x01\x67")) == [fault("t"), good("rssi", -71.0)]
    assert "barn: codec: byte 0: temperature lacks 2 bytes" in caplog.text


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Type.FLOAT, 3, 3.0), (Type.FLOAT, "3", None), (Type.FLOAT, True, None),
        (Type.FLOAT, None, None), (Type.INT, 3.0, 3), (Type.INT, 3.5, None),
        (Type.INT, 2**64, None),
        (Type.BOOL, 1, True), (Type.BOOL, 0, False), (Type.BOOL, True, True), (Type.BOOL, 2, None),
        (Type.TEXT, "on", "on"), (Type.TEXT, 1, None),
    ],
)  # fmt: skip
def test_types(kind, value, expected):
    (found,) = readings(mote(point("x", kind=kind)), up(1), Decoded({"x": value}))
    assert found == (fault("x") if expected is None else good("x", expected))
    assert type(found.value) is type(expected)


def test_complaints_come_once(caplog):
    caplog.set_level(logging.WARNING)
    session = Session(mote(point("x")), KEYS, Raw())
    sessions = Sessions([session])
    for counter in (1, 2):
        delivery = sessions.take(heard(up(counter)))
        session.readings(delivery, Decoded({"x": "cold"}, ("battery low",)))
    assert [r.message for r in caplog.records] == [
        "barn: codec: battery low", "barn: barn_x takes a number, not 'cold'",
    ]  # fmt: skip


def test_sessions_of_the_file(tmp_path):
    """Motes of one script share it, and each has its own counter."""
    codec, keys = tmp_path / "codec.js", tmp_path / "keys"
    codec.write_text("function decodeUplink(i) { return {data: {n: i.bytes.length}}; }")
    keys.write_text(GOOD_KEYS)
    made = [mote(point("n"), codec="codec.js", script=codec, keys_file=keys, name=n) for n in "ab"]
    made += [mote(codec=name, keys_file=keys) for name in ("cayenne", "none")]
    sessions = Sessions.opened(made, {})
    one, other, cayenne, raw = (s.codec for s in sessions.sessions)
    assert one.script is other.script
    assert (type(cayenne), type(raw)) == (Cayenne, Raw)
    assert sessions.take(heard(up(1))).decode().fields == {"n": 4}
    again = Sessions.opened(made[2:3], sessions.kept)
    assert taken(again, 1, 2) == [None, 2]
    codec.write_text("function x() {}")
    with pytest.raises(Unavailable, match=r"codec.js: it defines none"):
        Sessions.opened(made, {})


def test_confirmed_frames_and_flags_make_no_difference():
    plain = Message(
        kind=Kind.CONFIRMED_UP, address=0x26011BDA, counter=0, port=1, options=b"\x02",
        control=Control.ADR | Control.ACK, payload=b"\x01\x66\x01",
    )  # fmt: skip
    delivery = of(mote()).take(heard(crypto.seal(plain, KEYS, 4)))
    assert (delivery.counter, delivery.payload, delivery.port) == (4, b"\x01\x66\x01", 1)


GOOD_KEYS = "# of the barn\nnwk_skey = " + "01" * 16 + "\n\nAPP_SKEY: '" + "02" * 16 + "'\n"


def test_keys_in_a_file(tmp_path):
    (tmp_path / "keys").write_text(GOOD_KEYS)
    assert read_keys(tmp_path / "keys") == KEYS


@pytest.mark.parametrize(
    ("text", "fault"),
    [("nwk_skey = 0102", "keys:1: is no key; write nwk_skey"), ("x = " + "01" * 16, "keys:1"),
     ("nwk_skey = " + "01" * 16, "keys: has no app_skey; write"), ("", "has no nwk_skey"),
     ("# x\nsecret\n", "keys:2: is no key"), (b"\xff\xfe", "keys: is no text in UTF-8; write"),
     (None, r"keys: cannot be read \(No such file")],
)  # fmt: skip
def test_files_without_keys(tmp_path, text, fault):
    if text is not None:
        (tmp_path / "keys").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Unavailable, match=fault) as caught:
        read_keys(tmp_path / "keys")
    assert "0102" not in str(caught.value)
    assert "secret" not in str(caught.value)
