"""NDEF against ndeflib, both ways, and against bytes from the NFC Forum's examples."""

from __future__ import annotations

from contextlib import suppress

import ndef
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import UnexpectedValue
from wisgate.protocols.ndef import (
    PREFIXES,
    Found,
    Record,
    Text,
    Tnf,
    Uri,
    block,
    decode,
    encode,
    find,
)

LANGUAGES = st.from_regex(r"[a-z]{2}(-[A-Z]{2})?", fullmatch=True)
PLAIN = st.text(st.characters(codec="utf-8"), max_size=300)
ADDRESSES = st.builds(
    str.__add__, st.sampled_from(PREFIXES), st.from_regex(r"[a-z0-9.]{1,30}", fullmatch=True)
)
LOCK_CONTROL = bytes.fromhex("01 03 A0 0C 34")


def from_judge(*records: ndef.Record) -> bytes:
    return b"".join(ndef.message_encoder(records))


@given(
    st.lists(st.one_of(st.builds(Text, PLAIN, LANGUAGES), st.builds(Uri, ADDRESSES)), min_size=1)
)
def test_the_judge_reads_what_we_write(records: list[Text | Uri]) -> None:
    for ours, seen in zip(records, ndef.message_decoder(encode(records)), strict=True):
        if isinstance(ours, Text):
            assert (seen.text, seen.language, seen.encoding) == (
                ours.text, ours.language, "UTF-8",
            )  # fmt: skip
        else:
            assert seen.iri == ours.uri
    assert decode(encode(records)) == records


@given(PLAIN, LANGUAGES, st.sampled_from(["UTF-8", "UTF-16"]))
def test_we_read_the_texts_of_the_judge(text: str, language: str, encoding: str) -> None:
    assert decode(from_judge(ndef.TextRecord(text, language, encoding))) == [Text(text, language)]


@given(ADDRESSES)
def test_we_write_addresses_as_the_judge_does(address: str) -> None:
    theirs = from_judge(ndef.UriRecord(address))
    assert decode(theirs) == [Uri(address)]
    assert encode([Uri(address)]) == theirs


@given(st.binary(max_size=300), st.text("abc/-", min_size=1, max_size=20))
def test_other_records_keep_their_bytes(payload: bytes, name: str) -> None:
    theirs = from_judge(ndef.Record("urn:nfc:ext:example.com:x", name, payload))
    record = Record(Tnf.EXTERNAL, b"example.com:x", payload, name.encode())
    assert decode(theirs) == [record]
    assert encode([record]) == theirs


def test_every_prefix_is_the_judges() -> None:
    for code, prefix in enumerate(PREFIXES):
        (seen,) = ndef.message_decoder(bytes([0xD1, 1, 2, 0x55, code, 0x78]))
        assert seen.iri == prefix + "x"
    assert len(PREFIXES) == 0x24


def test_a_smart_poster_gives_what_is_inside() -> None:
    poster = ndef.SmartposterRecord("https://www.example.com/", {"en": "Home", "de": "Heim"})
    parts = decode(from_judge(poster))
    assert Uri("https://www.example.com/") in parts
    assert {Text("Home", "en"), Text("Heim", "de")} <= set(parts)


def test_a_smart_poster_inside_another_stays_closed() -> None:
    inner = Record(Tnf.WELL_KNOWN, b"Sp", encode([Uri("tel:1")]))
    outer = Record(Tnf.WELL_KNOWN, b"Sp", encode([inner, Text("x")]))
    assert decode(encode([outer])) == [inner, Text("x")]


def test_the_bytes_of_the_specifications() -> None:
    # URI 1.0, appendix A: http://www.nfc.com; Text 1.0, appendix C: "Hello, World!" in en-US
    assert encode([Uri("http://www.nfc.com")]) == b"\xd1\x01\x08\x55\x01nfc.com"
    assert decode(b"\xd1\x01\x08\x55\x01nfc.com") == [Uri("http://www.nfc.com")]
    hello = b"\xd1\x01\x13\x54\x05en-USHello, World!"
    assert decode(hello) == [Text("Hello, World!", "en-US")]
    assert encode([Text("Hello, World!", "en-US")]) == hello
    assert encode([]) == b"\xd0\x00\x00"
    assert decode(b"\xd0\x00\x00") == [Record(Tnf.EMPTY)]
    assert decode(b"") == []


def test_a_long_record_has_four_bytes_of_length() -> None:
    short, long = encode([Text("x" * 252)]), encode([Text("x" * 253)])
    assert short[:3] == b"\xd1\x01\xff"
    assert long[:6] == b"\xc1\x01\x00\x00\x01\x00"
    assert decode(long) == [Text("x" * 253)]


def test_chunks_are_put_together() -> None:
    # NDEF 1.0, 2.3.3: the type in the first chunk, type 6 in those that follow
    message = b"\xb1\x01\x04T\x02enA" + b"\x36\x00\x02BC" + b"\x56\x00\x01D"
    assert decode(message) == [Text("ABCD")]


