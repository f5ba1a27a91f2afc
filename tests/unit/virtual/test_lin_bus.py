"""The LIN bus against frames of the sheet, never against our client."""

from __future__ import annotations

from collections.abc import Iterator

import lin_vectors as witness
import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.lin import LinBus
from wisgate.virtual.units.lin_nodes import (
    GO_TO_SLEEP,
    Commander,
    Responder,
    Slot,
    checksum,
    protected,
)

BAUD = 19200
BIT = 1 / BAUD
EIGHT = witness.CHECKSUMS[0][1]


class Line:
    """A port, and a bus on its other end."""

    def __init__(self, *nodes: Responder, baud: int = BAUD) -> None:
        self.clock = VirtualClock()
        self.on = True
        self.bus = LinBus(self.clock, baud, lambda: self.on)
        for node in nodes:
            self.bus.add(node)
        self.port = VirtualUart(self.clock, baud)
        self.port.twins.append(self.bus)
        self.baud = baud

    def break_(self, bauds: int = 0) -> None:
        self.port.set_baud(bauds or self.baud * 9 // 13)
        self.port.write(b"\0")
        self.port.set_baud(self.baud)

    def ask(self, frame: bytes, count: int = 80) -> bytes:
        """What the port hears of a break and these bytes, till 50 ms are over."""
        self.break_()
        self.port.write(frame)
        return self.port.read(count, 0.05)


def eight(**options: bool) -> Responder:
    return Responder({1: lambda: EIGHT}, {0x10: 4}, **options)


def test_identifiers_are_those_of_the_sheet() -> None:
    assert bytes(map(protected, range(64))) == witness.PROTECTED


@pytest.mark.parametrize(("identifier", "content", "classic", "enhanced"), witness.CHECKSUMS)
def test_checksums_are_those_of_the_sheet(
    identifier: int, content: bytes, classic: int, enhanced: int | None
) -> None:
    assert checksum(identifier, content, classic=True) == classic
    expected = classic if enhanced is None else enhanced
    assert checksum(identifier, content, classic=False) == expected


def test_a_header_is_answered() -> None:
    assert Line(eight()).ask(witness.HEADER_1) == b"\0" + witness.ENHANCED_1


def test_with_a_classic_checksum() -> None:
    assert Line(eight(classic=True)).ask(witness.HEADER_1) == b"\0" + witness.CLASSIC_1


@pytest.mark.parametrize(("bus", "slow"), witness.BREAK_BAUDS.items())
def test_the_break_of_the_sheet(bus: int, slow: int) -> None:
    line = Line(eight(), baud=bus)
    line.break_(slow)
    line.port.write(witness.HEADER_1)
    assert line.port.read(12, 0.05) == b"\0" + witness.ENHANCED_1


def test_an_answer_takes_its_time() -> None:
    line = Line(eight())
    line.break_()
    line.port.write(witness.HEADER_1)
    begin = line.clock.monotonic()
    assert len(line.port.read(12, 0.05)) == 12
    assert line.clock.monotonic() - begin == pytest.approx(94 * BIT, abs=1e-8)


def test_the_break_of_the_port_is_one_too() -> None:
    line = Line(eight())
    line.port.send_break(13 * BIT)
    line.port.write(witness.HEADER_1)
    assert line.port.read(12, 0.05) == b"\0" + witness.ENHANCED_1


@pytest.mark.parametrize(("bits", "heard"), [(10.9, False), (11.1, True)])
def test_eleven_bits_are_a_break(bits: float, heard: bool) -> None:
    line = Line(eight())
    line.port.send_break(bits * BIT)
    line.port.write(witness.HEADER_1)
    assert (line.port.read(12, 0.05) == b"\0" + witness.ENHANCED_1) is heard


def test_a_zero_at_the_rate_of_the_bus_is_no_break() -> None:
    line = Line(eight())
    line.port.write(b"\0" + witness.HEADER_1)
    assert line.port.read(12, 0.05) == b"\0" + witness.HEADER_1


def test_the_transmitter_is_switched_off_during_a_long_break() -> None:
    """250 ms, what a serial library sends if it is not told otherwise."""
    line = Line(eight())
    line.port.send_break(0.25)
    line.port.write(witness.HEADER_1)
    assert line.port.read(12, 0.05) == b"\0" + witness.HEADER_1


def test_below_1375_baud_no_break_is_long_enough() -> None:
    for baud, heard in ((1300, False), (1400, True)):
        line = Line(eight(), baud=baud)
        line.port.send_break(13 / baud)
        line.port.write(witness.HEADER_1)
        assert (len(line.port.read(12, 0.2)) == 12) is heard


@pytest.mark.parametrize("header", [witness.BAD_PARITY, b"\x54\xc1", b"\x55\x42", b"\xc1"])
def test_nobody_answers(header: bytes) -> None:
    assert Line(eight()).ask(header) == b"\0" + header


def test_a_header_needs_a_break_of_its_own() -> None:
    line = Line(eight())
    line.ask(witness.HEADER_1)
    line.port.write(witness.HEADER_1)
    assert line.port.read(12, 0.05) == witness.HEADER_1


def test_the_sync_byte_comes_within_50_ms() -> None:
    for seconds, count in ((0.049, 12), (0.051, 3)):
        line = Line(eight())
        line.break_()
        line.clock.advance(seconds)
        line.port.write(witness.HEADER_1)
        assert len(line.port.read(12, 0.05)) == count


def test_another_rate_is_only_noise() -> None:
    line = Line(eight())
    line.break_()
    line.port.set_baud(9600)
    line.port.write(witness.HEADER_1)
    assert line.port.read(12, 0.05) == b"\0" + witness.HEADER_1


@pytest.mark.parametrize("cut", [2, 3, 7])
def test_what_is_sent_to_a_node_arrives(cut: int) -> None:
    """In one go, or in two."""
    node = eight()
    line = Line(node)
    line.break_()
    line.port.write(witness.ENHANCED_10[:cut])
    if cut < 7:
        line.port.write(witness.ENHANCED_10[cut:])
    assert line.port.read(8, 0.05) == b"\0" + witness.ENHANCED_10
    assert node.taken == {0x10: bytes.fromhex("4A 55 93 E5")}


def test_a_wrong_checksum_is_not_taken() -> None:
    node = eight()
    Line(node).ask(witness.ENHANCED_10[:-1] + b"\xe6")
    assert (node.taken, node.errors) == ({}, 1)


def test_too_long_or_too_short_a_frame_is_not_taken() -> None:
    node = eight()
    Line(node).ask(witness.ENHANCED_10[:-1])
    assert (node.taken, node.errors) == ({}, 0)


def test_two_that_answer_the_same_pull_the_line_together() -> None:
    one, other = Responder({1: lambda: b"\x0f\x12"}), Responder({1: lambda: b"\xf1\x12\x34"})
    heard = Line(one, other).ask(witness.HEADER_1)
    both = [
        content + bytes([checksum(1, content, classic=False)])
        for content in (b"\x0f\x12", b"\xf1\x12\x34")
    ]
    assert heard[3:5] == b"\x01\x12"
    assert heard[5:] == bytes([both[0][2] & 0x34, both[1][3]])
    assert (one.errors, other.errors) == (1, 1)


def test_two_that_say_the_same_do_not_notice() -> None:
    one, other = eight(), eight()
    assert Line(one, other).ask(witness.HEADER_1) == b"\0" + witness.ENHANCED_1
    assert (one.errors, other.errors) == (0, 0)


def test_the_port_and_a_node_collide() -> None:
    node = eight()
    heard = Line(node).ask(witness.HEADER_1 + b"\xf0\xf0")
    assert heard[3:5] == b"\x00\x00"
    assert heard[5:] == witness.ENHANCED_1[4:]
    assert node.errors == 1


@pytest.mark.parametrize(
    ("fault", "value", "expected"),
    [
        ("silent", True, b""),
        ("spoiled", True, EIGHT + bytes([0xC8 ^ 0x55])),
        ("cut", 3, EIGHT[:3]),
    ],
)
def test_faults_of_a_node(fault: str, value: object, expected: bytes) -> None:
    node = eight()
    setattr(node, fault, value)
    assert Line(node).ask(witness.HEADER_1) == b"\0" + witness.HEADER_1 + expected


def test_without_a_transceiver_not_even_an_echo() -> None:
    line = Line(eight())
    line.on = False
    assert line.ask(witness.HEADER_1) == b""
    line.port.send_break(0.001)
    assert line.port.read(1, 0.05) == b""


def test_a_line_that_is_stuck_low_says_one_zero_and_no_more() -> None:
    line = Line(eight())
    line.bus.stuck = True
    line.bus.stuck = True
    assert line.ask(witness.HEADER_1) == b"\0"
    line.port.send_break(0.001)
    assert line.port.read(1, 0.05) == b""
    line.bus.stuck = False
    assert line.ask(witness.HEADER_1) == b"\0" + witness.ENHANCED_1


def test_stuck_without_a_transceiver_is_not_heard() -> None:
    line = Line(eight())
    line.on = False
    line.bus.stuck = True
    assert line.port.read(1, 0.05) == b""


def test_a_node_goes_to_sleep_when_it_is_told_to() -> None:
    node = eight()
    line = Line(node)
    line.ask(witness.GO_TO_SLEEP)
    assert node.asleep(line.clock.monotonic())


def test_a_header_to_a_sleeping_node_wakes_it_and_is_not_answered() -> None:
    line = Line(eight())
    line.ask(witness.GO_TO_SLEEP)
    assert line.ask(witness.HEADER_1) == b"\0" + witness.HEADER_1
    line.clock.advance(0.04)
    assert line.ask(witness.HEADER_1) == b"\0" + witness.HEADER_1
    line.clock.advance(0.02)
    assert line.ask(witness.HEADER_1) == b"\0" + witness.ENHANCED_1


@pytest.mark.parametrize(("seconds", "wakes"), [(140e-6, False), (260e-6, True)])
def test_a_pulse_wakes(seconds: float, wakes: bool) -> None:
    node = eight()
    line = Line(node)
    line.ask(witness.GO_TO_SLEEP)
    line.port.send_break(seconds)
    assert node.asleep(line.clock.monotonic()) is not wakes


@pytest.mark.parametrize(("byte", "wakes"), [(0xFF, False), (0xFE, False), (0xFC, True),
                                             (0x80, True), (0xC7, True)])  # fmt: skip
def test_the_longest_low_level_of_a_byte_counts(byte: int, wakes: bool) -> None:
    node = eight()
    line = Line(node)
    line.ask(witness.GO_TO_SLEEP)
    line.port.write(bytes([byte]))
    assert node.asleep(line.clock.monotonic()) is not wakes


def test_four_seconds_of_silence_send_it_to_sleep() -> None:
    node = eight()
    line = Line(node)
    line.clock.advance(3.9)
    line.port.write(b"\xff")
    line.clock.advance(3.9)
    assert not node.asleep(line.clock.monotonic())
    line.clock.advance(0.2)
    assert node.asleep(line.clock.monotonic())
    line.port.write(b"\xff")
    assert node.asleep(line.clock.monotonic())


def test_asleep_it_takes_nothing() -> None:
    node = eight()
    line = Line(node)
    line.clock.advance(5)
    line.ask(witness.ENHANCED_10)
    assert node.taken == {}


def test_power_makes_it_forget() -> None:
    node = eight()
    line = Line(node)
    line.ask(witness.ENHANCED_10)
    line.clock.advance(5)
    node.power_up(line.clock.monotonic())
    assert not node.asleep(line.clock.monotonic())
    assert node.taken == {}


def test_a_node_wakes_the_bus() -> None:
    node = eight()
    line = Line(node)
    line.ask(witness.GO_TO_SLEEP)
    line.bus.wake_up()
    assert not node.asleep(line.clock.monotonic())
    assert line.port.read(1, 0.01) == b"\xf0"
    line.on = False
    line.bus.wake_up()
    assert line.port.read(1, 0.01) == b"\0"


def schedule() -> Iterator[Slot]:
    yield Slot(0x10, 0.01, lambda: bytes.fromhex("4A 55 93 E5"))
    yield Slot(0x01, 0.02)


def commanded(*nodes: Responder, begin: float = 0.0) -> tuple[Line, Commander]:
    line = Line(*nodes)
    line.bus.commander = Commander(tuple(schedule()), begin)
    return line, line.bus.commander


def test_a_commander_is_heard_with_the_answers_of_nodes() -> None:
    line, commander = commanded(eight())
    round_ = b"\0" + witness.ENHANCED_10 + b"\0" + witness.ENHANCED_1
    assert line.port.read(2 * len(round_), 1) == 2 * round_
    assert line.clock.monotonic() == pytest.approx(0.03 + 0.01 + (14 + 20 + 4 + 90) * BIT, abs=1e-6)
    assert commander.answers == {1: EIGHT}


def test_a_commander_hears_the_port() -> None:
    line, commander = commanded()
    for n in range(3):
        assert line.port.read(11, 0.05) == b"\0" + witness.ENHANCED_10 + b"\0" + witness.HEADER_1
        answer = bytes([n]) * 8
        line.port.write(answer + bytes([checksum(1, answer, classic=False)]))
        assert line.port.read(9, 0.05)[:8] == answer
        assert commander.answers == {1: answer}
    assert commander.errors == 0


def test_an_answer_with_a_wrong_checksum_or_length() -> None:
    line, commander = commanded()
    line.port.read(11, 0.05)
    line.port.write(bytes(9))
    assert (commander.answers, commander.errors) == ({}, 1)
    line.port.read(20, 0.05)
    line.port.write(bytes(7))
    assert commander.errors == 1


def test_an_answer_after_the_next_header_belongs_to_nobody() -> None:
    line, commander = commanded()
    line.port.read(11, 0.05)
    line.clock.advance(0.025)
    line.port.write(witness.ENHANCED_1[2:])
    assert commander.answers == {}


def test_a_node_takes_what_the_port_answers() -> None:
    node = Responder({}, {1: 8})
    line, _commander = commanded(node)
    line.port.read(11, 0.05)
    line.port.write(witness.ENHANCED_1[2:])
    assert node.taken == {1: EIGHT}


def test_a_commander_goes_to_sleep_and_is_woken() -> None:
    line = Line()
    line.bus.commander = Commander([Slot(0x3C, 0.01, lambda: GO_TO_SLEEP)])
    assert line.port.read(99, 1) == b"\0" + witness.GO_TO_SLEEP
    line.port.write(b"\0")
    begin = line.clock.monotonic()
    assert line.port.read(2, 1) == b"\0\0"
    assert line.clock.monotonic() - begin == pytest.approx(0.1 + 10 * BIT, abs=1e-6)


def test_nobody_makes_up_for_what_was_not_read() -> None:
    line, _commander = commanded()
    line.clock.advance(3600)
    line.port.flush()
    assert len(line.port.read(999, 0.029)) <= 11


def test_a_commander_beyond_a_transceiver_is_not_heard() -> None:
    line, _commander = commanded()
    line.on = False
    assert line.port.read(1, 1) == b""
    line.on = True
    line.bus.stuck = True
    assert line.port.read(9, 1) == b"\0"


def test_a_cut_wire_carries_no_commander() -> None:
    line, _commander = commanded()
    line.port.silent = True
    assert line.port.read(1, 0.1) == b""
