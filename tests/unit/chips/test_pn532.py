"""The PN532 driver against the witness, and with the twin: no card, cards, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest
from transcript import conversation, parse, script

from wisgate.chips.pn532 import ADDRESS, Exchange, Pn532, Target
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    ChecksumMismatch,
    NoAcknowledge,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.core.points import Conversation, T
from wisgate.registers.pn532 import Status
from wisgate.virtual.chips.nfc_tags import tag_of
from wisgate.virtual.chips.pn532 import Pn532Twin
from wisgate.virtual.i2c import Stranger, VirtualI2c

KEY, MAD_KEY = b"\xff" * 6, bytes.fromhex("A0A1A2A3A4A5")
CLASSIC = Target(0x0004, 0x08, bytes.fromhex("01020304"))
NTAG = Target(0x0044, 0x00, bytes.fromhex("04123456789ABC"))
READY_TO_USE = """
    24: !
    24: 00 00 FF 05 FB D4 14 01 14 01 02 00
    24: -> 01
    24: -> 01 00 00 FF 00 FF 00
    24: -> 01
    24: -> 01 00 00 FF 02 FE D5 15 16 00
"""
VERSION = "24: 00 00 FF 02 FE D4 02 2A 00\n"
ACKNOWLEDGED = "24: -> 01\n24: -> 01 00 00 FF 00 FF 00\n24: -> 01\n"
READ_3 = "24: 00 00 FF 05 FB D4 40 01 30 03 B8 00\n"
FIND = "24: 00 00 FF 04 FC D4 4A 01 00 E1 00\n"


def walk(steps: Conversation[T]) -> T:
    """A conversation to its end, as fast as it goes."""
    while True:
        try:
            assert next(steps) > 0
        except StopIteration as done:
            return done.value


def woken(chip: Pn532) -> None:
    walk(chip.wake())
    walk(chip.configure())


def started(chip: Pn532) -> None:
    woken(chip)
    walk(chip.limit_retries(2))


def said(*texts: str) -> Pn532:
    """A chip that says these things and no more."""
    with conversation(parse("\n".join(texts))) as bus:
        return Pn532(bus)


# The witness.


@pytest.mark.parametrize(
    "title", ["SAM configuration comes first", "not ready at once", "the first address wakes it"]
)
def test_waking(title: str) -> None:
    with script("pn532", title) as bus:
        if title.startswith("the first"):
            walk(Pn532(bus).wake())
            bus.left.clear()  # then it would be asked what it says
        else:
            woken(Pn532(bus))


def test_identify() -> None:
    with script("pn532", "identify") as bus:
        chip = Pn532(bus)
        woken(chip)
        walk(chip.identify())


def test_retries() -> None:
    with script("pn532", "retries") as bus:
        chip = Pn532(bus)
        woken(chip)
        walk(chip.limit_retries(0x10))
    with script("pn532", "start") as bus:
        started(Pn532(bus))


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("no tag", None),
        ("a tag is looked for until the retries are over", None),
        ("a Classic 1K", Target(0x0004, 0x08, bytes.fromhex("DCAFFD02"))),
        ("a Classic 4K", Target(0x0002, 0x18, bytes.fromhex("DCAFFD02"))),
        ("an NTAG", NTAG),
    ],
)
def test_find(title: str, found: Target | None) -> None:
    with script("pn532", title) as bus:
        chip = Pn532(bus)
        started(chip)
        assert walk(chip.find()) == found


def test_find_again() -> None:
    with script("pn532", "select again while selected") as bus:
        chip = Pn532(bus)
        started(chip)
        assert walk(chip.find()) == walk(chip.find()) == NTAG


Verb = Callable[[Pn532], Conversation[Exchange]]
OK = Exchange(Status.OK)
COUNT = bytes(range(16))
VERBS: dict[str, tuple[tuple[Verb, Exchange], ...]] = {
    "authenticate with key A": ((lambda c: c.authenticate(CLASSIC, 4, KEY), OK),),
    "authenticate with key B": ((lambda c: c.authenticate(CLASSIC, 4, KEY, with_b=True), OK),),
    "an empty block": (
        (lambda c: c.authenticate(CLASSIC, 4, KEY), OK),
        (lambda c: c.read(4), Exchange(Status.OK, bytes(16))),
    ),
    "write a block and read it": (
        (lambda c: c.authenticate(CLASSIC, 4, KEY), OK),
        (lambda c: c.write_block(4, COUNT), OK),
        (lambda c: c.read(4), Exchange(Status.OK, COUNT)),
    ),
    "the same sector needs no second key": (
        (lambda c: c.authenticate(CLASSIC, 4, KEY), OK),
        (lambda c: c.read(5), Exchange(Status.OK, bytes(16))),
    ),
    "another sector needs its own": (
        (lambda c: c.authenticate(CLASSIC, 4, KEY), OK),
        (lambda c: c.read(8), Exchange(Status.AUTHENTICATION)),
    ),
    "not without a key": ((lambda c: c.read(4), Exchange(Status.AUTHENTICATION)),),
    "the trailer hides key A": (
        (lambda c: c.authenticate(CLASSIC, 7, KEY), OK),
        (
            lambda c: c.read(7),
            Exchange(Status.OK, bytes.fromhex("000000000000 FF078069 FFFFFFFFFFFF")),
        ),
    ),
    "read the capability container": (
        (
            lambda c: c.read(3),
            Exchange(Status.OK, bytes.fromhex("E1101200 0103A00C 340300FE 00000000")),
        ),
    ),
    "write a page": (
        (lambda c: c.write_page(4, bytes.fromhex("0300FE00")), OK),
        (
            lambda c: c.read(3),
            Exchange(Status.OK, bytes.fromhex("E1101200 0300FE00 340300FE 00000000")),
        ),
    ),
    "pages wrap around": (
        (
            lambda c: c.read(0x2C),
            Exchange(Status.OK, bytes.fromhex("00000000 041234AA 56789ABC 08480000")),
        ),
    ),
    "taken away": ((lambda c: c.read(3), Exchange(Status.TIME_OUT)),),
}


@pytest.mark.parametrize("title", VERBS)
def test_verbs_of_a_card(title: str) -> None:
    with script("pn532", title) as bus:
        chip = Pn532(bus)
        started(chip)
        assert walk(chip.find()) is not None
        for verb, outcome in VERBS[title]:
            assert walk(verb(chip)) == outcome


def test_the_wrong_key_halts_the_card() -> None:
    with script("pn532", "the wrong key") as bus:
        chip = Pn532(bus)
        started(chip)
        walk(chip.find())
        wrong = walk(chip.authenticate(CLASSIC, 4, MAD_KEY))
        assert wrong == Exchange(Status.AUTHENTICATION)
        assert not wrong.gone
        assert walk(chip.authenticate(CLASSIC, 4, KEY)).gone
        assert walk(chip.find()) == CLASSIC
        assert walk(chip.authenticate(CLASSIC, 4, KEY)) == OK


def test_release_and_field_off() -> None:
    for title, verb in (("release", Pn532.release), ("field off", Pn532.field_off)):
        with script("pn532", title) as bus:
            chip = Pn532(bus)
            started(chip)
            walk(chip.find())
            walk(verb(chip))
            assert walk(chip.read(3)) == Exchange(Status.NOT_ACCEPTABLE)


def test_an_exchange_without_a_card_is_no_error() -> None:
    with script("pn532", "nothing was selected") as bus:
        chip = Pn532(bus)
        started(chip)
        assert walk(chip.read(3)).gone


# What goes wrong, byte by byte.


def test_only_some_ends_of_an_exchange_mean_that_the_card_is_gone() -> None:
    gone = {status for status in Status if Exchange(status).gone}
    assert gone == {Status.TIME_OUT, Status.CARD_DISAPPEARED, Status.NOT_ACCEPTABLE}


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ("00 00 FF 06 FA D5 03 07 01 06 07 13 00", WrongIdentity, "0x24 says it is 07 01 06 07"),
        ("00 00 FF 06 FA D5 03 32 01 06 07 E9 00", ChecksumMismatch, "damaged"),
        ("00 00 FF 06 FB D5 03 32 01 06 07 E8 00", ChecksumMismatch, "damaged"),
        ("00 00 FF 07 F9 D5 03 32 01 06 07 E8 00", ChecksumMismatch, "damaged"),
        ("00 00 00 06 FA D5 03 32 01 06 07 E8 00", ChecksumMismatch, "damaged"),
        ("00 00 FF 06 FA D5 05 32 01 06 07 E6 00", UnexpectedValue, "does not answer get_firm"),
        ("00 00 FF 06 FA D4 03 32 01 06 07 E9 00", UnexpectedValue, "does not answer"),
        ("00 00 FF 01 FF 7F 81 00 00 00 00 00 00", UnexpectedValue, "does not understand get_f"),
        ("00 00 FF 02 FE D5 03 28 00 00 00 00 00", WrongIdentity, "says it is , 32 01 06 07"),
    ],
)
def test_answers_that_are_not_believed(answer: str, error: type[Exception], says: str) -> None:
    with (
        conversation(parse(VERSION + ACKNOWLEDGED + f"24: -> 01 {answer}")) as bus,
        pytest.raises(error, match=says) as caught,
    ):
        walk(Pn532(bus).identify())
    assert "\n" not in str(caught.value)


def test_something_else_instead_of_the_acknowledge() -> None:
    with (
        conversation(parse(VERSION + "24: -> 01\n24: -> 01 00 00 FF FF 00 00")) as bus,
        pytest.raises(UnexpectedValue, match="instead of the acknowledge of get_firmware"),
    ):
        walk(Pn532(bus).identify())


def test_ready_and_then_not() -> None:
    with (
        conversation(parse(VERSION + "24: -> 01\n24: -> 00 00 00 FF 00 FF 00")) as bus,
        pytest.raises(NotReady, match="was ready and is not"),
    ):
        walk(Pn532(bus).identify())


def test_other_bits_of_the_status_mean_nothing() -> None:
    text = "24: -> FE\n24: -> 81\n24: -> FF 00 00 FF 00 FF 00\n24: -> 03\n"
    answer = "24: -> 21 00 00 FF 06 FA D5 03 32 01 06 07 E8 00"
    with conversation(parse(VERSION + text + answer)) as bus:
        walk(Pn532(bus).identify())


def test_no_acknowledge_within_15_ms() -> None:
    waited: list[float] = []
    with (
        conversation(parse(VERSION + "24: -> 00\n" * 15)) as bus,
        pytest.raises(NotReady, match="0x24: no acknowledge of get_firmware_version within 15 ms"),
    ):
        waited.extend(Pn532(bus).identify())
    assert sum(waited) == pytest.approx(0.016)


def test_no_answer_within_a_second_is_aborted() -> None:
    acknowledged = "24: -> 01\n24: -> 01 00 00 FF 00 FF 00\n"
    abort = "24: 00 00 FF 00 FF 00\n"
    waited: list[float] = []
    with (
        conversation(parse(VERSION + acknowledged + "24: -> 00\n" * 200 + abort)) as bus,
        pytest.raises(NotReady, match="no answer to get_firmware_version within 1000 ms"),
    ):
        waited.extend(Pn532(bus).identify())
    assert sum(waited) == pytest.approx(1.001)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("D5 4B 01 01 00 44 00 07 04 12 34", "01 01 00 44 00 07 04 12 34 of itself"),
        ("D5 4B 01 01 00 44 00 04 04 12 34", "01 01 00 44 00 04 04 12 34 of itself"),
        ("D5 4B 01 01 00 44 00", "01 01 00 44 00 of itself"),
    ],
)
def test_a_card_that_says_too_little(answer: str, says: str) -> None:
    with (
        conversation(parse(FIND + ACKNOWLEDGED + answered(answer, 39))) as bus,
        pytest.raises(UnexpectedValue, match=says),
    ):
        walk(Pn532(bus).find())


def answered(content: str, size: int) -> str:
    """The line of an answer, framed here, read as `size` bytes."""
    body = bytes.fromhex(content)
    frame = b"\x00\x00\xff" + bytes([len(body), -len(body) & 0xFF]) + body
    frame += bytes([-sum(body) & 0xFF, 0])
    return f"24: -> 01 {frame.ljust(size, b'?').hex(' ').upper()}\n"


def test_a_card_without_a_number_and_no_card_with_something_behind_it() -> None:
    for answer, found in (
        ("D5 4B 01 01 00 44 00 00", Target(0x0044, 0x00, b"")),
        ("D5 4B 00 01", None),
    ):
        with conversation(parse(FIND + ACKNOWLEDGED + answered(answer, 39))) as bus:
            assert walk(Pn532(bus).find()) == found


def test_the_command_is_sent_before_anybody_waits() -> None:
    with conversation(parse(VERSION)) as bus:
        assert next(Pn532(bus).identify()) == pytest.approx(1e-3)


def test_a_card_of_ten_bytes_with_an_answer_to_select() -> None:
    uid = "00 01 02 03 04 05 06 07 08 09"
    answer = answered(f"D5 4B 01 01 03 44 20 0A {uid} 06 75 77 81 02 80", 39)
    with conversation(parse(FIND + ACKNOWLEDGED + answer)) as bus:
        assert walk(Pn532(bus).find()) == Target(0x0344, 0x20, bytes.fromhex(uid))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("D5 41", "without a status"),
        ("D5 41 3F", "ends with 0x3f"),
        ("D5 41 00 01 02", "2 bytes read, 16 expected"),
    ],
)
def test_an_exchange_that_makes_no_sense(answer: str, says: str) -> None:
    with (
        conversation(parse(READ_3 + ACKNOWLEDGED + answered(answer, 26))) as bus,
        pytest.raises(UnexpectedValue, match=says),
    ):
        walk(Pn532(bus).read(3))


def test_the_upper_bits_of_a_status_are_no_part_of_it() -> None:
    with conversation(parse(READ_3 + ACKNOWLEDGED + answered("D5 41 C1", 26))) as bus:
        assert walk(Pn532(bus).read(3)).status is Status.TIME_OUT


def test_seven_bytes_of_uid_authenticate_with_the_last_four() -> None:
    ask = "24: 00 00 FF 0F F1 D4 40 01 60 04 FF FF FF FF FF FF 56 78 9A BC 69 00\n"
    with conversation(parse(ask + ACKNOWLEDGED + answered("D5 41 00", 10))) as bus:
        assert walk(Pn532(bus).authenticate(NTAG, 4, KEY)) == OK


def test_mistakes_of_the_caller_send_nothing() -> None:
    chip = said()
    for steps, says in (
        (chip.limit_retries(255), "0 to 254"),
        (chip.limit_retries(-1), "0 to 254"),
        (chip.authenticate(CLASSIC, 4, b"12345"), "6 bytes"),
        (chip.write_block(4, b"1234"), "4 bytes to write, 16 expected"),
        (chip.write_page(4, b"12345"), "5 bytes to write, 4 expected"),
    ):
        with pytest.raises(ValueError, match=says):
            walk(steps)


def test_retries_have_a_first_and_a_last_number() -> None:
    for count, line in ((0, "F5"), (254, "F7")):
        ask = f"24: 00 00 FF 06 FA D4 32 05 FF 01 {count:02X} {line} 00\n"
        with conversation(parse(ask + ACKNOWLEDGED + answered("D5 33", 9))) as bus:
            walk(Pn532(bus).limit_retries(count))


# With the twin.


class Reader:
    """Driver and twin, and the time between them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.twin = Pn532Twin(self.clock)
        self.bus = VirtualI2c(self.clock)
        self.bus.twins.append(self.twin)
        self.chip = Pn532(self.bus)

    def walk(self, steps: Conversation[T]) -> T:
        while True:
            try:
                self.clock.sleep(next(steps))
            except StopIteration as done:
                return done.value

    def start(self) -> None:
        for verb in (self.chip.wake(), self.chip.configure(), self.chip.identify()):
            self.walk(verb)
        self.walk(self.chip.limit_retries(2))


