"""The ZOE-M8Q driver against the witness, and with the twin: sky, noise and silence."""

from __future__ import annotations

import struct

import pytest
from transcript import conversation, parse, script

from wisgate.chips.zoe_m8q import ADDRESS, Position, Solution, ZoeM8q, solution
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    ChecksumMismatch,
    NoAcknowledge,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.core.points import Conversation, T
from wisgate.registers.zoe_m8q import Fix
from wisgate.virtual.chips.zoe_m8q import ZoeM8qTwin
from wisgate.virtual.i2c import Stranger, VirtualI2c

POLL = "42: B5 62 01 07 00 00 08 19\n"
PORT = "42: B5 62 06 00 14 00 00 00 00 00 84 00 00 00 00 00 00 00 01 00 01 00 00 00 00 00 A0 96\n"
VERSION = "42: B5 62 0A 04 00 00 0E 34\n"
ZURICH = pytest.approx(47.2852233), pytest.approx(8.5652265)


def walk(steps: Conversation[T]) -> T:
    """A conversation to its end, as fast as it goes."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def pvt(*, fix: int = 3, flags: int = 1, satellites: int = 9, **places: int) -> bytes:
    """A NAV-PVT, written after modules sheet 6.11: offsets in bytes, little-endian."""
    payload = bytearray(92)
    payload[20], payload[21], payload[23] = fix, flags, satellites
    offsets = {"lon": 24, "lat": 28, "height": 32, "sea": 36, "accuracy": 40, "speed": 60}
    for name, value in places.items():
        struct.pack_into("<i", payload, offsets[name], value)
    return bytes(payload)


def framed(number: str, payload: bytes) -> bytes:
    """A message with its sums, added up here."""
    body = bytes.fromhex(number) + len(payload).to_bytes(2, "little") + payload
    a = sum(body) % 256
    b = sum((len(body) - n) * byte for n, byte in enumerate(body)) % 256
    return b"\xb5\x62" + body + bytes([a, b])


def heard(stream: bytes) -> str:
    """The two lines of a look that finds these bytes."""
    count = len(stream).to_bytes(2, "big").hex(" ").upper()
    return f"42: FD -> {count}\n42: FF -> {stream.hex(' ').upper()}\n"


# The witness.


def test_identify() -> None:
    with script("zoe_m8q", "identify") as bus:
        assert walk(ZoeM8q(bus).identify()) == "ROM CORE 3.01 (107888)"


def test_configure() -> None:
    with script("zoe_m8q", "UBX only") as bus:
        walk(ZoeM8q(bus).configure())


@pytest.mark.parametrize(
    ("title", "fix", "satellites", "place"),
    [
        ("no position yet", Fix.NONE, 0, None),
        ("a position", Fix.THREE_D, 12, (*ZURICH, 450.0, 0.0, 2.5)),
        ("on the move", Fix.THREE_D, 9, (*ZURICH, 450.0, 12.345, 1.25)),
        ("three satellites", Fix.TWO_D, 3, (*ZURICH, None, 0.0, 15.0)),
        (
            "south and east",
            Fix.THREE_D,
            8,
            (pytest.approx(-33.8567844), pytest.approx(151.2152967), 4.5, 0.0, 3.0),
        ),
        (
            "west and below the sea",
            Fix.THREE_D,
            5,
            (pytest.approx(36.2301), pytest.approx(-116.7676), -86.0, 0.0, 4.0),
        ),
    ],
)
def test_positions(
    title: str, fix: Fix, satellites: int, place: tuple[float | None, ...] | None
) -> None:
    with script("zoe_m8q", title) as bus:
        chip = ZoeM8q(bus)
        walk(chip.configure())
        seen = walk(chip.solve())
    assert (seen.fix, seen.satellites) == (fix, satellites)
    if place is None:
        assert seen.position is None
    else:
        assert seen.position is not None
        position = seen.position
        assert (
            position.latitude, position.longitude, position.altitude, position.speed,
            position.accuracy,
        ) == place  # fmt: skip


def test_the_first_fix_and_its_loss() -> None:
    for title, has in (
        ("not before it has heard the sky for 30 s", [False, True]),
        ("the sky is lost", [True, False]),
    ):
        with script("zoe_m8q", title) as bus:
            chip = ZoeM8q(bus)
            walk(chip.configure())
            assert [walk(chip.solve()).position is not None for _ in has] == has


# Numbers.


def test_a_position_from_its_bytes() -> None:
    payload = pvt(lat=-123456789, lon=1234567890, height=1, sea=-1500, accuracy=2500, speed=999)
    assert solution(payload) == Solution(
        Fix.THREE_D,
        9,
        Position(
            pytest.approx(-12.3456789), pytest.approx(123.4567890), pytest.approx(-1.5),
            pytest.approx(0.999), pytest.approx(2.5),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fix", "flags", "position", "height"),
    [
        (0, 0, False, False), (0, 1, False, False), (1, 1, True, False), (2, 1, True, False),
        (3, 1, True, True), (4, 1, True, True), (5, 1, False, False), (3, 0, False, False),
        (3, 0xFE, False, False), (3, 0xFF, True, True),
    ],
)  # fmt: skip
def test_what_counts_as_a_position(fix: int, flags: int, position: bool, height: bool) -> None:
    seen = solution(pvt(fix=fix, flags=flags, sea=1000))
    assert (seen.position is not None) is position
    if seen.position is not None:
        assert (seen.position.altitude is not None) is height


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (pvt(fix=6), "fix 6"),
        (pvt(lat=900000001), "there is no 900000001 0"),
        (pvt(lon=-1800000001), "there is no 0 -1800000001"),
        (pvt()[:-1], "91 bytes, 92 expected"),
    ],
)
def test_what_cannot_be(payload: bytes, says: str) -> None:
    with pytest.raises(UnexpectedValue, match=says):
        solution(payload)


def test_the_poles_and_the_other_side_exist() -> None:
    for lat, lon in ((900000000, 1800000000), (-900000000, -1800000000)):
        assert solution(pvt(lat=lat, lon=lon)).position is not None


# The stream.


def test_sentences_and_other_messages_are_passed_over() -> None:
    stream = b"$GNTXT,01,01,02*00\r\n" + framed("01 35", b"\xb5\x62\x01") + framed("01 07", pvt())
    with conversation(parse(POLL + heard(stream + b"\xff\xff"))) as bus:
        assert walk(ZoeM8q(bus).solve()).satellites == 9


def test_an_answer_in_pieces() -> None:
    message = framed("01 07", pvt())
    for cut in (1, 3, 5, 6, 50, 99):
        text = POLL + heard(message[:cut]) + "42: FD -> 00 00\n" + heard(message[cut:])
        with conversation(parse(text)) as bus:
            assert walk(ZoeM8q(bus).solve()).satellites == 9


def test_a_long_stream_is_read_in_bites() -> None:
    stream = b"$" * 150 + framed("01 07", pvt())
    text = (
        POLL + f"42: FD -> 00 FA\n42: FF -> {stream[:200].hex(' ').upper()}\n" + heard(stream[200:])
    )
    with conversation(parse(text)) as bus:
        pauses = []
        steps = ZoeM8q(bus).solve()
        for seconds in steps:
            pauses.append(seconds)
    assert pauses == [0.05, 0.0]


def test_what_nobody_fetched_is_drained_in_bites() -> None:
    text = "42: FD -> 01 2C\n42: FF -> " + "24 " * 199 + "24\n"
    text += "42: FD -> 00 64\n42: FF -> " + "24 " * 99 + "24\n42: FD -> 00 00"
    with conversation(parse(text)) as bus:
        assert list(ZoeM8q(bus).drain()) == [0.0, 0.0]


def test_the_most_that_a_receiver_keeps_is_read_before_anybody_waits() -> None:
    with conversation(parse("42: FD -> 20 00\n42: FF -> " + "24 " * 199 + "24")) as bus:
        assert next(ZoeM8q(bus).drain()) == 0.0


def test_a_bite_that_takes_all_is_the_last_one() -> None:
    text = POLL + heard(b"$" * 200) + heard(framed("01 07", pvt()))
    with conversation(parse(text)) as bus:
        assert list(ZoeM8q(bus).solve()) == [0.05, 0.05]


def test_an_answer_of_more_than_a_byte_of_length() -> None:
    stream = framed("0A 04", b"SPG 3.01".ljust(300, b"\0"))
    text = VERSION + f"42: FD -> 01 34\n42: FF -> {stream[:200].hex(' ').upper()}\n"
    with conversation(parse(text + heard(stream[200:]))) as bus:
        assert walk(ZoeM8q(bus).identify()) == "SPG 3.01"


def test_a_damaged_answer() -> None:
    message = bytearray(framed("01 07", pvt()))
    message[30] ^= 1
    with (
        conversation(parse(POLL + heard(bytes(message)))) as bus,
        pytest.raises(ChecksumMismatch, match="NAV_PVT came damaged"),
    ):
        walk(ZoeM8q(bus).solve())


def test_silence_for_a_second() -> None:
    waited: list[float] = []
    with (
        conversation(parse(POLL + "42: FD -> 00 00\n" * 20)) as bus,
        pytest.raises(NotReady, match="0x42: no NAV_PVT within 1 s"),
    ):
        waited.extend(ZoeM8q(bus).solve())
    assert sum(waited) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (framed("05 00", b"\x06\x00"), "CFG-PRT is answered by ACK_NAK of 06 00"),
        (framed("05 01", b"\x06\x01"), "CFG-PRT is answered by ACK_ACK of 06 01"),
    ],
)
def test_a_setting_that_is_refused(answer: bytes, says: str) -> None:
    with (
        conversation(parse(PORT + heard(answer))) as bus,
        pytest.raises(UnexpectedValue, match=says),
    ):
        walk(ZoeM8q(bus).configure())


def test_a_version_that_is_none() -> None:
    with (
        conversation(parse(VERSION + heard(framed("0A 04", bytes(39))))) as bus,
        pytest.raises(WrongIdentity, match="0x42 tells its version in 39 bytes, 40 expected"),
    ):
        walk(ZoeM8q(bus).identify())
    with conversation(parse(VERSION + heard(framed("0A 04", b"x" * 40)))) as bus:
        assert walk(ZoeM8q(bus).identify()) == "x" * 30


def test_more_than_a_receiver_keeps() -> None:
    for count, error in (("20 01", WrongIdentity), ("FF FF", WrongIdentity)):
        with (
            conversation(parse(POLL + f"42: FD -> {count}")) as bus,
            pytest.raises(error, match="bytes wait, which a ZOE-M8Q never does"),
        ):
            walk(ZoeM8q(bus).solve())


# With the twin.


class Receiver:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.twin = ZoeM8qTwin(self.clock)
        self.bus = VirtualI2c(self.clock)
        self.bus.twins.append(self.twin)
        self.chip = ZoeM8q(self.bus)
        self.twin.latitude, self.twin.longitude, self.twin.altitude = 47.0, -8.0, 430.0
        self.twin.satellites, self.twin.accuracy = 11, 2.0

    def walk(self, steps: Conversation[T]) -> T:
        while True:
            try:
                self.clock.sleep(next(steps))
            except StopIteration as done:
                return done.value


def test_from_power_on_to_a_position_amid_its_sentences() -> None:
    receiver = Receiver()
    receiver.clock.advance(3.0)
    assert receiver.walk(receiver.chip.identify()).startswith("ROM CORE")
    receiver.walk(receiver.chip.configure())
    assert receiver.walk(receiver.chip.solve()).position is None
    receiver.clock.advance(60)
    seen = receiver.walk(receiver.chip.solve())
    assert seen.satellites == 11
    assert seen.position is not None
    assert seen.position.latitude == pytest.approx(47.0)
    assert seen.position.longitude == pytest.approx(-8.0)


def test_after_a_brown_out_it_talks_by_itself_and_is_still_understood() -> None:
    receiver = Receiver()
    receiver.walk(receiver.chip.configure())
    receiver.clock.advance(60)
    receiver.twin.power_cycle()
    receiver.clock.advance(5)
    assert receiver.walk(receiver.chip.solve()).position is None


def test_nobody_and_another_at_the_address() -> None:
    receiver = Receiver()
    receiver.bus.strangers[ADDRESS] = Stranger()
    with pytest.raises(WrongIdentity):
        receiver.walk(receiver.chip.identify())
    receiver.bus.strangers.clear()
    receiver.bus.twins.clear()
    with pytest.raises(NoAcknowledge):
        receiver.walk(receiver.chip.solve())


def test_damaged_bytes_never_move_it() -> None:
    receiver = Receiver()
    receiver.walk(receiver.chip.configure())
    receiver.clock.advance(60)
    receiver.bus.flips[ADDRESS] = 0.003
    seen, refused = 0, 0
    for _ in range(40):
        try:
            found = receiver.walk(receiver.chip.solve())
        except (ChecksumMismatch, NotReady, UnexpectedValue, WrongIdentity):
            refused += 1
        else:
            seen += 1
            assert found.position is not None
            assert found.position.latitude == pytest.approx(47.0)
    assert seen
    assert refused
