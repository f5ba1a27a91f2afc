"""480 vectors from one seed, half of them made here and judged by npm's `lora-packet`, half the
other way."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from lora_packet import answers

from wisgate.lorawan import crypto, frames, joining
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Control, Kind, Message
from wisgate.lorawan.joining import Accepted

pytestmark = pytest.mark.peers

SEED, EACH = 1302, 80
NAMES = {
    Kind.UNCONFIRMED_UP: "Unconfirmed Data Up", Kind.UNCONFIRMED_DOWN: "Unconfirmed Data Down",
    Kind.CONFIRMED_UP: "Confirmed Data Up", Kind.CONFIRMED_DOWN: "Confirmed Data Down",
}  # fmt: skip
CHANNELS = bytes.fromhex("184f84e85684b85e84886684586e8400")


def messages(chance: random.Random) -> list[tuple[Message, Keys, int]]:
    """Plain ones, with the counter in full."""
    found = []
    for number in range(EACH):
        counter = chance.randrange(2**32) if number % 2 else chance.randrange(2**16)
        port = chance.choice([0, 1, 2, 223, 255])
        size = chance.choice([0, 1, 15, 16, 17, 51, 222])
        plain = Message(
            kind=chance.choice(list(NAMES)), address=chance.randrange(2**32),
            counter=counter & 0xFFFF,
            control=chance.choice([Control.NONE, Control.ADR, Control.ACK]),
            options=chance.randbytes(chance.choice([0, 1, 15])) if port else b"",
            port=port, payload=chance.randbytes(size),
        )  # fmt: skip
        found.append((plain, Keys(chance.randbytes(16), chance.randbytes(16)), counter))
    return found


def high(counter: int) -> str:
    """The upper half in the order of the air, which it takes as it comes."""
    return (counter >> 16).to_bytes(2, "little").hex()


def answered(make: Callable[[random.Random], Any], order: str, given: Callable[[Any], dict]) -> Any:
    made = [make(chance) for chance in [random.Random(f"{SEED}{order}{n}") for n in range(EACH)]]
    return zip(made, answers([(order, given(one)) for one in made]), strict=True)


def test_it_reads_our_messages():
    made = messages(random.Random(SEED))
    orders = [
        ("read", {"phy": crypto.seal(plain, keys, counter).hex(), "nwk": keys.network.hex(),
                  "app": keys.application.hex(), "high": high(counter)})
        for plain, keys, counter in made
    ]  # fmt: skip
    for (plain, _, counter), told in zip(made, answers(orders), strict=True):
        assert told == {
            "mic": True, "payload": plain.payload.hex(), "address": f"{plain.address:08x}",
            "counter": counter & 0xFFFF, "port": plain.port, "options": plain.options.hex(),
            "direction": "up" if plain.up else "down", "confirmed": plain.confirmed,
            "adr": Control.ADR in plain.control, "ack": Control.ACK in plain.control,
        }  # fmt: skip


def test_we_read_its_messages():
    made = messages(random.Random(SEED + 1))
    orders = [
        ("write", {"type": NAMES[plain.kind], "address": f"{plain.address:08x}",
                   "counter": f"{plain.counter:04x}", "port": plain.port, "high": high(counter),
                   "payload": plain.payload.hex(), "options": plain.options.hex(),
                   "adr": Control.ADR in plain.control, "ack": Control.ACK in plain.control,
                   "nwk": keys.network.hex(), "app": keys.application.hex()})
        for plain, keys, counter in made
    ]  # fmt: skip
    for (plain, keys, counter), told in zip(made, answers(orders), strict=True):
        phy = bytes.fromhex(told)
        assert phy == crypto.seal(plain, keys, counter)
        sent = frames.decode(phy)
        assert isinstance(sent, Message)
        assert crypto.genuine(phy, sent, keys.network, counter)
        assert not crypto.genuine(phy, sent, keys.network, counter ^ 0x10000)
        assert not crypto.genuine(phy, sent, keys.application, counter)
        assert crypto.reveal(sent, keys, counter) == plain.payload


def request(chance: random.Random) -> tuple[int, int, int, bytes]:
    return (
        chance.getrandbits(64),
        chance.getrandbits(64),
        chance.getrandbits(16),
        chance.randbytes(16),
    )


def test_it_reads_our_join_requests():
    def given(made):
        return {"phy": joining.seal_request(*made).hex(), "key": made[3].hex()}

    for (join_eui, dev_eui, nonce, _), told in answered(request, "request", given):
        named = {
            "join_eui": f"{join_eui:016x}",
            "dev_eui": f"{dev_eui:016x}",
            "nonce": f"{nonce:04x}",
        }
        assert told == {"mic": True, **named}


def test_we_read_its_join_requests():
    def given(made):
        join_eui, dev_eui, nonce, key = made
        named = {
            "join_eui": f"{join_eui:016x}",
            "dev_eui": f"{dev_eui:016x}",
            "nonce": f"{nonce:04x}",
        }
        return {**named, "key": key.hex()}

    for made, told in answered(request, "ask", given):
        phy = bytes.fromhex(told)
        assert phy == joining.seal_request(*made)
        assert joining.genuine_request(phy, made[3])
        assert not joining.genuine_request(phy, bytes(16))


def accept(chance: random.Random) -> tuple[Accepted, bytes, int]:
    accepted = Accepted(
        join_nonce=chance.getrandbits(24), net_id=chance.getrandbits(24),
        address=chance.getrandbits(32), rx1_offset=chance.randrange(8),
        rx2_rate=chance.randrange(16), delay=chance.randrange(16),
        channels=chance.choice([b"", CHANNELS]),
    )  # fmt: skip
    return accepted, chance.randbytes(16), chance.getrandbits(16)


def test_it_opens_our_answers_and_makes_the_same_keys():
    def given(made):
        accepted, key, nonce = made
        phy = joining.seal_accept(accepted, key)
        return {"phy": phy.hex(), "key": key.hex(), "nonce": f"{nonce:04x}"}

    for (accepted, key, nonce), told in answered(accept, "accept", given):
        keys = joining.session_keys(key, accepted, nonce)
        assert told == {
            "mic": True, "join_nonce": f"{accepted.join_nonce:06x}",
            "net_id": f"{accepted.net_id:06x}", "address": f"{accepted.address:08x}",
            "settings": f"{accepted.rx1_offset << 4 | accepted.rx2_rate:02x}",
            "delay": f"{accepted.delay:02x}", "channels": accepted.channels.hex(),
            "NwkSKey": keys.network.hex(), "AppSKey": keys.application.hex(),
        }  # fmt: skip
        phy = joining.seal_accept(accepted, key)
        assert joining.open_accept(phy, key) == accepted
        assert joining.open_accept(phy, bytes(16)) is None


def test_it_makes_the_same_keys_of_1_1():
    def made(chance):
        return (
            *accept(chance),
            chance.randbytes(16),
            chance.getrandbits(64),
            chance.getrandbits(64),
        )

    def given(one):
        accepted, app, nonce, network, join_eui, dev_eui = one
        return {"app": app.hex(), "nwk": network.hex(), "join_eui": f"{join_eui:016x}",
                "dev_eui": f"{dev_eui:016x}", "join_nonce": f"{accepted.join_nonce:06x}",
                "nonce": f"{nonce:04x}"}  # fmt: skip

    for (accepted, app, nonce, network, join_eui, dev_eui), told in answered(made, "keys11", given):
        keys = joining.session_keys_11(app, network, accepted, join_eui, nonce)
        integrity, encryption = joining.join_server_keys_11(network, dev_eui)
        assert told == {
            "AppSKey": keys.application.hex(), "FNwkSIntKey": keys.forwarding.hex(),
            "SNwkSIntKey": keys.serving.hex(), "NwkSEncKey": keys.encryption.hex(),
            "JSIntKey": integrity.hex(), "JSEncKey": encryption.hex(),
        }  # fmt: skip
