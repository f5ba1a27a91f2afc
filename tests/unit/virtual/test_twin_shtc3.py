from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.shtc3 import Shtc3Twin
from wisgate.virtual.i2c import VirtualI2c

MEASURE = b"\x78\x66"


def sensor() -> tuple[VirtualClock, Shtc3Twin, VirtualI2c]:
    clock = VirtualClock()
    chip = Shtc3Twin(clock, serial=0x1234_BEEF)
    bus = VirtualI2c(clock)
    bus.twins.append(chip)
    clock.advance(0.001)
    return clock, chip, bus


def at_time_0(**options: int) -> tuple[VirtualClock, Shtc3Twin]:
    """A chip that has come up, and nothing between it and the test that takes time."""
    clock = VirtualClock()
    chip = Shtc3Twin(clock, **options)
    clock.advance(240e-6)
    return clock, chip


def test_only_its_address() -> None:
    _clock, chip = at_time_0()
    chip.write(b"\xef\xc8")
    for read in (True, False):
        assert chip.addressed(0x70, read)
        assert not chip.addressed(0x71, read)


def test_comes_up_240_us_after_power() -> None:
    clock = VirtualClock()
    chip = Shtc3Twin(clock)
    clock.advance(239e-6)
    assert not chip.addressed(0x70, False)
    clock.advance(1e-6)
    assert chip.addressed(0x70, False)


def test_needs_240_us_after_wake() -> None:
    clock, chip, bus = sensor()
    bus.transfer(0x70, b"\xb0\x98")
    bus.transfer(0x70, b"\x35\x17")
    clock.advance(0.0002)
    assert not chip.addressed(0x70, False)
    clock.advance(0.00005)
    assert chip.addressed(0x70, False)


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("7CA2", 12.1e-3), ("5C24", 12.1e-3), ("6458", 0.8e-3), ("44DE", 0.8e-3)],
)
def test_a_stretched_read_takes_what_is_left_of_the_time(command: str, seconds: float) -> None:
    clock, chip = at_time_0()
    chip.temperature, chip.humidity = 42.5, 0.5
    chip.write(bytes.fromhex(command))
    begin = clock.monotonic()
    clock.advance(0.2e-3)
    assert not chip.addressed(0x70, False)
    assert chip.addressed(0x70, True)
    assert chip.read(6) == bytes.fromhex("8000A28000A2")
    assert clock.monotonic() - begin == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("7866", 12.1e-3), ("58E0", 12.1e-3), ("609C", 0.8e-3), ("401A", 0.8e-3)],
)
def test_without_stretching_it_refuses_until_the_time_is_over(command: str, seconds: float) -> None:
    clock, chip = at_time_0()
    chip.write(bytes.fromhex(command))
    clock.advance(seconds - 1e-6)
    assert not chip.addressed(0x70, True)
    clock.advance(2e-6)
    begin = clock.monotonic()
    assert chip.addressed(0x70, True)
    chip.read(6)
    assert clock.monotonic() == begin


def test_room_climate_until_the_world_says_something_else() -> None:
    clock, chip = at_time_0()
    chip.write(MEASURE)
    clock.advance(0.0122)
    assert chip.read(6) == bytes.fromhex("666693 8000A2")


def test_bytes_beyond_the_answer_are_those_of_an_idle_bus() -> None:
    _clock, chip = at_time_0()
    chip.write(b"\xef\xc8")
    assert chip.read(5) == b"\x08\x87\x5b\xff\xff"


@pytest.mark.parametrize(
    ("write", "acknowledged"),
    [("", 0), ("78", 1), ("7866", 2), ("786600", 2), ("1234", 1), ("C7F7", 1), ("C595", 2),
     ("C595007B", 4), ("C595007B00", 4), ("C595007B93", 5)],
)  # fmt: skip
def test_how_many_bytes_it_acknowledges(write: str, acknowledged: int) -> None:
    _clock, chip = at_time_0()
    assert chip.write(bytes.fromhex(write)) == acknowledged


