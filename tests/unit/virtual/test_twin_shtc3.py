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


def test_comes_up_240_us_after_power() -> None:
    clock = VirtualClock()
    chip = Shtc3Twin(clock)
    assert not chip.addressed(0x70, False)
    clock.advance(0.00025)
    assert chip.addressed(0x70, False)


def test_needs_240_us_after_wake() -> None:
    clock, chip, bus = sensor()
    bus.transfer(0x70, b"\xb0\x98")
    bus.transfer(0x70, b"\x35\x17")
    clock.advance(0.0002)
    assert not chip.addressed(0x70, False)
    clock.advance(0.00005)
    assert chip.addressed(0x70, False)


def test_stretched_read_waits_by_itself() -> None:
    clock, chip, bus = sensor()
    chip.temperature, chip.humidity = 42.5, 0.5
    bus.transfer(0x70, b"\x7c\xa2")
    begin = clock.monotonic()
    assert bus.transfer(0x70, read=6) == bytes.fromhex("8000A28000A2")
    assert clock.monotonic() - begin >= 0.0121


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
