"""Codes, ciphers and keys, against vectors that others published."""

import pytest

from wisgate.lorawan import crypto, frames, joining
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Kind, Message
from wisgate.lorawan.joining import Accepted

# npm's lora-packet, README: recorded on The Things Network
UPLINK = bytes.fromhex("40F17DBE4900020001954378762B11FF0D")
KEYS = Keys(
    bytes.fromhex("44024241ed4ce9a68c6a8bc055233fd3"),
    bytes.fromhex("ec925802ae430ca77fd3dd73cb2cc588"),
)
# "Deciphering a LoRaWAN OTAA join accept", A. van Bentem, runkit.com/avbentem
APP_KEY = bytes.fromhex("B6B53F4A168A7A88BDF7EA135CE9CFCA")
REQUEST = bytes.fromhex("00DC0000D07ED5B3701E6FEDF57CEEAF0085CC587FE913")
ACCEPT = bytes.fromhex("204DD85AE608B87FC4889970B7D2042C9E72959B0057AED6094B16003DF12DE145")
ACCEPTED = Accepted(
    join_nonce=0xE5063A,
    net_id=0x13,
    address=0x26012E43,
    rx2_rate=3,
    channels=bytes.fromhex("184F84E85684B85E84886684586E8400"),
)


def test_an_uplink_is_opened_and_made():
    sent = frames.decode(UPLINK)
    assert crypto.genuine(UPLINK, sent, KEYS.network, 2)
    assert not crypto.genuine(UPLINK, sent, KEYS.network, 3)
    assert crypto.reveal(sent, KEYS, 2) == b"test"
    plain = Message(
        kind=Kind.UNCONFIRMED_UP, address=0x49BE7DF1, counter=0, port=1, payload=b"test"
    )
    assert crypto.seal(plain, KEYS, 2) == UPLINK


@pytest.mark.parametrize("at", range(len(UPLINK)))
def test_any_other_bit_is_seen(at):
    changed = UPLINK[:at] + bytes([UPLINK[at] ^ 0x10]) + UPLINK[at + 1 :]
    sent = frames.decode(changed)
    assert not (isinstance(sent, Message) and crypto.genuine(changed, sent, KEYS.network, 2))


def test_port_0_is_encrypted_with_the_other_key():
    plain = Message(kind=Kind.UNCONFIRMED_DOWN, address=1, counter=7, port=0, payload=b"\x06")
    sent = frames.decode(crypto.seal(plain, KEYS, 7))
    assert crypto.crypt(KEYS.network, sent.payload, up=False, address=1, counter=7) == b"\x06"
    assert crypto.reveal(sent, KEYS, 7) == b"\x06"


def test_rfc_4493():
    """Examples 1 to 4."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    text = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    codes = {
        0: "bb1d6929e95937287fa37d129b756746",
        16: "070a16b46b4d4144f79bdd9dd04a287c",
        40: "dfa66747de9ae63030ca32611497c827",
        64: "51f0bebf7e3b9d92fc49741779363cfe",
    }
    for size, code in codes.items():
        assert crypto.cmac(key, text[:size]).hex() == code


def test_a_join_as_it_was_recorded():
    assert joining.genuine_request(REQUEST, APP_KEY)
    assert joining.seal_request(0x70B3D57ED00000DC, 0x00AFEE7CF5ED6F1E, 0xCC85, APP_KEY) == REQUEST
    assert joining.open_accept(ACCEPT, APP_KEY) == ACCEPTED
    assert joining.seal_accept(ACCEPTED, APP_KEY) == ACCEPT
    keys = joining.session_keys(APP_KEY, ACCEPTED, 0xCC85)
    assert keys.network.hex() == "2c96f7028184bb0be8aa49275290d4fc"
    assert keys.application.hex() == "f3a5c8f0232a38c144029c165865802c"


def test_what_is_no_answer():
    assert joining.open_accept(ACCEPT, bytes(16)) is None
    assert joining.open_accept(ACCEPT[:-1], APP_KEY) is None
    assert joining.open_accept(REQUEST, APP_KEY) is None
    assert not joining.genuine_request(REQUEST, bytes(16))


def test_settings_of_an_answer():
    accepted = Accepted(
        join_nonce=1, net_id=2, address=3, rx1_offset=5, rx2_rate=8, delay=15, version_11=True
    )
    phy = joining.seal_accept(accepted, APP_KEY)
    assert len(phy) == 17
    assert joining.open_accept(phy, APP_KEY) == accepted
    assert crypto.encrypt_blocks(APP_KEY, phy[1:])[10:12] == bytes([0xD8, 15])


def test_channels_of_an_answer():
    expected = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)
    assert joining.added_frequencies(ACCEPTED.channels) == expected
    assert joining.enabled_channels(ACCEPTED.channels) is None
    masks = bytes.fromhex("00ff 0000 0000 0000 0200 0000 000000 01")
    assert joining.enabled_channels(masks) == {*range(8, 16), 65}
    assert joining.added_frequencies(masks) == ()
    assert joining.added_frequencies(b"") == ()
    assert joining.enabled_channels(b"") is None
    assert joining.added_frequencies(bytes.fromhex("184f84") + bytes(13)) == (867_100_000,)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"net_id": 2**24}, "fit"), ({"channels": bytes(15)}, "15 bytes of channels"),
     ({"delay": 256}, "256")],
)  # fmt: skip
def test_no_such_answer(wrong, text):
    with pytest.raises(ValueError, match=text):
        joining.seal_accept(
            Accepted(**{"join_nonce": 1, "net_id": 2, "address": 3, **wrong}), bytes(16)
        )


def test_keys_are_never_shown():
    keys = joining.session_keys_11(APP_KEY, APP_KEY, ACCEPTED, 1, 2)
    assert f"{KEYS} {keys!r}" == "Keys(…) Keys11(…)"