def test_a_card_comes_is_written_and_goes() -> None:
    reader = Reader()
    reader.start()
    assert reader.walk(reader.chip.find()) is None
    reader.twin.tag = tag_of("ntag213:04123456789ABC")
    assert reader.walk(reader.chip.find()) == NTAG
    assert reader.walk(reader.chip.write_page(6, b"abcd")) == OK
    assert reader.walk(reader.chip.read(6)).payload[:4] == b"abcd"
    reader.twin.tag = None
    assert reader.walk(reader.chip.read(6)).gone
    assert reader.walk(reader.chip.find()) is None


def test_a_classic_card_with_the_twin() -> None:
    reader = Reader()
    reader.start()
    reader.twin.tag = tag_of("classic-1k:01020304")
    target = reader.walk(reader.chip.find())
    assert target == CLASSIC
    assert reader.walk(reader.chip.read(4)).status is Status.AUTHENTICATION
    target = reader.walk(reader.chip.find())
    assert target is not None
    assert reader.walk(reader.chip.authenticate(target, 4, KEY)) == OK
    assert reader.walk(reader.chip.write_block(4, COUNT)) == OK
    assert reader.walk(reader.chip.read(4)).payload == COUNT


def test_without_a_limit_the_chip_looks_for_ever_and_can_be_told_to_stop() -> None:
    reader = Reader()
    reader.walk(reader.chip.wake())
    reader.walk(reader.chip.configure())
    with pytest.raises(NotReady, match="no answer to in_list_passive_target"):
        reader.walk(reader.chip.find())
    reader.walk(reader.chip.identify())