def test_asleep_only_the_second_byte_tells_a_command_from_wake() -> None:
    _clock, chip = at_time_0()
    chip.write(b"\xb0\x98")
    assert chip.write(b"\xef\xc8") == 1
    assert chip.write(b"\x35\x17") == 2


def test_a_result_is_read_once() -> None:
    clock, _chip, bus = sensor()
    bus.transfer(0x70, MEASURE)
    clock.advance(0.0122)
    bus.transfer(0x70, read=6)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x70, read=6)


def test_serial_number_in_two_words() -> None:
    _clock, _chip, bus = sensor()
    bus.transfer(0x70, bytes.fromhex("C595007B93"))
    assert bus.transfer(0x70, b"\xc7\xf7", 3)[:2] == b"\x12\x34"
    assert bus.transfer(0x70, b"\xc7\xf7", 3) == b"\xbe\xef\x92"


def test_serial_number_of_a_chip_that_was_told_none() -> None:
    _clock, chip = at_time_0()
    chip.write(bytes.fromhex("C595007B93"))
    for word in (b"\x03\x91", b"\x1a\x5c"):
        chip.write(b"\xc7\xf7")
        assert chip.read(3)[:2] == word


@pytest.mark.parametrize("reset", ["805D", None])
def test_serial_number_must_be_asked_for_again_after_a_reset(reset: str | None) -> None:
    clock, chip = at_time_0()
    chip.write(bytes.fromhex("C595007B93"))
    if reset:
        chip.write(bytes.fromhex(reset))
    else:
        chip.power_cycle()
    clock.advance(240e-6)
    assert chip.write(b"\xc7\xf7") == 1


def test_serial_needs_its_checksum_and_unknown_commands_are_refused() -> None:
    _clock, _chip, bus = sensor()
    for write in (bytes.fromhex("C595007B00"), b"\x12\x34", b"\xc7\xf7"):
        with pytest.raises(NoAcknowledge):
            bus.transfer(0x70, write)


def test_never_ready() -> None:
    clock, chip, bus = sensor()
    chip.never_ready = True
    bus.transfer(0x70, MEASURE)
    clock.advance(5)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x70, read=6)
    chip.never_ready = False
    assert len(bus.transfer(0x70, read=6)) == 6


def test_a_stretched_measurement_that_never_ends_is_refused() -> None:
    clock, chip = at_time_0()
    chip.never_ready = True
    chip.write(b"\x7c\xa2")
    clock.advance(5)
    assert not chip.addressed(0x70, True)
    chip.never_ready = False
    assert chip.addressed(0x70, True)


def test_never_ready_is_a_fault_of_measurements_only() -> None:
    clock, chip = at_time_0()
    for answered in (True, False):
        chip.write(MEASURE)
        clock.advance(0.0122)
        if answered:
            chip.read(6)
        else:
            chip.write(b"\xef\xc8")
        chip.never_ready = True
        assert chip.addressed(0x70, False)
        chip.never_ready = False


def test_a_power_cycle_ends_a_measurement_that_never_ends() -> None:
    clock, chip = at_time_0()
    chip.never_ready = True
    chip.write(MEASURE)
    chip.power_cycle()
    clock.advance(240e-6)
    assert chip.addressed(0x70, False)


def test_power_cycle_wakes_and_forgets() -> None:
    clock, chip, bus = sensor()
    bus.transfer(0x70, MEASURE)
    clock.advance(0.0122)
    bus.transfer(0x70, b"\xb0\x98")
    chip.power_cycle()
    clock.advance(0.001)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x70, read=6)
    assert bus.transfer(0x70, b"\xef\xc8", 3) == b"\x08\x87\x5b"


def test_looks_at_the_world_when_it_measures() -> None:
    clock, chip, bus = sensor()

    def look() -> None:
        chip.temperature = 42.5

    chip.look = look
    bus.transfer(0x70, MEASURE)
    clock.advance(0.0122)
    assert bus.transfer(0x70, read=3) == b"\x80\x00\xa2"