def test_utf16_without_a_mark_is_big_endian() -> None:
    payload = b"\x82en" + "Grüße".encode("utf-16-be")
    assert decode(encode([Record(Tnf.WELL_KNOWN, b"T", payload)])) == [Text("Grüße")]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("51 01 02 55 01 78", "does not begin"),
        ("91 01 02 55 01 78 D1 01 02 55 01 78", "does not begin"),
        ("D1", "ends in its type length"),
        ("D1 01", "ends in its length"),
        ("C1 01 00 00", "ends in its length: 4 bytes"),
        ("D9 01 01", "ends in its id length"),
        ("D1 02 01 54", "ends in its type: 2 bytes"),
        ("D9 01 01 02 55 41", "ends in its id: 2 bytes"),
        ("D1 01 05 54 02 65 6E", "ends in its content: 5 bytes"),
        ("91 01 02 55 01 78", "ends in a record"),
        ("D7 01 00 54", "type 7"),
        ("D6 00 00", "a chunk without"),
        ("B1 01 00 54 51 01 02 55 01 78", "a chunk without"),
        ("F1 01 00 54", "in the middle of a record"),
        ("D1 01 00 54", "without its language"),
        ("D1 01 02 54 02 65", "without its language"),
        ("D1 01 04 54 02 65 6E FF", "no utf-8"),
        ("D1 01 04 54 82 65 6E FF", "no utf-16"),
        ("D1 01 02 54 01 FF", "no ascii"),
        ("D1 01 00 55", "unknown prefix"),
        ("D1 01 02 55 24 78", "unknown prefix 24"),
        ("D1 01 02 55 00 FF", "no utf-8"),
    ],
)
def test_what_is_damaged_says_so(message: str, says: str) -> None:
    with pytest.raises(UnexpectedValue, match=says):
        decode(bytes.fromhex(message))


@given(st.binary(max_size=60))
def test_no_bytes_break_it_otherwise(message: bytes) -> None:
    with suppress(UnexpectedValue):
        assert isinstance(decode(message), list)


def test_records_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="language has 1 to 63"):
        encode([Text("x", "")])
    with pytest.raises(ValueError, match="language has 1 to 63"):
        encode([Text("x", "a" * 64)])
    with pytest.raises(ValueError, match="characters of ASCII, not 'ä'"):
        encode([Text("x", "ä")])
    with pytest.raises(ValueError, match="255 bytes at most"):
        encode([Record(Tnf.MEDIA, b"t" * 256)])
    assert decode(encode([Text("x", "a" * 63)])) == [Text("x", "a" * 63)]


# Where a tag keeps the message.


@given(st.binary(max_size=400), st.integers(0, 3), st.booleans())
def test_what_is_written_to_a_tag_is_found_again(message: bytes, nulls: int, lock: bool) -> None:
    head = (LOCK_CONTROL if lock else b"") + b"\x00" * nulls
    area = head + block(message, 900)
    assert find(area) == Found(len(head), message)
    for length in range(len(head) + 1, len(area) - 1):
        found = find(area[:length])
        assert found.message is None
        assert 1 <= found.missing <= len(area) - 1 - length


@pytest.mark.parametrize(
    ("area", "found"),
    [
        ("", Found(0, None, 1)),
        ("00 00", Found(0, None, 1)),
        ("FE", Found(0, None)),
        ("01 03 A0 0C 34 03 00 FE", Found(5, b"")),
        ("01 03 A0 0C 34 FE", Found(5, None)),
        ("01 03 A0", Found(5, None, 3)),
        ("02 03 0A 0B 0C 03 01 AA FE", Found(5, b"\xaa")),
        ("FD 01 55 03 01 AA", Found(3, b"\xaa")),
        ("03", Found(0, None, 1)),
        ("03 02 AA", Found(0, None, 1)),
        ("03 FF", Found(0, None, 2)),
        ("03 FF 01 00", Found(0, None, 256)),
    ],
)
def test_blocks_of_a_tag(area: str, found: Found) -> None:
    assert find(bytes.fromhex(area)) == found


def test_a_block_that_does_not_exist() -> None:
    with pytest.raises(UnexpectedValue, match="0x04 where a block of NDEF"):
        find(b"\x04\x00")


def test_a_block_and_the_room_for_it() -> None:
    assert block(b"\xaa" * 3, 6) == b"\x03\x03\xaa\xaa\xaa\xfe"
    assert block(b"\xaa" * 3, 5) == b"\x03\x03\xaa\xaa\xaa"
    with pytest.raises(ValueError, match="needs 5 bytes; the tag has room for 4"):
        block(b"\xaa" * 3, 4)
    assert block(b"x" * 254, 900)[:2] == b"\x03\xfe"
    assert block(b"x" * 255, 900)[:4] == b"\x03\xff\x00\xff"
