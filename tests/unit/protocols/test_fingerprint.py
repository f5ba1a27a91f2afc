"""Fingerprint packets against the modules sheet 9.2 and the examples of the ZFM-70 manual."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_uart import ScriptedUart
from serial_line import serial_script

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    BusError,
    ChecksumMismatch,
    NoAnswer,
    UnexpectedValue,
    WisgateError,
    WrongIdentity,
)
from wisgate.protocols.fingerprint import (
    Capture,
    FingerprintReader,
    Kind,
    Match,
    Packet,
    Parameters,
    parse,
)

HEAD = bytes.fromhex("EF 01 FF FF FF FF")
VERIFY = HEAD + bytes.fromhex("01 00 07 13 00 00 00 00 00 1B")  # 9.2
CAPTURE = HEAD + bytes.fromhex("01 00 03 01 00 05")  # 9.2
OK = HEAD + bytes.fromhex("07 00 03 00 00 0A")  # 9.2
NO_FINGER = HEAD + bytes.fromhex("07 00 03 02 00 0C")  # 9.2
COUNT = HEAD + bytes.fromhex("01 00 03 1D 00 21")  # manual 6.2.7
EMPTY = HEAD + bytes.fromhex("01 00 03 0D 00 11")  # manual 6.3.18


def answer(payload: str) -> bytes:
    """An answer with its checksum, added up here."""
    body = bytes.fromhex(payload)
    summed = b"\x07" + bytes([0, len(body) + 2]) + body
    return HEAD + summed + sum(summed).to_bytes(2, "big")


def reader(*answers: bytes) -> tuple[FingerprintReader, ScriptedUart]:
    uart = ScriptedUart(answers=list(answers), baud=57600)
    return FingerprintReader(uart, uart.clock), uart


def test_the_packets_of_the_sheet() -> None:
    assert Packet(Kind.COMMAND, b"\x13\0\0\0\0").encode() == VERIFY
    assert parse(OK) == Packet(Kind.ANSWER, b"\x00")
    assert parse(NO_FINGER) == Packet(Kind.ANSWER, b"\x02")


@given(
    st.sampled_from([1, 2, 7, 8]), st.binary(max_size=256), st.integers(0, 0xFFFFFFFF), st.binary()
)
def test_what_is_sent_is_understood(kind: int, payload: bytes, address: int, rest: bytes) -> None:
    packet = Packet(kind, payload, address)
    assert parse(packet.encode() + rest) == packet


def test_what_comes_before_a_packet_is_skipped() -> None:
    for noise in (b"\x55", b"\xef", b"\xef\xef", b"\x01", b"\xef\x01\xff\xff\xff\xff\x07\xff\xff"):
        assert parse(noise + OK) == Packet(Kind.ANSWER, b"\x00")


def test_no_more_is_awaited_than_the_packet_has() -> None:
    for length in range(len(OK)):
        missing = parse(OK[:length])
        assert isinstance(missing, int)
        assert 1 <= missing <= len(OK) - length
    assert parse(b"") == 9
    assert parse(b"\x55\xef") == 8
    assert parse(OK[:9]) == 3


@pytest.mark.parametrize("length", [0, 1, 259, 0xFFFF])
def test_a_length_that_cannot_be_is_noise(length: int) -> None:
    assert parse(HEAD + b"\x07" + length.to_bytes(2, "big")) == 9


def test_every_verb_on_the_wire() -> None:
    chip, uart = reader(
        OK, answer("00 00 2A"), NO_FINGER, OK, OK, OK, OK, OK, answer("00 00 07 00 64"), OK, OK,
        answer("00 00 00 00 09 00 C8 00 03 FF FF FF FF 00 02 00 06"),
    )  # fmt: skip
    chip.verify_password()
    assert chip.count() == 42
    assert chip.capture() is Capture.NO_FINGER
    assert chip.capture() is Capture.TAKEN
    assert chip.extract(1)
    assert chip.extract(2)
    assert chip.combine()
    chip.store(0x0107)
    assert chip.search(200) == Match(page=7, score=100)
    chip.delete(7, 2)
    chip.empty()
    assert chip.parameters() == Parameters(capacity=200, security=3)
    assert uart.sent == [
        VERIFY,
        COUNT,
        CAPTURE,
        CAPTURE,
        HEAD + bytes.fromhex("01 00 04 02 01 00 08"),
        HEAD + bytes.fromhex("01 00 04 02 02 00 09"),
        HEAD + bytes.fromhex("01 00 03 05 00 09"),
        HEAD + bytes.fromhex("01 00 06 06 01 01 07 00 16"),
        HEAD + bytes.fromhex("01 00 08 04 01 00 00 00 C8 00 D6"),
        HEAD + bytes.fromhex("01 00 07 0C 00 07 00 02 00 1D"),
        EMPTY,
        HEAD + bytes.fromhex("01 00 03 0F 00 13"),
    ]


def test_deleting_one_is_the_default() -> None:
    chip, uart = reader(OK)
    chip.delete(3)
    assert uart.sent == [HEAD + bytes.fromhex("01 00 07 0C 00 03 00 01 00 18")]


def test_what_is_no_fault() -> None:
    assert reader(answer("03"))[0].capture() is Capture.FAILED
    assert not reader(answer("06"))[0].extract(1)
    assert not reader(answer("07"))[0].extract(1)
    assert not reader(answer("0A"))[0].combine()
    assert reader(answer("09 00 00 00 00"))[0].search(10) is None


def test_another_password_and_another_address() -> None:
    with pytest.raises(WrongIdentity, match="another password"):
        reader(answer("13"))[0].verify_password()
    uart = ScriptedUart(answers=[Packet(Kind.ANSWER, b"\0", 0x12345678).encode()], baud=57600)
    FingerprintReader(uart, uart.clock, address=0x12345678).verify_password(0xCAFE)
    assert uart.sent[0][2:6] == bytes.fromhex("12345678")
    assert uart.sent[0][9:] == bytes.fromhex("13 00 00 CA FE 01 E3")


@pytest.mark.parametrize(
    ("verb", "came", "error", "says"),
    [
        ("verify_password", answer("21"), UnexpectedValue, r"verify password.*unknown.*0x21"),
        ("count", answer("18"), UnexpectedValue, '"count": flash error .0x18'),
        ("count", answer("00 01"), UnexpectedValue, "by 1 bytes, 2 expected"),
        ("parameters", OK, UnexpectedValue, "by 0 bytes, 16 expected"),
        ("capture", answer("18"), UnexpectedValue, "flash error"),
        ("combine", answer("0B"), UnexpectedValue, "no such page"),
        ("empty", answer("11"), UnexpectedValue, "0x11"),
        ("empty", answer("01"), ChecksumMismatch, '"empty" arrived damaged'),
        ("empty", OK[:-1] + b"\x0b", ChecksumMismatch, "is damaged"),
        ("empty", OK[:-1], ChecksumMismatch, "ends in the middle"),
        ("empty", b"\x55", NoAnswer, "no answer to .empty. within 1.5 s"),
        ("empty", b"", NoAnswer, "57600 baud"),
        ("empty", EMPTY, UnexpectedValue, "kind 0x01"),
        ("empty", Packet(Kind.ANSWER, b"").encode(), UnexpectedValue, "kind 0x07"),
        ("empty", Packet(Kind.ANSWER, b"\0", 5).encode(), UnexpectedValue, "from 0x00000005"),
    ],
)
def test_faults(verb: str, came: bytes, error: type[WisgateError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        getattr(reader(came)[0], verb)()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("verb", "code"), [("extract", "18"), ("search", "18"), ("store", "0B")])
def test_refusals_of_verbs_with_a_number(verb: str, code: str) -> None:
    with pytest.raises(UnexpectedValue):
        getattr(reader(answer(code))[0], verb)(1)


def test_a_search_that_tells_no_page() -> None:
    with pytest.raises(UnexpectedValue, match="by 2 bytes, 4 expected"):
        reader(answer("00 00 01"))[0].search(10)


def test_mistakes_of_the_caller() -> None:
    chip, uart = reader()
    for buffer in (0, 3):
        with pytest.raises(ValueError, match="no buffer"):
            chip.extract(buffer)
    for page in (-1, 0x10000):
        with pytest.raises(ValueError, match="pages are 0 to 65535"):
            chip.store(page)
    assert uart.sent == []


def test_silence_takes_the_time_out_and_a_late_answer_is_thrown_away() -> None:
    chip, uart = reader(b"", OK)
    with pytest.raises(BusError):
        chip.empty()
    assert 1.5 <= uart.clock.monotonic() <= 1.6
    uart.inject(NO_FINGER)
    assert chip.capture() is Capture.TAKEN


def test_an_answer_may_come_late_and_in_pieces() -> None:
    chip, uart = reader(b"\x55" + answer("00 00 05"))
    uart.delay = 1.0
    assert chip.count() == 5


# The witness.


Script = tuple[str, tuple[Callable[[FingerprintReader], object], ...], object]
TAKE = (
    lambda r: r.capture(),
    lambda r: r.extract(1),
    lambda r: r.capture(),
    lambda r: r.extract(2),
)
ENROL = (*TAKE, lambda r: r.combine(), lambda r: r.store(5))
LOOK = (lambda r: r.capture(), lambda r: r.extract(1))
SCRIPTS: list[Script] = [
    ("verify the password", (lambda r: r.verify_password(),), None),
    ("no finger", (lambda r: r.capture(),), Capture.NO_FINGER),
    ("a finger", (lambda r: r.capture(),), Capture.TAKEN),
    ("how many templates", (lambda r: r.count(),), 0),
    ("parameters", (lambda r: r.parameters(),), Parameters(capacity=127, security=3)),
    ("enrol a finger as page 5", (*ENROL, lambda r: r.count()), 1),
    ("recognise it", (*ENROL, *LOOK, lambda r: r.search(127)), Match(5, 100)),
    ("another finger", (*ENROL, *LOOK, lambda r: r.search(127)), None),
    ("two different fingers do not combine", (*TAKE, lambda r: r.combine()), False),
    ("a messy image", LOOK, False),
]


@pytest.mark.parametrize(("title", "verbs", "outcome"), SCRIPTS)
def test_it_speaks_the_transcript(
    title: str, verbs: tuple[Callable[[FingerprintReader], object], ...], outcome: object
) -> None:
    with serial_script("units/fingerprint", title) as uart:
        chip = FingerprintReader(uart, VirtualClock())
        assert [verb(chip) for verb in verbs][-1] == outcome


@pytest.mark.parametrize(
    ("title", "verb", "error"),
    [
        ("a wrong password", lambda r: r.verify_password(1), WrongIdentity),
        ("nothing to combine", lambda r: r.combine(), None),
        ("delete beyond the last page", lambda r: r.delete(127), UnexpectedValue),
    ],
)
def test_refusals_of_the_transcript(
    title: str, verb: Callable[[FingerprintReader], object], error: type[WisgateError] | None
) -> None:
    with serial_script("units/fingerprint", title) as uart:
        chip = FingerprintReader(uart, VirtualClock())
        if error is None:
            assert verb(chip) is False
        else:
            with pytest.raises(error):
                verb(chip)