def test_never_ready_and_gone() -> None:
    reader = Reader()
    reader.start()
    reader.twin.never_ready = True
    with pytest.raises(NotReady):
        reader.walk(reader.chip.find())
    reader.twin.never_ready = False
    reader.bus.twins.clear()
    with pytest.raises(NoAcknowledge):
        reader.walk(reader.chip.find())
    reader.walk(reader.chip.wake())  # nobody there is no error of this verb


def test_after_a_brown_out_it_must_be_woken_again() -> None:
    reader = Reader()
    reader.start()
    reader.twin.power_cycle()
    with pytest.raises(NoAcknowledge):
        reader.walk(reader.chip.find())
    reader.start()
    assert reader.walk(reader.chip.find()) is None


@pytest.mark.parametrize("answer", [0x5A, 0xFF, 0x00])
def test_another_chip_at_the_address(answer: int) -> None:
    reader = Reader()
    reader.bus.strangers[ADDRESS] = Stranger(answer)
    with pytest.raises((NotReady, UnexpectedValue)):
        reader.start()


def test_damaged_bytes_never_make_a_card() -> None:
    reader = Reader()
    reader.start()
    reader.twin.tag = tag_of("ntag213:04123456789ABC")
    reader.bus.flips[ADDRESS] = 0.02
    outcomes = []
    for _ in range(60):
        try:
            outcomes.append(reader.walk(reader.chip.find()))
        except (ChecksumMismatch, NotReady, UnexpectedValue):
            outcomes.append("refused")
    assert set(outcomes) <= {NTAG, "refused"}
    assert "refused" in outcomes
    assert NTAG in outcomes


def test_each_look_leaves_the_bus_in_between() -> None:
    reader = Reader()
    steps = chain(reader.chip.wake(), reader.chip.configure())
    pauses = []
    for seconds in steps:
        pauses.append(seconds)
        reader.clock.sleep(seconds)
    assert pauses[:2] == [2e-3, 1e-3]
    assert set(pauses[2:]) <= {1e-3, 5e-3}
