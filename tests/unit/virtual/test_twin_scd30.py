from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge
from wisgate.virtual.chips.scd30 import Scd30Twin
from wisgate.virtual.i2c import Message, VirtualI2c

START, STOP, READY, READ = b"\x00\x10\x00\x00\x81", b"\x01\x04", b"\x02\x02", b"\x03\x00"
INTERVAL, RESET = b"\x46\x00", b"\xd3\x04"


def chip() -> tuple[VirtualClock, Scd30Twin, VirtualI2c]:
    """A chip that has come up, on a bus that costs no time."""
    clock = VirtualClock()
    twin = Scd30Twin(clock)
    bus = VirtualI2c(clock, costs_time=False)
    bus.twins.append(twin)
    clock.advance(2)
    return clock, twin, bus


def ask(clock: VirtualClock, bus: VirtualI2c, command: bytes, count: int = 3) -> bytes:
    bus.transfer(0x61, command)
    clock.advance(0.0031)
    return bus.transfer(0x61, read=count)


def ready(clock: VirtualClock, bus: VirtualI2c) -> bool:
    return ask(clock, bus, READY) == bytes.fromhex("0001B0")


def test_only_its_address() -> None:
    _clock, _twin, bus = chip()
    bus.transfer(0x61)
    for other in (0x60, 0x62):
        with pytest.raises(NoAcknowledge):
            bus.transfer(other)


@pytest.mark.parametrize(
    ("command", "word"), [("4600", 2), ("5306", 0), ("5403", 0), ("5102", 0), ("5204", 400)]
)
def test_as_it_is_delivered(command: str, word: int) -> None:
    clock, _twin, bus = chip()
    assert ask(clock, bus, bytes.fromhex(command))[:2] == word.to_bytes(2, "big")


def test_comes_up_two_seconds_after_power() -> None:
    clock = VirtualClock()
    twin = Scd30Twin(clock)
    clock.advance(1.9999)
    assert not twin.addressed(0x61, False)
    clock.advance(0.0001)
    assert twin.addressed(0x61, False)


@pytest.mark.parametrize("microseconds", [0, 2999])
def test_an_answer_takes_three_milliseconds(microseconds: int) -> None:
    clock, _twin, bus = chip()
    bus.transfer(0x61, b"\xd1\x00")
    clock.advance(microseconds * 1e-6)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x61, read=3)
    clock.advance(0.003)
    assert bus.transfer(0x61, read=3) == bytes.fromhex("0342F3")


def test_an_answer_is_read_once() -> None:
    clock, _twin, bus = chip()
    ask(clock, bus, b"\xd1\x00")
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x61, read=3)


def test_bytes_beyond_the_answer_are_those_of_an_idle_bus() -> None:
    clock, _twin, bus = chip()
    assert ask(clock, bus, b"\xd1\x00", 5) == bytes.fromhex("0342F3FFFF")


def test_a_command_drops_the_answer_of_the_one_before() -> None:
    clock, _twin, bus = chip()
    bus.transfer(0x61, b"\xd1\x00")
    bus.transfer(0x61, START)
    clock.advance(0.003)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x61, read=3)


@pytest.mark.parametrize(
    ("write", "acknowledged"),
    [("", 0), ("46", 1), ("4600", 2), ("460000", 3), ("46000002", 4), ("46000002E3", 5),
     ("46000002E300", 5), ("46000002E2", 4), ("1234", 1), ("0011", 1)],
)  # fmt: skip
def test_how_many_bytes_it_acknowledges(write: str, acknowledged: int) -> None:
    _clock, twin, _bus = chip()
    assert twin.write(bytes.fromhex(write)) == acknowledged


def test_measures_every_interval_from_the_start_on() -> None:
    clock, _twin, bus = chip()
    begin = clock.monotonic()
    bus.transfer(0x61, START)
    for number in range(1, 4):
        clock.advance(begin + 2 * number - 0.1 - clock.monotonic())
        assert not ready(clock, bus)
        clock.advance(begin + 2 * number + 0.001 - clock.monotonic())
        assert ready(clock, bus)
        ask(clock, bus, READ, 18)
        assert not ready(clock, bus)


@pytest.mark.parametrize("after", ["start", "boot"])
def test_the_first_value_is_zero(after: str) -> None:
    clock, twin, bus = chip()
    twin.co2_ppm = 1000
    bus.transfer(0x61, START)
    if after == "boot":
        clock.advance(9)
        twin.power_cycle()
        clock.advance(2)
    clock.advance(2)
    assert ask(clock, bus, READ, 6) == bytes.fromhex("000081 000081")
    clock.advance(2)
    assert ask(clock, bus, READ, 6) == bytes.fromhex("447AA8 000081")


def test_the_second_value_counts_when_nobody_read_the_first() -> None:
    clock, twin, bus = chip()
    twin.co2_ppm = 1000
    bus.transfer(0x61, START)
    clock.advance(4)
    assert ask(clock, bus, READ, 6) == bytes.fromhex("447AA8 000081")


def test_looks_at_the_world_when_it_measures() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, START)
    clock.advance(4)

    def look() -> None:
        twin.co2_ppm = 812.5

    twin.look = look
    assert ask(clock, bus, READ, 6) == bytes.fromhex("444B5C 20005D")


def test_ordinary_air_until_the_world_says_something_else() -> None:
    clock, _twin, bus = chip()
    bus.transfer(0x61, START)
    clock.advance(4)
    answer = ask(clock, bus, READ, 18)
    assert answer[:2] + answer[3:5] == bytes.fromhex("43D20000")
    assert answer[6:8] + answer[12:14] == bytes.fromhex("41C84248")


