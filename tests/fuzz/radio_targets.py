"""LoRaWAN: frames of strangers, payloads, and codecs of strangers."""

from __future__ import annotations

import math
from pathlib import Path

from fuzz.target import Target
from wisgate.lorawan import crypto, frames, joining, mac_commands
from wisgate.lorawan.codecs.base import Decoded
from wisgate.lorawan.codecs.cayenne import Cayenne
from wisgate.lorawan.codecs.javascript import JavaScript, Script
from wisgate.lorawan.frames import Message

KEY = bytes(range(16))
AT_NS = 1_767_225_600_000_000_000
CODEC = b"""function decodeUplink(input) {
    var b = input.bytes, data = {n: b.length, list: b.slice(0, 5), t: (b[0] << 8 | b[1]) / 10};
    if (b.length > 3) data.deep = {text: String.fromCharCode.apply(null, b), ratio: b[1] / b[0]};
    if (b[0] === 7) throw new Error("no " + b[1]);
    return {data: data, warnings: b.length ? [] : ["empty"], errors: b[0] === 9 ? ["bad"] : []};
}"""


def phy(sent: bytes) -> None:
    found = frames.decode(sent)
    assert (found is None) == (frames.kind(sent) is None)
    if found is None:
        return
    assert frames.encode(found) == sent
    assert joining.open_accept(sent, KEY) is None
    if isinstance(found, Message):
        assert (found.address, found.counter) == (frames.address(sent), frames.counter(sent))
        assert not crypto.genuine(sent, found, KEY, found.counter)
        plain = crypto.crypt(KEY, found.payload, up=found.up, address=1, counter=2)
        assert len(plain) == len(found.payload)


def commands(sent: bytes) -> None:
    for up in (True, False):
        found, rest = mac_commands.decode(sent, up=up)
        assert b"".join(bytes([c.cid]) + c.payload for c in found) + rest == sent
        for command in found:
            again = mac_commands.encode(command.cid, up=up, **command.fields)
            assert mac_commands.decode(again, up=up)[0][0].fields == command.fields


def sound(found: Decoded) -> None:
    assert not (found.error and found.fields)
    for value in found.fields.values():
        assert value is None or isinstance(value, bool | int | float | str)
        assert not isinstance(value, float) or math.isfinite(value)
    assert all(isinstance(text, str) for text in found.warnings)


def cayenne(sent: bytes) -> None:
    sound(Cayenne().decode(sent, 1, AT_NS))


FIXED = JavaScript(Script(Path("codec.js"), source=CODEC.decode()))


def codec_payload(sent: bytes) -> None:
    sound(FIXED.decode(sent[1:243], sent[0] if sent else 1, AT_NS))


def codec_source(sent: bytes) -> None:
    script = Script(Path("codec.js"), source=sent.decode("utf-8", "replace"), seconds=0.01)
    codec = JavaScript(script, {"x": "1"})
    for payload in (b"", b"\x01\x02\x03"):
        sound(codec.decode(payload, 2, AT_NS))


RADIO_TARGETS = {
    "phy": Target(
        phy,
        tuple(map(bytes.fromhex, (
            "40f17dbe4900020001954378762b11ff0d", "60040302013001000003070200aabbccdd",
            "00dc0000d07ed5b3701e6fedf57ceeaf0085cc587fe913",
            "204dd85ae608b87fc4889970b7d2042c9e72959b0057aed6094b16003df12de145",
            "c0001300001e6fedf57ceeaf00020111223344", "e0010203",
        ))),
    ),
    "mac-commands": Target(
        commands,
        (bytes.fromhex("02140303520ff0610407"), bytes.fromhex("0518d2ad8406070318ff8450080a"),
         bytes.fromhex("0d00ca9a3b8006fe3b")),
    ),
    "cayenne": Target(
        cayenne,
        (bytes.fromhex("03670110056700ff"), bytes.fromhex("0671 04d2fb2e0000"),
         bytes.fromhex("018806765ff2960a0003e8")),
    ),
    "codec-payload": Target(codec_payload, (b"\x01\x02\x03\x04abc", b"\x02\x07\x01", b"\x01\x09")),
    "codec-source": Target(
        codec_source,
        (CODEC, b"function Decode(fPort, bytes, variables) { return {x: variables.x, p: fPort}; }",
         b"function Decoder(bytes, port) { var d = {}; for (var i in bytes) d[i] = i; return d; }",
         b"const decodeUplink = (i) => ({data: {a: NaN, b: [1, {c: null}], d: new Date(0)}});"),
        ("return", "function", "throw", "this", "new", "class", "Array", "Object", "Symbol", "=>",
         "prototype", "length", "__proto__", "constructor", "toJSON", "toString", "undefined"),
    ),
}  # fmt: skip
