"""The LIN client against the witness: what it sends, and which answers it believes."""

from __future__ import annotations

from dataclasses import dataclass, field

import lin_vectors as witness
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import ChecksumMismatch, NoAnswer, UnexpectedValue
from wisgate.protocols.lin import LinPort
from wisgate.protocols.lin_frames import (
    checksum,
    code_of,
    extract,
    frame_s,
    insert,
    intact,
    protected,
    scaled,
)
from wisgate.protocols.lin_stream import HeardFrame, LinStream, spelled

BAUD = 19200


@dataclass
class Line:
    """A transceiver that hears itself, and what answers on its line: `answers` in turn, one after
    each header."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    answers: list[bytes] = field(default_factory=list)
    baud: int = BAUD
    dead: bool = False
    spoils: int = 0
    break_reads: bytes = b"\x00"
    sent: list[tuple[int, bytes]] = field(default_factory=list)
    waiting: bytes = b""

    def write(self, data: bytes) -> None:
        self.sent.append((self.baud, data))
        self.clock.advance(len(data) * 10 / self.baud)
        if self.dead:
            return
        echo = self.break_reads if self.baud != BAUD else bytes(b ^ self.spoils for b in data)
        self.waiting += echo
        if self.baud == BAUD and data[:1] == b"\x55" and len(data) == 2 and self.answers:
            self.waiting += self.answers.pop(0)

    def read(self, count: int, timeout: float) -> bytes:
        came, self.waiting = self.waiting[:count], self.waiting[count:]
        self.clock.advance(0.0 if len(came) == count else timeout)
        return came

    def flush(self) -> None:
        self.waiting = b""

    def send_break(self, seconds: float) -> None:
        raise AssertionError("the transmitter would switch off")

    def set_baud(self, baud: int) -> None:
        self.baud = baud


def port(line: Line) -> LinPort:
    return LinPort(line, line.clock, BAUD)


# Frames.


def test_identifiers_with_parity():
    assert bytes(protected(n) for n in range(64)) == witness.PROTECTED
    for wrong in (-1, 64):
        with pytest.raises(ValueError, match="no identifier"):
            protected(wrong)


def test_parity_tells_damage():
    good = set(witness.PROTECTED)
    assert {byte for byte in range(256) if intact(byte)} == good


@pytest.mark.parametrize(("identifier", "content", "classic", "enhanced"), witness.CHECKSUMS)
def test_checksums(identifier, content, classic, enhanced):
    assert checksum(identifier, content, enhanced=False) == classic
    # Diagnostic frames have the classic one, whatever is asked for.
    wanted = classic if enhanced is None else enhanced
    assert checksum(identifier, content, enhanced=True) == wanted


def test_the_longest_time_of_a_frame():
    """4.7: header 34 bits, response 10 x (N + 1), 1.4 times that."""
    assert frame_s(8, 19200) == pytest.approx(1.4 * 124 / 19200)
    assert frame_s(1, 2400) == pytest.approx(1.4 * 54 / 2400)


@given(
    content=st.binary(min_size=8, max_size=8),
    bit=st.integers(0, 63),
    length=st.integers(1, 32),
    seed=st.integers(0, 2**32 - 1),
)
def test_signals_go_in_and_come_out(content, bit, length, seed):
    length = min(length, 64 - bit)
    code = seed % (1 << length)
    after = insert(content, bit, length, code)
    assert extract(after, bit, length) == code
    signed = code - (1 << length) if code >> (length - 1) else code
    assert extract(after, bit, length, signed=True) == signed
    assert insert(content, bit, length, signed) == after
    rest = ~(((1 << length) - 1) << bit)
    assert int.from_bytes(after, "little") & rest == int.from_bytes(content, "little") & rest


def test_bit_0_is_the_lowest_of_the_first_byte():
    content = bytes.fromhex("6A FF 2B")
    assert extract(content, 0, 16, signed=True) == -150
    assert extract(content, 16, 8) == 43
    assert extract(content, 4, 8) == 0xF6


@pytest.mark.parametrize(("length", "code"), [(1, 2), (8, 256), (8, -129), (16, 65536)])
def test_what_does_not_fit(length, code):
    with pytest.raises(ValueError, match="does not fit"):
        insert(bytes(8), 0, length, code)


@pytest.mark.parametrize(
    ("code", "scale", "offset", "value"),
    [(235, 0.1, 0.0, 23.5), (0, 1.0, -40.0, -40), (255, 0.5, -40.0, 87.5), (7, 2.0, 1.0, 15)],
)
def test_scaling(code, scale, offset, value):
    found = scaled(code, scale, offset)
    assert found == value
    assert isinstance(found, int) is (scale.is_integer() and offset.is_integer())
    assert code_of(value, scale, offset) == code


# The commander.


def test_a_break_is_a_zero_at_nine_thirteenths():
    for baud, slow in witness.BREAK_BAUDS.items():
        line = Line(baud=baud)
        client = LinPort(line, line.clock, baud)
        line.dead = True
        with pytest.raises(NoAnswer):
            client.request(1, 8, enhanced=True)
        assert line.sent == [(slow, b"\x00"), (baud, witness.HEADER_1)]
        assert line.baud == baud


def test_request():
    line = Line(answers=[witness.ENHANCED_1[2:]])
    client = port(line)
    content = client.request(1, 8, enhanced=True)
    assert content == witness.ENHANCED_1[2:-1]
    assert (client.counts.frames, client.counts.errors) == (1, 0)
    assert client.active_at == line.clock.monotonic()


def test_request_with_the_classic_checksum():
    assert port(Line(answers=[witness.CLASSIC_1[2:]])).request(1, 8, enhanced=False)


@pytest.mark.parametrize("reads", [b"", b"\x00", b"\x00\x00", b"\xfe"])
def test_what_the_port_makes_of_the_break_does_not_matter(reads):
    line = Line(answers=[witness.ENHANCED_10[2:]], break_reads=reads)
    assert port(line).request(0x10, 4, enhanced=True) == witness.ENHANCED_10[2:-1]


def test_publish():
    line = Line()
    port(line).publish(1, witness.ENHANCED_1[2:-1], enhanced=True)
    assert line.sent[1:] == [(BAUD, witness.ENHANCED_1)]


def test_go_to_sleep():
    line = Line()
    port(line).go_to_sleep()
    assert line.sent[1:] == [(BAUD, witness.GO_TO_SLEEP)]


@pytest.mark.parametrize("baud", [2400, 9600, 19200, 20000])
def test_a_wake_up_is_long_enough_and_not_too_long(baud):
    """4.7: 250 us to 5 ms dominant."""
    line = Line(baud=baud)
    LinPort(line, line.clock, baud).wake_up()
    assert line.sent == [(baud, b"\x00")]
    assert 250e-6 <= 9 / baud <= 5e-3


def test_nobody_answers():
    client = port(Line())
    assert client.request(1, 8, enhanced=True) is None
    assert (client.counts.no_response, client.counts.errors) == (1, 0)


def test_a_dead_line():
    client = port(Line(dead=True))
    for act in (
        lambda: client.request(1, 8, enhanced=True),
        lambda: client.publish(1, b"\x00", enhanced=True),
        client.go_to_sleep,
        client.wake_up,
        lambda: client.respond(1, b"\x00", enhanced=True),
    ):
        with pytest.raises(NoAnswer, match=r"says nothing back; it needs 5\.5 to 27 V"):
            act()
    assert client.counts.no_echo == 5
    assert client.counts.errors == 5


def test_a_collision():
    client = port(Line(spoils=0x40))
    with pytest.raises(UnexpectedValue, match=r"frame 0x01: sent 55 c1, heard 15 81; somebody"):
        client.request(1, 8, enhanced=True)
    assert client.counts.collisions == 1


def test_a_short_response():
    client = port(Line(answers=[witness.ENHANCED_1[2:-2]]))
    with pytest.raises(ChecksumMismatch, match="7 bytes came, 9 are expected"):
        client.request(1, 8, enhanced=True)
    assert client.counts.short == 1


def test_a_damaged_response():
    damaged = witness.ENHANCED_1[2:-1] + b"\xc9"
    client = port(Line(answers=[damaged]))
    with pytest.raises(ChecksumMismatch, match="0xc9, expected 0xc8; look for noise"):
        client.request(1, 8, enhanced=True)
    assert client.counts.checksum == 1


@pytest.mark.parametrize(
    ("answer", "enhanced", "other"),
    [(witness.CLASSIC_1, True, "classic"), (witness.ENHANCED_1, False, "enhanced")],
)
def test_the_other_checksum_is_recognised(answer, enhanced, other):
    client = port(Line(answers=[answer[2:]]))
    with pytest.raises(ChecksumMismatch, match=f'write checksum = "{other}"'):
        client.request(1, 8, enhanced=enhanced)


def test_a_response_that_is_longer_than_expected():
    client = port(Line(answers=[witness.ENHANCED_10[2:]]))
    with pytest.raises(ChecksumMismatch, match="more than 2 bytes; look at its size"):
        client.request(0x10, 2, enhanced=True)


def test_respond():
    line = Line()
    took = port(line).respond(1, witness.ENHANCED_1[2:-1], enhanced=True)
    assert line.sent == [(BAUD, witness.ENHANCED_1[2:])]
    assert took == pytest.approx(9 * 10 / BAUD)


# Who only listens.

HEARD_1 = b"\x00" + witness.ENHANCED_1
HEARD_10 = b"\x00" + witness.ENHANCED_10
FRAME_1 = HeardFrame(1, witness.ENHANCED_1[2:-1], True)
FRAME_10 = HeardFrame(0x10, witness.ENHANCED_10[2:-1], True)


@pytest.mark.parametrize("sizes", [{}, {1: 8, 0x10: 4}])
@pytest.mark.parametrize("step", [1, 2, 3, 5, 40])
def test_frames_in_a_stream(sizes, step):
    stream = LinStream(sizes)
    bus = HEARD_1 + HEARD_10 + HEARD_1
    found = []
    for start in range(0, len(bus), step):
        found += stream.feed(bus[start : start + step])
    assert found + stream.feed(b"") == [FRAME_1, FRAME_10, FRAME_1]


def test_a_frame_of_known_size_is_there_at_its_last_byte():
    stream = LinStream({1: 8})
    assert stream.feed(HEARD_1[:-1]) == []
    assert stream.feed(HEARD_1[-1:]) == [FRAME_1]


def test_a_frame_of_unknown_size_ends_with_silence():
    stream = LinStream({})
    assert stream.feed(HEARD_10) == []
    assert stream.feed(b"") == [FRAME_10]


def test_a_stream_that_begins_in_the_middle():
    stream = LinStream({})
    assert stream.feed(b"\x12\x34\x00\x55" + HEARD_1) == []
    assert stream.feed(b"") == [FRAME_1]


def test_nobody_answered_a_header():
    stream = LinStream({1: 8})
    assert stream.feed(b"\x00" + witness.HEADER_1 + HEARD_10) == [HeardFrame(1, b"")]
    assert stream.feed(b"") == [FRAME_10]
    stream.feed(b"\x00" + witness.HEADER_1)
    assert stream.feed(b"") == [HeardFrame(1, b"")]


def test_damage_in_a_stream():
    stream = LinStream({1: 8})
    damaged = HEARD_1[:-1] + b"\xc9"
    (frame,) = stream.feed(damaged)
    assert (frame.good, frame.enhanced) == (False, None)
    assert stream.feed(b"\x00" + witness.BAD_PARITY + HEARD_1) == [FRAME_1]
    assert stream.parity == 1


def test_a_classic_frame_is_told_apart():
    (frame,) = LinStream({1: 8}).feed(b"\x00" + witness.CLASSIC_1)
    assert (frame.good, frame.enhanced) == (True, False)


def test_a_header_that_waits_for_an_answer():
    stream = LinStream({1: 8})
    for byte in (0x00, 0x55):
        stream.feed(bytes([byte]))
        assert stream.header() is None
    stream.feed(b"\xc1")
    assert stream.header() == 1
    stream.feed(b"\x00")
    assert stream.header() is None
    stream.forget()
    assert stream.feed(b"") == []


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (FRAME_10, "10 4A 55 93 E5"),
        (HeardFrame(0x12, b""), "12 -"),
        (HeardFrame(0x10, b"\x6a\xff"), "10 6A FF ?"),
    ],
)
def test_frames_for_people(frame, text):
    assert spelled(frame) == text