def test_what_is_kept_without_power() -> None:
    clock, twin, bus = chip()
    for write in ("4600000A5A", "510203E8D4", "540301F433", "53060001B0", "520401C250"):
        bus.transfer(0x61, bytes.fromhex(write))
    twin.power_cycle()
    clock.advance(2.001)
    answers = [ask(clock, bus, bytes.fromhex(c)).hex() for c in ("4600", "5102", "5403", "5306")]
    assert answers == ["000a5a", "03e8d4", "01f433", "0001b0"]
    assert ask(clock, bus, b"\x52\x04").hex() == "01904c"


def test_a_chip_that_measured_goes_on_after_a_power_cycle() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, START)
    twin.power_cycle()
    clock.advance(3.9)
    assert not ready(clock, bus)
    clock.advance(0.101)
    assert ready(clock, bus)


def test_a_chip_that_did_not_measure_does_not_begin() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, START)
    bus.transfer(0x61, STOP)
    twin.power_cycle()
    clock.advance(60)
    assert not ready(clock, bus)


def test_a_power_cycle_drops_what_was_measured() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, START)
    clock.advance(2.5)
    bus.transfer(0x61, READY)
    twin.power_cycle()
    clock.advance(2.001)
    assert not twin.addressed(0x61, True)
    assert not ready(clock, bus)


@pytest.mark.parametrize(
    ("write", "read", "kept"),
    [("4600070896", "4600", "070896"), ("46000709A7", "4600", "0002e3"),
     ("53060002E3", "5306", "000081"),
     ("520407D02B", "5204", "07d02b"), ("520407D11A", "5204", "01904c"),
     ("5204018F21", "5204", "01904c"),
     ("5102FFFFAC", "5102", "ffffac"), ("5403FFFFAC", "5403", "ffffac")],
)  # fmt: skip
def test_what_an_argument_may_be(write: str, read: str, kept: str) -> None:
    clock, twin, bus = chip()
    assert twin.write(bytes.fromhex(write)) == 5
    assert ask(clock, bus, bytes.fromhex(read)).hex() == kept


@pytest.mark.parametrize(
    ("pressure", "measures"),
    [("000081", True), ("02BC9A", True), ("0578B7", True), ("02BB0D", False), ("057986", False)],
)
def test_which_pressures_start_it(pressure: str, measures: bool) -> None:
    clock, twin, bus = chip()
    twin.write(b"\x00\x10" + bytes.fromhex(pressure))
    clock.advance(2)
    assert ready(clock, bus) is measures


def test_a_start_without_argument_is_none() -> None:
    clock, twin, bus = chip()
    assert twin.write(b"\x00\x10") == 2
    clock.advance(5)
    assert not ready(clock, bus)


def test_never_ready() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, START)
    twin.never_ready = True
    clock.advance(60)
    assert not ready(clock, bus)
    twin.never_ready = False
    assert ready(clock, bus)


def test_holds_the_clock_while_it_is_read() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, b"\xd1\x00")
    clock.advance(0.003)
    twin.stretch = 0.03
    begin = clock.monotonic()
    assert bus.transfer(0x61, read=3) == bytes.fromhex("0342F3")
    assert clock.monotonic() - begin == pytest.approx(0.03)


def test_once_a_day_it_holds_the_clock_for_too_long() -> None:
    clock, twin, bus = chip()
    bus.transfer(0x61, b"\xd1\x00")
    clock.advance(0.003)
    twin.stretch = 0.15
    with pytest.raises(BusTimeout):
        bus.transfer(0x61, read=3)
    twin.stretch = 0.0
    assert ask(clock, bus, b"\xd1\x00") == bytes.fromhex("0342F3")


def test_it_knows_no_repeated_start() -> None:
    clock, _twin, bus = chip()
    bus.transfer(0x61, b"\xd1\x00")
    clock.advance(0.004)
    with pytest.raises(NoAcknowledge):
        bus.messages([Message(0x61), Message(0x61, length=3, read=True)])
    assert bus.transfer(0x61, read=3) == bytes.fromhex("0342F3")


@pytest.mark.parametrize("cut", [False, True])
def test_a_transaction_that_a_power_loss_cut_is_over(cut: bool) -> None:
    clock, twin, _bus = chip()
    if cut:
        assert twin.addressed(0x61, False)
        twin.power_cycle()
        clock.advance(2)
    twin.write(b"\xd1\x00")
    clock.advance(0.004)
    assert twin.addressed(0x61, True)


def test_half_an_argument_is_a_question() -> None:
    clock, twin, _bus = chip()
    assert twin.write(b"\x46\x00\x00\x3c") == 4
    clock.advance(0.004)
    assert twin.addressed(0x61, True)
    assert twin.read(3) == bytes.fromhex("0002E3")


def test_the_ready_pin_rises_by_itself() -> None:
    clock, twin, bus = chip()
    assert not twin.ready
    bus.transfer(0x61, START)
    clock.advance(1.9)
    assert not twin.ready
    clock.advance(0.2)
    assert twin.ready
    twin.power_cycle()
    assert not twin.ready


def test_what_was_measured_before_a_setting_was_measured_without_it() -> None:
    clock, twin, bus = chip()
    twin.co2_ppm = 1000
    bus.transfer(0x61, START)
    clock.advance(4.5)
    bus.transfer(0x61, bytes.fromhex("4600003C39"))
    assert ask(clock, bus, READ, 6) == bytes.fromhex("447AA8 000081")
